package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.util.Date;
import java.util.concurrent.locks.LockSupport;

import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for what operators do to the history and the lock.
 */
@ExtendWith(TestDatabases.class)
class HistoryOperationsTests {

	private final MongoTestDatabase mongo;

	HistoryOperationsTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	void repairAcceptsChecksumsFromThenOn() {
		try (TestRunner runner = runner(TestMigration.inserting("1").withChecksum("a"))) {
			runner.migrate();
		}
		try (TestRunner runner = runner(TestMigration.inserting("1").withChecksum("b"))) {
			assertThat(catchThrowableOfType(MigrationException.class, runner::migrate).getCode())
				.isEqualTo(ProblemCode.CHECKSUM_MISMATCH);
			assertThat(runner.perform(operation(Operation.Kind.REPAIR, null)))
				.containsExactly("accepted checksum 'b' of migration 1 (migration 1), which was 'a'");
			runner.migrate();
			assertThat(runner.perform(operation(Operation.Kind.REPAIR, null))).containsExactly("nothing to repair");
		}
		assertThat(newest()).containsEntry("type", "MARK")
			.containsEntry("state", "APPLIED")
			.containsEntry("checksum", "b")
			.containsEntry("trigger", "JOB")
			.containsEntry("user", "user")
			.containsEntry("reason", "because");
		try (TestRunner runner = runner(TestMigration.inserting("1").withChecksum("a"))) {
			assertThat(catchThrowableOfType(MigrationException.class, runner::migrate).getCode())
				.isEqualTo(ProblemCode.CHECKSUM_MISMATCH);
		}
	}

	@Test
	void repairClosesWhatWasLeftOpen() {
		leaveOpen();
		try (TestRunner runner = runner(TestMigration.inserting("1"))) {
			assertThat(runner.perform(operation(Operation.Kind.REPAIR, null)))
				.containsExactly("closed 1 open row(s) as interrupted");
			assertThat(runner.state("1")).isEqualTo(MigrationState.INTERRUPTED);
		}
	}

	@Test
	void markAppliedRecordsWithoutRunning() {
		try (TestRunner runner = runner(TestMigration.inserting("1"), TestMigration.inserting("2"))) {
			runner.perform(operation(Operation.Kind.MARK_APPLIED, "1"));
			assertThat(runner.migrate().executed()).containsExactly("2");
			assertThat(this.mongo.collection("applied").countDocuments()).isOne();
			MigrationException ex = catchThrowableOfType(MigrationException.class,
					() -> runner.perform(operation(Operation.Kind.MARK_APPLIED, "1")));
			assertThat(ex.getCode()).isEqualTo(ProblemCode.INVALID_ARGUMENT);
			assertThat(ex).hasMessageContaining("Migration 1 (migration 1) of store 'mongo' is already APPLIED");
		}
	}

	@Test
	void markAppliedEndsAnInterruption() {
		try (TestRunner runner = runner(failing())) {
			catchThrowableOfType(MigrationException.class, runner::migrate);
			assertThat(catchThrowableOfType(MigrationException.class, runner::migrate).getCode())
				.isEqualTo(ProblemCode.INTERRUPTED);
			runner.perform(operation(Operation.Kind.MARK_APPLIED, "1"));
			assertThat(runner.migrate().executed()).isEmpty();
			assertThat(runner.state("1")).isEqualTo(MigrationState.APPLIED);
		}
	}

	@Test
	void markRolledBackEndsAnInterruption() {
		try (TestRunner runner = runner(failing())) {
			catchThrowableOfType(MigrationException.class, runner::migrate);
		}
		TestMigration fixed = TestMigration.inserting("1").with(TransactionMode.NEVER);
		try (TestRunner runner = runner(fixed)) {
			runner.perform(operation(Operation.Kind.MARK_ROLLED_BACK, "1"));
			assertThat(runner.state("1")).isEqualTo(MigrationState.ROLLED_BACK);
			assertThat(runner.migrate().executed()).containsExactly("1");
		}
	}

	@Test
	void markRolledBackMakesTheNewestMigrationPending() {
		try (TestRunner runner = runner(TestMigration.inserting("1"), TestMigration.inserting("2"))) {
			runner.migrate();
			MigrationException ex = catchThrowableOfType(MigrationException.class,
					() -> runner.perform(operation(Operation.Kind.MARK_ROLLED_BACK, "1")));
			assertThat(ex).hasMessageContaining("Version 1 of store 'mongo' is not the newest one that is applied");
			runner.perform(operation(Operation.Kind.MARK_ROLLED_BACK, "2"));
			assertThat(runner.migrate().executed()).containsExactly("2");
		}
	}

	@Test
	void markOfWhatIsNotThereIsRefused() {
		try (TestRunner runner = runner(TestMigration.inserting("1"))) {
			assertThat(catchThrowableOfType(MigrationException.class,
					() -> runner.perform(operation(Operation.Kind.MARK_APPLIED, "9"))))
				.hasMessageContaining("Version 9 of store 'mongo' is not in this build");
			assertThat(catchThrowableOfType(MigrationException.class,
					() -> runner.perform(operation(Operation.Kind.MARK_ROLLED_BACK, "1"))))
				.hasMessageContaining("Version 1 of store 'mongo' is not applied");
		}
	}

	@Test
	void lockOfAHolderThatIsGoneIsReleased() {
		leaveOpen();
		holdLock();
		try (TestRunner runner = runner(TestMigration.inserting("1"))) {
			assertThat(runner.perform(operation(Operation.Kind.RELEASE_LOCK, null)))
				.containsExactly("released the lock, whose holder was gone, and closed what was left open");
			assertThat(runner.state("1")).isEqualTo(MigrationState.INTERRUPTED);
		}
		assertThat(this.mongo.lock().find().first()).containsEntry("owner", null).containsEntry("fence", 8L);
	}

	@Test
	void lockOfAHolderThatIsAliveIsNotReleased() throws Exception {
		holdLock();
		try (Beating holder = new Beating(); TestRunner runner = runner(TestMigration.inserting("1"))) {
			MigrationException ex = catchThrowableOfType(MigrationException.class,
					() -> runner.perform(operation(Operation.Kind.RELEASE_LOCK, null)));
			assertThat(ex.getCode()).isEqualTo(ProblemCode.LOCK_ALIVE);
			assertThat(ex).hasMessageContaining("held by somebody");
			assertThat(this.mongo.lock().find().first()).containsEntry("owner", "somebody");
		}
	}

	@Test
	void lockIsTakenFromALivingHolderByForce() throws Exception {
		leaveOpen();
		holdLock();
		try (Beating holder = new Beating(); TestRunner runner = runner(TestMigration.inserting("1"))) {
			Operation forced = new Operation(Operation.Kind.RELEASE_LOCK, null, "it hangs", true);
			assertThat(runner.perform(forced))
				.containsExactly("released the lock, which was held, and closed what was left open");
		}
		assertThat(newest()).containsEntry("type", "MARK")
			.containsEntry("description", "takeover from somebody")
			.containsEntry("reason", "it hangs")
			.containsEntry("fence", 8L);
		assertThat(this.mongo.history().find(new Document("_id", 1L)).first()).containsEntry("state", "INTERRUPTED");
	}

	@Test
	void lockIsNotTakenFromAnotherHolderThanTheOneThatWasMeant() throws Exception {
		holdLock();
		try (Beating holder = new Beating(); TestRunner runner = runner(TestMigration.inserting("1"))) {
			Operation forced = new Operation(Operation.Kind.RELEASE_LOCK, null, "it hangs", true, "somebody before");
			MigrationException ex = catchThrowableOfType(MigrationException.class, () -> runner.perform(forced));
			assertThat(ex.getCode()).isEqualTo(ProblemCode.LOCK_ALIVE);
			assertThat(ex).hasMessageContaining("no longer held by somebody before but by another one");
			assertThat(this.mongo.lock().find().first()).containsEntry("owner", "somebody");
		}
	}

	@Test
	void lockThatSomebodyHasDeletedComesBackWithAHigherFence() {
		try (TestRunner runner = runner(TestMigration.inserting("1"))) {
			runner.migrate();
		}
		try (TestRunner runner = runner(TestMigration.inserting("1"), TestMigration.inserting("2"))) {
			runner.migrate();
		}
		this.mongo.lock().drop();
		try (TestRunner runner = runner(TestMigration.inserting("1"), TestMigration.inserting("2"),
				TestMigration.inserting("3"))) {
			assertThat(runner.migrate().executed()).containsExactly("3");
		}
		assertThat(this.mongo.lock().find().first()).containsEntry("owner", null).containsEntry("fence", 3L);
	}

	@Test
	void freeLockStaysFree() {
		try (TestRunner runner = runner()) {
			assertThat(runner.perform(operation(Operation.Kind.RELEASE_LOCK, null)))
				.containsExactly("the lock is free");
		}
	}

	private TestRunner runner(TestMigration... migrations) {
		return TestRunner.on(this.mongo).lease(Duration.ofSeconds(1)).with(migrations);
	}

	private static TestMigration failing() {
		return TestMigration.of("1", (mongo) -> {
			throw new IllegalStateException("half done");
		}).with(TransactionMode.NEVER);
	}

	private static Operation operation(Operation.Kind kind, String version) {
		return new Operation(kind, (version != null) ? Version.parse(version).orElseThrow() : null, "because", false);
	}

	private Document newest() {
		return this.mongo.history().find().sort(new Document("_id", -1)).first();
	}

	private void leaveOpen() {
		this.mongo.history()
			.insertOne(new Document("_id", 1L).append("version", "1")
				.append("description", "migration 1")
				.append("type", "BEAN")
				.append("direction", "UP")
				.append("state", "RUNNING")
				.append("transactional", false)
				.append("startedAt", new Date())
				.append("fence", 7L));
	}

	private void holdLock() {
		this.mongo.lock()
			.insertOne(new Document("_id", "mongo").append("owner", "somebody")
				.append("fence", 7L)
				.append("beat", 1L)
				.append("leaseMs", 1000L));
	}

	/**
	 * A holder of the lock that is alive.
	 */
	private final class Beating implements AutoCloseable {

		private final Thread thread = new Thread(this::beat);

		private Beating() {
			this.thread.start();
		}

		private void beat() {
			while (!Thread.currentThread().isInterrupted()) {
				HistoryOperationsTests.this.mongo.lock()
					.updateOne(new Document("owner", "somebody"), new Document("$inc", new Document("beat", 1L)));
				LockSupport.parkNanos(100_000_000);
			}
		}

		@Override
		public void close() throws InterruptedException {
			this.thread.interrupt();
			this.thread.join();
		}

	}

}
