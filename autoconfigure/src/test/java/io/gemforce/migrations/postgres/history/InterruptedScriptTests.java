package io.gemforce.migrations.postgres.history;

import java.nio.file.Path;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.postgres.TestStore;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Scripts without a transaction whose instance was killed, or lost its connection.
 */
@ExtendWith(TestDatabases.class)
class InterruptedScriptTests {

	private static final String COUNT = "UPDATE acc SET n = n + 1;";

	private static final String LOSE_CONNECTION = COUNT + " SELECT pg_terminate_backend(pg_backend_pid());";

	private static final String NO_TRANSACTION = "executeInTransaction=false";

	private final TestStore store;

	InterruptedScriptTests(PostgresTestDatabase database, @TempDir Path folder) {
		this.store = new TestStore(database, folder);
	}

	@BeforeEach
	void start() {
		this.store.migration("V1__acc.sql", "CREATE TABLE acc (n int); INSERT INTO acc VALUES (0);").migrate();
	}

	@AfterEach
	void close() {
		this.store.close();
	}

	@Test
	void isNotRunAgainAfterALostConnection() {
		loseConnection();
		assertThat(this.store.log()).containsExactly("UP 1 APPLIED", "UP 2 INTERRUPTED");
		assertStopped();
		assertThat(count()).isOne();
	}

	@Test
	void lostConnectionIsToldWithWhatComesNext() {
		this.store.migration("V2__count.sql", LOSE_CONNECTION).migration("V2__count.sql.conf", NO_TRANSACTION);
		assertThatExceptionOfType(MigrationException.class).isThrownBy(this.store::migrate).satisfies((ex) -> {
			assertThat(ex.getDatabaseState()).contains("it is not known how much of migration V2__count.sql");
			assertThat(ex.getAction()).contains("mark-applied", "mark-rolled-back", "version=2");
		});
	}

	@Test
	void isFoundBeforeAnythingElseRuns() {
		loseConnection();
		this.store.migration("V3__more.sql", "CREATE TABLE more (id bigint);");
		assertStopped();
		assertThat(this.store.tables()).containsExactly("acc");
		assertThat(this.store.entry("2").state()).isEqualTo(MigrationState.INTERRUPTED);
	}

	@Test
	void isNotRunAgainAfterAKill() {
		leaveRunning("2", "count", "V2__count.sql");
		this.store.migration("V2__count.sql", COUNT).migration("V2__count.sql.conf", NO_TRANSACTION);
		assertStopped();
		assertThat(count()).isZero();
	}

	@Test
	void goesOnOnceItIsMarkedAsApplied() {
		loseConnection();
		this.store.perform(Operation.Kind.MARK_APPLIED, "2");
		this.store.migration("V3__more.sql", "CREATE TABLE more (id bigint);").migrate();
		assertThat(count()).isOne();
		assertThat(this.store.history()).containsExactly("SQL 1 V1__acc.sql", "SQL 2 V2__count.sql",
				"SQL 3 V3__more.sql");
		assertThat(this.store.log()).containsExactly("UP 1 APPLIED", "UP 2 INTERRUPTED", "UP 2 APPLIED",
				"UP 3 APPLIED");
		assertThat(this.store.plainFlyway().validateWithResult().validationSuccessful).isTrue();
	}

	@Test
	void runsAgainOnceItIsMarkedAsRolledBack() {
		loseConnection();
		this.store.perform(Operation.Kind.MARK_ROLLED_BACK, "2");
		this.store.migration("V2__count.sql", COUNT).migrate();
		assertThat(count()).isEqualTo(2);
		assertThat(this.store.log()).containsExactly("UP 1 APPLIED", "UP 2 INTERRUPTED", "DOWN 2 ROLLED_BACK",
				"UP 2 APPLIED");
	}

	@Test
	void whatFlywayHasRecordedIsApplied() {
		this.store.migration("V2__count.sql", COUNT).migration("V2__count.sql.conf", NO_TRANSACTION).migrate();
		this.store.client().sql("UPDATE migration_log SET state = 'RUNNING' WHERE version = '2'").update();
		this.store.migration("V3__more.sql", "CREATE TABLE more (id bigint);").migrate();
		assertThat(count()).isOne();
		assertThat(this.store.log()).containsExactly("UP 1 APPLIED", "UP 2 APPLIED", "UP 3 APPLIED");
	}

	@Test
	void repeatableRunsAgain() {
		leaveRunning(null, "count", "R__count.sql");
		this.store.migration("R__count.sql", COUNT).migration("R__count.sql.conf", NO_TRANSACTION).migrate();
		assertThat(count()).isOne();
		assertThat(this.store.log()).containsExactly("UP 1 APPLIED", "UP count INTERRUPTED", "UP count APPLIED");
	}

	@Test
	void whatFlywayHasRecordedAsFailedRunsAgainAfterRepair() {
		this.store.migration("V2__count.sql", COUNT + " SELECT 1 / 0;").migration("V2__count.sql.conf", NO_TRANSACTION);
		assertThatExceptionOfType(MigrationException.class).isThrownBy(this.store::migrate);
		assertThat(this.store.log()).endsWith("UP 2 FAILED");
		assertThatExceptionOfType(MigrationException.class).isThrownBy(this.store::migrate)
			.satisfies((ex) -> assertThat(ex.getCode()).isEqualTo(ProblemCode.PREVIOUSLY_FAILED));
		this.store.perform(Operation.Kind.REPAIR, null);
		this.store.migration("V2__count.sql", COUNT).migrate();
		assertThat(count()).isEqualTo(2);
	}

	@Test
	void whatFailedCanBeMarkedAsApplied() {
		this.store.migration("V2__count.sql", COUNT + " SELECT 1 / 0;").migration("V2__count.sql.conf", NO_TRANSACTION);
		assertThatExceptionOfType(MigrationException.class).isThrownBy(this.store::migrate);
		this.store.perform(Operation.Kind.MARK_APPLIED, "2");
		this.store.migrate();
		assertThat(count()).isOne();
		assertThat(this.store.history()).containsExactly("SQL 1 V1__acc.sql", "SQL 2 V2__count.sql");
	}

	@Test
	void onlyTheOldestPendingOneIsMarkedAsApplied() {
		this.store.migration("V2__a.sql", "SELECT 1;").migration("V3__b.sql", "SELECT 1;");
		assertThatExceptionOfType(MigrationException.class)
			.isThrownBy(() -> this.store.perform(Operation.Kind.MARK_APPLIED, "3"))
			.withMessageContaining("2 is pending, too");
		assertThatExceptionOfType(MigrationException.class)
			.isThrownBy(() -> this.store.perform(Operation.Kind.MARK_APPLIED, "1"))
			.withMessageContaining("is not pending");
	}

	private void loseConnection() {
		this.store.migration("V2__count.sql", LOSE_CONNECTION).migration("V2__count.sql.conf", NO_TRANSACTION);
		assertThatExceptionOfType(MigrationException.class).isThrownBy(this.store::migrate);
		assertThat(count()).isOne();
	}

	private void assertStopped() {
		assertThatExceptionOfType(MigrationException.class).isThrownBy(this.store::migrate).satisfies((ex) -> {
			assertThat(ex.getCode()).isEqualTo(ProblemCode.INTERRUPTED);
			assertThat(ex.getMessage()).contains("2 (count)", "did not finish");
			assertThat(ex.getAction()).contains("mark-applied", "mark-rolled-back", "version=2");
		});
	}

	private void leaveRunning(String version, String description, String script) {
		this.store.client().sql("""
				INSERT INTO migration_log (version, description, type, script, direction, state, phase,
					transactional, started_at, run_id, trigger, application, host)
				VALUES (?, ?, 'SQL', ?, 'UP', 'RUNNING', 'EXPAND', false, now(), 'killed', 'STARTUP', 'gems',
					'elsewhere')""").param(version).param(description).param(script).update();
	}

	private int count() {
		return this.store.client().sql("SELECT n FROM acc").query(Integer.class).single();
	}

}
