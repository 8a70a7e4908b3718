package io.gemforce.migrations.autoconfigure;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.PGConnection;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.SqlScripts;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for what operators do to Flyway's history and lock, with a pool of one
 * connection.
 */
@ExtendWith(TestDatabases.class)
class PostgresOperationsTests {

	private static final String CREATE_GEM = "CREATE TABLE gem (id bigint PRIMARY KEY);";

	private static final long FLYWAYS_LOCK = 77431708279161L + "\"public\".\"flyway_schema_history\"".hashCode();

	private final PostgresTestDatabase postgres;

	private final SqlScripts scripts;

	private final ApplicationContextRunner contextRunner;

	PostgresOperationsTests(PostgresTestDatabase postgres, @TempDir Path folder) {
		this.postgres = postgres;
		this.scripts = new SqlScripts(folder).write("V1__create_gem.sql", CREATE_GEM);
		this.contextRunner = TestContexts.with(postgres).withPropertyValues(this.scripts.property());
	}

	@Test
	void repairRemovesTheFailedEntryAndIsRecorded() {
		this.scripts.write("V2__create_index.sql", "CREATE INDEX CONCURRENTLY gem_no ON gem (nowhere);");
		this.contextRunner.run((context) -> assertThat(context).hasFailed());
		this.scripts.write("V2__create_index.sql", "CREATE INDEX CONCURRENTLY gem_id ON gem (id);");
		assertThat(perform(Operation.Kind.REPAIR, null, false))
			.containsExactly("removed the failed entry of create index");
		assertThat(log()).last()
			.satisfies((row) -> assertThat(row).containsEntry("type", "MARK")
				.containsEntry("script", "repair")
				.containsEntry("description", "repair: removed the failed entry of create index")
				.containsEntry("state", "APPLIED")
				.containsEntry("reason", "because")
				.containsEntry("user", "postgres")
				.containsEntry("application", "gems"));
		this.contextRunner.run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(Migrations.class).snapshot(StoreName.POSTGRES).orElseThrow().entries())
				.extracting((entry) -> "%s %s".formatted(entry.id(), entry.state()))
				.containsExactly("1 APPLIED", "2 APPLIED");
		});
	}

	@Test
	void repairAcceptsWhatWasEdited() {
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		this.scripts.write("V1__create_gem.sql", CREATE_GEM + " -- as it was meant");
		this.contextRunner
			.run((context) -> assertThat(StartFailure.of(context).code()).isEqualTo(ProblemCode.CHECKSUM_MISMATCH));
		assertThat(perform(Operation.Kind.REPAIR, null, false))
			.containsExactly("accepted create gem as it is in this build");
		assertThat(perform(Operation.Kind.REPAIR, null, false)).containsExactly("nothing to repair");
		assertThat(log()).hasSize(2);
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void repairWaitsForTheLock() throws Exception {
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		this.scripts.write("V1__create_gem.sql", CREATE_GEM + " -- as it was meant");
		try (FlywaysLock lock = new FlywaysLock()) {
			CompletableFuture<List<String>> repair = CompletableFuture
				.supplyAsync(() -> perform(Operation.Kind.REPAIR, null, false));
			awaitActivity("query LIKE '%pg_try_advisory_lock%'");
			assertThat(repair).isNotDone();
			lock.release();
			assertThat(repair.get(60, TimeUnit.SECONDS)).hasSize(1);
		}
		assertThat(locks()).isEmpty();
	}

	@Test
	void repairGivesUpWhenTheLockIsNotFreeInTime() throws SQLException {
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		this.scripts.write("V1__create_gem.sql", CREATE_GEM + " -- as it was meant");
		try (FlywaysLock lock = new FlywaysLock()) {
			MigrationException ex = catchThrowableOfType(MigrationException.class,
					() -> perform(Operation.Kind.REPAIR, null, false, "gemforce.migrations.lock.wait-timeout=1s"));
			assertThat(ex.getCode()).isEqualTo(ProblemCode.LOCK_TIMEOUT);
			assertThat(ex).hasMessageContainingAll("Flyway's lock was not free in time, it is held by",
					"pid " + lock.pid(), "Database state: unchanged");
			assertThat(ex.getAction()).contains("release-lock with store=postgres and force=true");
		}
		assertThat(log()).hasSize(1);
		this.contextRunner.run((context) -> assertThat(context).hasFailed());
	}

	@Test
	void markAppliedPointsToTheBaseline() {
		MigrationException ex = catchThrowableOfType(MigrationException.class,
				() -> perform(Operation.Kind.MARK_APPLIED, "1", false));
		assertThat(ex.getCode()).isEqualTo(ProblemCode.INVALID_ARGUMENT);
		assertThat(ex).hasMessageContaining("The schema has no history of Flyway's");
		assertThat(ex.getAction()).contains("spring.flyway.baseline-on-migrate", "spring.flyway.baseline-version");
	}

	@Test
	void freeLockIsNotReleased() {
		assertThat(perform(Operation.Kind.RELEASE_LOCK, null, false)).containsExactly("the lock is free");
		assertThat(perform(Operation.Kind.RELEASE_LOCK, null, true)).containsExactly("the lock is free");
	}

	@Test
	void lockIsNotReleasedWithoutForce() throws SQLException {
		try (FlywaysLock lock = new FlywaysLock()) {
			MigrationException ex = catchThrowableOfType(MigrationException.class,
					() -> perform(Operation.Kind.RELEASE_LOCK, null, false));
			assertThat(ex.getCode()).isEqualTo(ProblemCode.LOCK_ALIVE);
			assertThat(ex).hasMessageContainingAll("The lock of store 'postgres' is held by", "pid " + lock.pid());
			assertThat(ex.getAction()).contains("force=true ends its connection");
			assertThat(locks()).hasSize(1);
		}
	}

	@Test
	void forcedReleaseEndsTheHoldersConnectionAndIsRecorded() throws Exception {
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		this.scripts.write("V2__hangs.sql", "CREATE TABLE half (id int); SELECT pg_advisory_xact_lock(42);");
		try (Connection connection = this.postgres.dataSource().getConnection();
				Statement statement = connection.createStatement()) {
			statement.execute("SELECT pg_advisory_lock(42)");
			CompletableFuture<StartFailure> hanging = new CompletableFuture<>();
			Thread service = new Thread(
					() -> this.contextRunner.run((context) -> hanging.complete(StartFailure.of(context))));
			service.start();
			awaitActivity("wait_event = 'advisory'");
			assertThat(perform(Operation.Kind.RELEASE_LOCK, null, true)).singleElement()
				.asString()
				.startsWith("release-lock: ended the connection of");
			StartFailure failure = hanging.get(60, TimeUnit.SECONDS);
			assertThat(failure.description())
				.contains("Database state: what migration V2__hangs.sql (hangs) did was rolled back");
			service.join();
		}
		assertThat(locks()).isEmpty();
		assertThat(log()).filteredOn((row) -> row.get("type").equals("MARK"))
			.singleElement()
			.satisfies((row) -> assertThat(row).containsEntry("script", "release-lock")
				.containsEntry("reason", "because"));
		this.scripts.write("V2__hangs.sql", "CREATE TABLE whole (id int);");
		this.contextRunner.run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(Migrations.class).snapshot(StoreName.POSTGRES).orElseThrow().find("2")).get()
				.satisfies((entry) -> assertThat(entry.state()).isEqualTo(MigrationState.APPLIED));
		});
	}

	private List<String> perform(Operation.Kind kind, @Nullable String version, boolean force, String... properties) {
		Operation operation = new Operation(kind, (version != null) ? Version.parse(version).orElseThrow() : null,
				"because", force);
		CompletableFuture<List<String>> done = new CompletableFuture<>();
		this.contextRunner.withPropertyValues("gemforce.migrations.mode=observe")
			.withPropertyValues(properties)
			.run((context) -> {
				try {
					done.complete(context.getBean(Migrations.class).perform(StoreName.POSTGRES, operation));
				}
				catch (MigrationException ex) {
					done.completeExceptionally(ex);
				}
			});
		try {
			return done.join();
		}
		catch (CompletionException ex) {
			throw (MigrationException) ex.getCause();
		}
	}

	private List<Map<String, Object>> log() {
		return this.postgres.client().sql("SELECT * FROM migration_log ORDER BY rank").query().listOfRows();
	}

	private List<Long> locks() {
		return this.postgres.client().sql("""
				SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks
				WHERE locktype = 'advisory' AND granted
					AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
				""").query(Long.class).list();
	}

	private void awaitActivity(String condition) {
		Awaitility.await(condition)
			.atMost(60, TimeUnit.SECONDS)
			.until(() -> this.postgres.client()
				.sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
						+ "application_name <> 'test' AND " + condition)
				.query(Integer.class)
				.single() > 0);
	}

	/**
	 * Holds Flyway's lock, as an instance that migrates does.
	 */
	private final class FlywaysLock implements AutoCloseable {

		private final Connection connection;

		private FlywaysLock() throws SQLException {
			this.connection = PostgresOperationsTests.this.postgres.dataSource().getConnection();
			execute("SELECT pg_advisory_lock(%d)".formatted(FLYWAYS_LOCK));
		}

		private void execute(String sql) throws SQLException {
			try (Statement statement = this.connection.createStatement()) {
				statement.execute(sql);
			}
		}

		private int pid() throws SQLException {
			return this.connection.unwrap(PGConnection.class).getBackendPID();
		}

		private void release() throws SQLException {
			execute("SELECT pg_advisory_unlock(%d)".formatted(FLYWAYS_LOCK));
		}

		@Override
		public void close() throws SQLException {
			this.connection.close();
		}

	}

}
