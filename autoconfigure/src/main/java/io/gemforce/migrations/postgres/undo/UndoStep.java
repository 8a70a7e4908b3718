package io.gemforce.migrations.postgres.undo;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.postgres.history.FlywayHistory;
import io.gemforce.migrations.postgres.history.FlywayStates;

/**
 * A migration that is to be undone.
 *
 * @param script {@code null} if the operator has undone the migration already
 * @param belowLive whether a newer version stays applied for now, because it was applied
 * before this one
 */
record UndoStep(FlywayHistory.Entry undone, @Nullable UndoScript script, boolean belowLive) {

	// Nothing is executed, only recorded, as the operator has undone it
	boolean isMark() {
		return this.script == null;
	}

	String name() {
		return (this.script != null) ? this.script.name() : Operation.Kind.MARK_ROLLED_BACK.id();
	}

	@Nullable Integer checksum() {
		return (this.script != null) ? this.script.checksum() : null;
	}

	// Of the undo itself
	MigrationDescriptor descriptor() {
		MigrationDescriptor undone = this.undone.descriptor();
		return new MigrationDescriptor(undone.id(), undone.version(), undone.description(),
				(this.script != null) ? MigrationType.SQL : MigrationType.MARK, name(),
				FlywayStates.checksum(checksum()));
	}

	String describe() {
		return this.undone.descriptor().toString();
	}

}
