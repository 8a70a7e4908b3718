package io.gemforce.migrations.postgres.history;

import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.postgres.TestStore;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for two services in one schema, each with its own table of Flyway's, and for
 * tables that older builds have made.
 */
@ExtendWith(TestDatabases.class)
class SharedSchemaTests {

	private static final String OLD_LOG = """
			CREATE TABLE migration_log (
				rank bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, version text, description text NOT NULL,
				type text NOT NULL, script text, checksum text, direction text NOT NULL, state text NOT NULL,
				phase text NOT NULL, transactional boolean NOT NULL, started_at timestamptz NOT NULL,
				finished_at timestamptz, duration_ms bigint, run_id text NOT NULL, trigger text NOT NULL,
				application text NOT NULL, application_version text, host text NOT NULL,
				"user" text NOT NULL DEFAULT current_user, reason text, error_type text, error_message text,
				error_code text
			)""";

	private static final String OLD_ROW = """
			INSERT INTO migration_log (version, description, type, script, checksum, direction, state, phase,
				transactional, started_at, finished_at, duration_ms, run_id, trigger, application, host)
			VALUES (?, ?, 'SQL', ?, NULL, 'UP', ?, 'EXPAND', false, now(), now(), 1, 'old', 'STARTUP', ?, 'there')""";

	private static final String OLD_HOLD = """
			CREATE TABLE IF NOT EXISTS migration_hold (
				store text PRIMARY KEY, version text NOT NULL, reason text,
				"user" text NOT NULL DEFAULT current_user, since timestamptz NOT NULL
			)""";

	private static final String OLD_HOLDING = """
			INSERT INTO migration_hold (store, version, reason, since) VALUES ('postgres', '1', 'old', now())
				ON CONFLICT (store) DO UPDATE SET version = excluded.version, reason = excluded.reason""";

	private static final int GATE = 77;

	private final PostgresTestDatabase database;

	private final TestStore orders;

	private final TestStore billing;

	SharedSchemaTests(PostgresTestDatabase database, @TempDir Path folder) {
		this.database = database;
		this.orders = service(database, folder, "orders");
		this.billing = service(database, folder, "billing");
	}

	private static TestStore service(PostgresTestDatabase database, Path folder, String name) {
		return new TestStore(database, folder.resolve(name)).application(name)
			.configured((flyway) -> flyway.table(name + "_history").baselineOnMigrate(true).baselineVersion("0"))
			.migration("V1__a.sql", "CREATE TABLE %s_1 (id int);".formatted(name))
			.migration("V2__b.sql", "CREATE TABLE %s_2 (id int);".formatted(name))
			.undo("U2__b.sql", "DROP TABLE %s_2;".formatted(name));
	}

	@AfterEach
	void close() {
		this.orders.close();
		this.billing.close();
	}

	@Test
	void aRollbackOfOneServiceDoesNotHoldTheOther() {
		this.orders.migrate();
		this.billing.migrate();
		this.orders.rollBackTo("1");
		assertThat(this.billing.migration("V3__c.sql", "SELECT 1;").migrate().executed()).containsExactly("3");
		this.billing.undo("U3__c.sql", "SELECT 1;").rollBackTo("2");
		assertThat(this.billing.migrate().outcome()).isEqualTo(StoreResult.Outcome.HELD);
		assertThat(this.orders.migrate().outcome()).isEqualTo(StoreResult.Outcome.HELD);
		this.billing.perform(Operation.Kind.RELEASE_HOLD, null);
		assertThat(this.billing.migrate().executed()).containsExactly("3");
		assertThat(this.orders.migrate().outcome()).isEqualTo(StoreResult.Outcome.HELD);
	}

	@Test
	void aServiceThatWasAloneKeepsItsHoldToItself() {
		this.orders.migrate();
		this.orders.rollBackTo("1");
		assertThat(this.billing.migrate().executed()).containsExactly("1", "2");
		this.billing.rollBackTo("1");
		this.billing.perform(Operation.Kind.RELEASE_HOLD, null);
		assertThat(this.orders.migrate().outcome()).isEqualTo(StoreResult.Outcome.HELD);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void servicesThatStartTogetherMakeOneLog(boolean transactional) throws Exception {
		this.orders.migration("V0_5__waits.sql", "SELECT pg_advisory_xact_lock_shared(%d);".formatted(GATE));
		if (!transactional) {
			this.billing.migration("V0_5__plain.sql", "VACUUM;")
				.migration("V0_5__plain.sql.conf", "executeInTransaction=false");
		}
		try (Connection gate = this.database.dataSource().getConnection()) {
			gate.createStatement().execute("SELECT pg_advisory_lock(%d)".formatted(GATE));
			CompletableFuture<StoreResult> first = CompletableFuture.supplyAsync(this.orders::migrate);
			awaitBlocked("%pg_advisory_xact_lock_shared%");
			CompletableFuture<StoreResult> second = CompletableFuture.supplyAsync(this.billing::migrate);
			awaitBlocked("CREATE TABLE%");
			gate.createStatement().execute("SELECT pg_advisory_unlock(%d)".formatted(GATE));
			assertThat(first.get(30, TimeUnit.SECONDS).executed()).contains("1", "2");
			assertThat(second.get(30, TimeUnit.SECONDS).executed()).contains("1", "2");
		}
	}

	private void awaitBlocked(String query) {
		Awaitility.await()
			.until(() -> this.database.client()
				.sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
						+ "AND wait_event_type = 'Lock' AND query LIKE ?")
				.param(query)
				.query(Long.class)
				.single() > 0);
	}

	@Test
	void rowsBelongToTheirService() {
		this.orders.application("shop").migrate();
		this.billing.application("shop").migrate();
		this.orders.client()
			.sql("UPDATE migration_log SET state = 'RUNNING' WHERE history = 'orders_history' AND version = '2'")
			.update();
		this.billing.migration("V3__c.sql", "SELECT 1;").migrate();
		assertThat(this.billing.entry("2").recorded().attempts()).hasSize(1);
		assertThat(this.billing.start().validate().problems()).isEmpty();
		assertThat(this.orders.client()
			.sql("SELECT state FROM migration_log WHERE history = 'orders_history' AND version = '2'")
			.query(String.class)
			.single()).isEqualTo(MigrationState.RUNNING.name());
	}

	@Test
	void rowsOfOlderBuildsStayReadableAfterTheUpgrade() {
		oldService("orders");
		assertThat(this.orders.migrate().executed()).containsExactly("1", "2");
		assertThat(this.orders.entry("1").recorded().attempts()).hasSize(2);
		assertThat(histories()).containsExactly(null, "orders_history", "orders_history");
	}

	@Test
	void rowsOfOlderBuildsAreThoseOfTheServiceThatWroteThem() {
		oldService("orders");
		this.billing.migrate();
		this.orders.migrate();
		assertThat(this.billing.entry("1").recorded().attempts()).hasSize(1);
		assertThat(this.orders.entry("1").recorded().attempts()).hasSize(2);
	}

	@Test
	void olderBuildsWorkBesideNewOnes() {
		this.orders.migrate();
		this.orders.client().sql(OLD_ROW).params("3", "c", "V3__c.sql", "FAILED", "orders").update();
		assertThat(this.orders.entry("3").state()).isEqualTo(MigrationState.FAILED);
		this.orders.rollBackTo("1");
		assertThat(this.orders.client()
			.sql("SELECT version FROM migration_hold WHERE store = 'postgres'")
			.query(String.class)
			.list()).containsExactly("1");
		this.orders.perform(Operation.Kind.RELEASE_HOLD, null);
		this.orders.client().sql(OLD_HOLD).update();
		this.orders.client().sql(OLD_HOLDING).update();
		assertThat(this.orders.migrate().outcome()).isEqualTo(StoreResult.Outcome.HELD);
	}

	@Test
	void aLogThatTheUserMayNotAlterIsUsedAsItIs() {
		oldService("orders");
		String user = userWithoutLog();
		assertThat(this.orders.startAs(user).migrate(this.orders.run(), PlanGuard.open()).executed())
			.containsExactly("1", "2");
		assertThat(this.orders.entry("1").recorded().attempts()).hasSize(2);
	}

	@Test
	void aSharedLogThatTheUserMayNotAlterIsRefused() {
		oldService("orders");
		String user = userWithoutLog();
		this.database.client().sql("CREATE TABLE billing_history (installed_rank int PRIMARY KEY)").update();
		assertThatExceptionOfType(MigrationException.class)
			.isThrownBy(() -> this.orders.startAs(user).migrate(this.orders.run(), PlanGuard.open()))
			.satisfies((ex) -> {
				assertThat(ex.getCode()).isEqualTo(ProblemCode.PERMISSION_DENIED);
				assertThat(ex.getProblems().get(0).action()).contains(
						"ALTER TABLE \"public\".\"migration_log\" ADD COLUMN IF NOT EXISTS history text",
						"gemforce.migrations.postgres.log-table");
			});
		assertThat(this.orders.tables()).doesNotContain("orders_1");
	}

	@Test
	void theTablesMayBeElsewhere() {
		this.database.client().sql("CREATE SCHEMA ops").update();
		this.orders.tables("ops.executions", "ops.holds").migrate();
		this.billing.tables("ops.executions", "ops.holds").migrate();
		this.orders.rollBackTo("1");
		assertThat(this.orders.migrate().outcome()).isEqualTo(StoreResult.Outcome.HELD);
		assertThat(this.billing.migration("V3__c.sql", "SELECT 1;").migrate().executed()).containsExactly("3");
		assertThat(this.database.client()
			.sql("SELECT DISTINCT history FROM ops.executions ORDER BY 1")
			.query(String.class)
			.list()).containsExactly("\"public\".\"billing_history\"", "\"public\".\"orders_history\"");
		assertThat(this.database.client()
			.sql("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'migration%'")
			.query(Long.class)
			.single()).isZero();
	}

	private void oldService(String application) {
		this.database.client().sql(OLD_LOG).update();
		this.database.client().sql(OLD_ROW).params("1", "a", "V1__a.sql", "FAILED", application).update();
		this.database.client().sql("""
				CREATE TABLE %1$s_history (
					installed_rank int NOT NULL CONSTRAINT %1$s_history_pk PRIMARY KEY, version varchar(50),
					description varchar(200) NOT NULL, type varchar(20) NOT NULL, script varchar(1000) NOT NULL,
					checksum int, installed_by varchar(100) NOT NULL,
					installed_on timestamp NOT NULL DEFAULT now(), execution_time int NOT NULL,
					success boolean NOT NULL
				)""".formatted(application)).update();
	}

	private String userWithoutLog() {
		String user = "user_" + this.database.name();
		for (String statement : List.of("CREATE ROLE %s LOGIN", "GRANT USAGE, CREATE ON SCHEMA public TO %s",
				"GRANT SELECT, INSERT, UPDATE ON migration_log TO %s", "ALTER TABLE orders_history OWNER TO %s")) {
			this.database.client().sql(statement.formatted(user)).update();
		}
		return user;
	}

	private List<String> histories() {
		return this.database.client()
			.sql("SELECT history FROM migration_log ORDER BY rank")
			.query((row, number) -> row.getString(1))
			.list();
	}

}
