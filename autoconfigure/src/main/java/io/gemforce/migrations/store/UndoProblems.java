package io.gemforce.migrations.store;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;

/**
 * Says of any store what cannot be undone.
 */
public final class UndoProblems {

	/**
	 * State of the database after a rollback that was refused.
	 */
	public static final String NOTHING_UNDONE = "unchanged, nothing was undone";

	private UndoProblems() {
	}

	public static Problem cannotBeUndone(StoreName store, MigrationDescriptor migration, @Nullable String reason) {
		return Problem.error(ProblemCode.NO_DOWN, store,
				"Migration %s of store '%s' cannot be undone: %s".formatted(migration, store, reason),
				"Take back what migration %s did by a new migration".formatted(migration.id()));
	}

}
