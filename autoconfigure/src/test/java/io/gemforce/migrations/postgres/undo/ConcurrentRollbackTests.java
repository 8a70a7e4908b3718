package io.gemforce.migrations.postgres.undo;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

import org.awaitility.Awaitility;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.postgres.FlywayMigrationStore;
import io.gemforce.migrations.postgres.TestStore;
import io.gemforce.migrations.store.Plan;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.store.ShutdownSignal;
import io.gemforce.migrations.store.StoreRollback;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for instances that roll back and migrate at once.
 */
@ExtendWith(TestDatabases.class)
class ConcurrentRollbackTests {

	private static final String WAITING = """
			SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'""";

	private final TestStore store;

	private final Connection blocker;

	private final ExecutorService threads = Executors.newCachedThreadPool();

	ConcurrentRollbackTests(PostgresTestDatabase database, @TempDir Path folder) throws SQLException {
		this.store = new TestStore(database, folder).migration("V1__a.sql", "CREATE TABLE a (id bigint);")
			.migration("V2__b.sql", "CREATE TABLE b (id bigint);")
			.migration("V3__c.sql", "CREATE TABLE c (id bigint);")
			.undo("U2__drop_b.sql", "DROP TABLE b;")
			.undo("U3__drop_c.sql", "DROP TABLE c;");
		this.store.migrate();
		this.blocker = database.dataSource().getConnection();
	}

	@AfterEach
	void close() throws SQLException {
		this.blocker.close();
		this.threads.shutdownNow();
		this.store.close();
	}

	@Test
	void instancesThatAskForOneUndoAtOnceUndoItOnce() throws Exception {
		CyclicBarrier barrier = new CyclicBarrier(4);
		List<Callable<StoreResult>> calls = IntStream.range(0, 4).mapToObj((number) -> {
			FlywayMigrationStore instance = this.store.start();
			return (Callable<StoreResult>) () -> {
				barrier.await();
				return instance.rollback(TestStore.to("2"), this.store.run(), PlanGuard.open(), null);
			};
		}).toList();
		List<StoreResult> results = this.threads.invokeAll(calls).stream().map(ConcurrentRollbackTests::get).toList();
		assertThat(results).extracting(StoreResult::outcome)
			.containsExactlyInAnyOrder(StoreResult.Outcome.ROLLED_BACK, StoreResult.Outcome.UP_TO_DATE,
					StoreResult.Outcome.UP_TO_DATE, StoreResult.Outcome.UP_TO_DATE);
		assertThat(this.store.history()).containsOnlyOnce("DELETE 3 U3__drop_c.sql").hasSize(4);
		assertThat(this.store.log()).containsOnlyOnce("DOWN 3 ROLLED_BACK");
		this.store.plainFlyway().info();
	}

	@Test
	void undoWaitsForSomebodyWhoMigratesAndSeesWhatThatHasApplied() throws Exception {
		FlywayMigrationStore undoing = this.store.start();
		Plan plan = StoreRollback.plan(List.of(undoing.planRollback(TestStore.to("2"))));
		List<String> sent = this.store.sent();
		FlywayMigrationStore migrating = this.store.migration("V4__more.sql", "ALTER TABLE a ADD COLUMN more int;")
			.start();
		block("a");
		Future<StoreResult> migration = this.threads
			.submit(() -> migrating.migrate(this.store.run(), PlanGuard.open()));
		awaitWaiting();
		Future<StoreResult> undo = this.threads
			.submit(() -> undoing.rollback(TestStore.to("2"), this.store.run(), PlanGuard.of(plan), null));
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.until(() -> sent.stream().filter((sql) -> sql.contains("pg_try_advisory_lock")).count() > 1);
		this.blocker.close();
		assertThat(get(migration).executed()).containsExactly("4");
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(undo::get)
			.havingCause()
			.isInstanceOfSatisfying(MigrationException.class,
					(ex) -> assertThat(ex.getCode()).isEqualTo(ProblemCode.PLAN_CHANGED));
		assertThat(this.store.tables()).containsExactly("a", "b", "c");
		assertThat(this.store.start().hold()).isEmpty();
	}

	@Test
	void newerBuildWaitsForSomebodyWhoUndoes() throws Exception {
		FlywayMigrationStore undoing = this.store.start();
		FlywayMigrationStore newer = this.store.migration("V4__d.sql", "CREATE TABLE d (id bigint);").start();
		block("c");
		Future<StoreResult> undo = this.threads
			.submit(() -> undoing.rollback(TestStore.to("2"), this.store.run(), PlanGuard.open(), null));
		awaitWaiting();
		Future<StoreResult> migration = this.threads.submit(() -> newer.migrate(this.store.run(), PlanGuard.open()));
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.until(() -> migration.isDone()
					|| this.store.sent().stream().anyMatch((sql) -> sql.contains("pg_try_advisory_lock")));
		this.blocker.close();
		assertThat(get(undo).executed()).containsExactly("3");
		assertThat(get(migration).executed()).containsExactly("3", "4");
		assertThat(this.store.start().hold()).isEmpty();
	}

	@Test
	void instanceThatHasLookedBeforeTheRollbackIsHeldUnderTheLock() {
		FlywayMigrationStore undoing = this.store.start();
		this.store.migration("R__view.sql", "CREATE VIEW v AS SELECT * FROM c;");
		StoreResult result = startRollingBackJustBefore(undoing).migrate(this.store.run(), PlanGuard.open());
		assertThat(result.outcome()).isEqualTo(StoreResult.Outcome.HELD);
		assertThat(result.executed()).isEmpty();
		assertThat(this.store.tables()).containsExactly("a", "b");
		assertThat(this.store.history()).endsWith("DELETE 3 U3__drop_c.sql");
	}

	@Test
	void newerBuildThatHasLookedBeforeTheRollbackLiftsTheHoldUnderTheLock() {
		FlywayMigrationStore undoing = this.store.start();
		this.store.migration("V4__d.sql", "CREATE TABLE d (id bigint);");
		StoreResult result = startRollingBackJustBefore(undoing).migrate(this.store.run(), PlanGuard.open());
		assertThat(result.executed()).containsExactly("3", "4");
		assertThat(this.store.configured((configuration) -> {
		}).start().hold()).isEmpty();
	}

	// Flyway announces a run after the store has looked, and before it takes its lock
	private FlywayMigrationStore startRollingBackJustBefore(FlywayMigrationStore undoing) {
		return this.store.poolSize(3).configured((configuration) -> configuration.callbacks(new BaseCallback() {

			@Override
			public boolean supports(Event event, Context context) {
				return event == Event.BEFORE_MIGRATE;
			}

			@Override
			public void handle(Event event, Context context) {
				undoing.rollback(TestStore.to("2"), ConcurrentRollbackTests.this.store.run(), PlanGuard.open(), null);
			}

		})).start();
	}

	@Test
	void undoGivesUpWhenTheLockIsNotFreeInTime() {
		lock();
		assertThatExceptionOfType(MigrationException.class)
			.isThrownBy(() -> this.store.configured((configuration) -> configuration.lockRetryCount(1)).rollBackTo("2"))
			.satisfies((ex) -> {
				assertThat(ex.getCode()).isEqualTo(ProblemCode.LOCK_TIMEOUT);
				assertThat(ex).hasMessageContaining("Flyway's lock was not free in time, it is held by", "(pid ");
			});
		assertThat(this.store.history()).hasSize(3);
	}

	@Test
	void undoStopsWaitingForTheLockWhenTheProcessIsToldToEnd() {
		lock();
		ShutdownSignal stop = new ShutdownSignal();
		FlywayMigrationStore instance = this.store.start(stop);
		Future<StoreResult> undo = this.threads
			.submit(() -> instance.rollback(TestStore.to("2"), this.store.run(), PlanGuard.open(), null));
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.until(() -> this.store.sent().stream().anyMatch((sql) -> sql.contains("pg_try_advisory_lock")));
		stop.stop();
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(undo::get)
			.havingCause()
			.isInstanceOfSatisfying(MigrationException.class,
					(ex) -> assertThat(ex.getCode()).isEqualTo(ProblemCode.SHUTTING_DOWN));
	}

	private void lock() {
		JdbcClient.create(new SingleConnectionDataSource(this.blocker, true))
			.sql("SELECT pg_advisory_lock(?)")
			.param(77433833903597L)
			.query()
			.listOfRows();
	}

	@Test
	void undoWhoseConnectionEndsIsReportedAndLeavesNothingBehind() throws Exception {
		FlywayMigrationStore undoing = this.store.start();
		block("c");
		Future<StoreResult> undo = this.threads
			.submit(() -> undoing.rollback(TestStore.to("2"), this.store.run(), PlanGuard.open(), null));
		awaitWaiting();
		this.store.client()
			.sql("SELECT pg_terminate_backend(pid, 5000) FROM (%s) AS waiting".formatted(WAITING))
			.query()
			.listOfRows();
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(undo::get)
			.havingCause()
			.isInstanceOfSatisfying(MigrationException.class, (ex) -> {
				assertThat(ex.getCode()).isEqualTo(ProblemCode.STORE_UNREACHABLE);
				assertThat(ex.getDatabaseState())
					.isEqualTo("what U3__drop_c.sql did was rolled back, migration 3 (c) is applied");
			});
		assertThat(this.store.log()).endsWith("DOWN 3 FAILED");
		assertThat(this.store.start().hold()).isEmpty();
	}

	@Test
	void undoThatIsThereInSpiteOfAnErrorIsNotReportedAsMissing() {
		// Releases the lock in the commit, after all looks at it
		this.store.undo("U3__drop_c.sql", """
				DROP TABLE c;
				CREATE TABLE late (id int);
				CREATE FUNCTION unlock() RETURNS trigger LANGUAGE plpgsql AS
					'BEGIN PERFORM pg_advisory_unlock_all(); RETURN NULL; END';
				CREATE CONSTRAINT TRIGGER unlock AFTER INSERT ON late DEFERRABLE INITIALLY DEFERRED
					FOR EACH ROW EXECUTE FUNCTION unlock();
				INSERT INTO late VALUES (1);""");
		assertThatExceptionOfType(MigrationException.class).isThrownBy(() -> this.store.rollBackTo("1"))
			.satisfies((ex) -> assertThat(ex.getDatabaseState())
				.isEqualTo("migration 3 (c) is undone; the store is held, so that nothing is applied again"));
		assertThat(this.store.tables()).containsExactly("a", "b", "late");
		assertThat(this.store.log()).endsWith("DOWN 3 ROLLED_BACK");
		assertThat(this.store.rollBackTo("1").executed()).containsExactly("2");
	}

	@Test
	void undoThatReleasesTheLockGetsItBack() {
		this.store.undo("U3__drop_c.sql", "DROP TABLE c; SELECT pg_advisory_unlock_all();");
		assertThat(this.store.rollBackTo("1").executed()).containsExactly("3", "2");
		assertThat(this.store.tables()).containsExactly("a");
	}

	private void block(String table) throws SQLException {
		this.blocker.setAutoCommit(false);
		JdbcClient.create(new SingleConnectionDataSource(this.blocker, true))
			.sql("LOCK TABLE %s IN ACCESS SHARE MODE".formatted(table))
			.update();
	}

	private void awaitWaiting() {
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.pollInterval(Duration.ofMillis(20))
			.until(() -> !this.store.client().sql(WAITING).query().listOfRows().isEmpty());
	}

	private static <T> T get(Future<T> future) {
		try {
			return future.get();
		}
		catch (InterruptedException | ExecutionException ex) {
			throw new AssertionError(ex);
		}
	}

}
