package io.gemforce.migrations.mongo.engine;

import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.gemforce.migrations.ApplicationInstance;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Trigger;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.ReversibleMongoMigration;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.store.RollbackTarget;
import io.gemforce.migrations.support.HeardEvents;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for what the runner tells listeners.
 */
@ExtendWith(TestDatabases.class)
class HeardRunnerTests {

	private final HeardEvents heard = new HeardEvents();

	private final MongoTestDatabase mongo;

	HeardRunnerTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	void tellsOfAnUndo() {
		try (TestRunner runner = TestRunner.on(this.mongo).with(TestMigration.of("1", new Reversible()))) {
			runner.migrate();
			runner.store()
				.rollback(new RollbackTarget.ToVersion(StoreName.MONGO, Version.parse("0").orElseThrow()), run(),
						PlanGuard.open(), null);
		}
		assertThat(this.heard.events()).containsExactly("mongo lock ACQUIRED", "mongo DOWN 1 (migration 1) began",
				"mongo DOWN 1 (migration 1) ended ROLLED_BACK");
	}

	@Test
	void tellsOfOneMigrationAfterTheOther() {
		try (TestRunner runner = TestRunner.on(this.mongo)
			.with(TestMigration.inserting("1").with(TransactionMode.NEVER),
					TestMigration.inserting("2").with(TransactionMode.NEVER))) {
			runner.migrate(run());
		}
		assertThat(this.heard.events()).containsExactly("mongo lock ACQUIRED", "mongo UP 1 (migration 1) began",
				"mongo UP 1 (migration 1) ended APPLIED", "mongo UP 2 (migration 2) began",
				"mongo UP 2 (migration 2) ended APPLIED");
	}

	@Test
	void tellsThatTheLockWasNotFreeInTime() throws Exception {
		try (TestRunner holder = TestRunner.on(this.mongo).with(TestMigration.of("1", (context) -> {
			try (TestRunner other = TestRunner.on(this.mongo)
				.lockWaitTimeout(Duration.ofMillis(100))
				.with(TestMigration.inserting("1"))) {
				assertThatExceptionOfType(MigrationException.class)
					.isThrownBy(() -> other.store().migrate(run(), PlanGuard.open()));
			}
		}))) {
			holder.migrate();
		}
		assertThat(this.heard.events()).containsExactly("mongo lock TIMEOUT");
	}

	private MigrationRun run() {
		return MigrationRun.begin(Trigger.JOB, new ApplicationInstance("gems", "1.4.0", "host", "user"), this.heard);
	}

	private static final class Reversible implements ReversibleMongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
		}

		@Override
		public void down(MongoMigrationContext mongo) {
		}

	}

}
