package io.gemforce.migrations.postgres.undo;

import java.nio.file.Path;

import io.gemforce.migrations.postgres.TestStore;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.support.PostgresTestDatabase;

/**
 * A process that rolls back.
 */
public final class RollbackProcess {

	private RollbackProcess() {
	}

	/**
	 * Roll back.
	 * @param arguments name and port of the database, the folder of the scripts, and the
	 * version that stays
	 */
	public static void main(String[] arguments) {
		PostgresTestDatabase database = new PostgresTestDatabase(arguments[0], Integer.parseInt(arguments[1]));
		try (TestStore store = new TestStore(database, Path.of(arguments[2]))) {
			store.start().rollback(TestStore.to(arguments[3]), store.run(), PlanGuard.open(), "killed");
		}
	}

}
