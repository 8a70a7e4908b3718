package io.gemforce.migrations.postgres.undo;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.postgres.TestStore;
import io.gemforce.migrations.support.ChildProcess;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Processes that are killed at each point of a rollback, with {@code kill -9}: what they
 * leave is a state that the next rollback finishes, and that no build applies again what
 * was rolled back on.
 */
@ExtendWith(TestDatabases.class)
class KilledRollbackTests {

	private static final String WAITING = """
			SELECT pid FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'""";

	private final Path folder;

	private final TestStore store;

	private final Connection blocker;

	private final JdbcClient blocking;

	KilledRollbackTests(PostgresTestDatabase database, @TempDir Path folder) throws SQLException {
		this.folder = folder;
		this.store = new TestStore(database, folder).migration("V1__a.sql", "CREATE TABLE a (id bigint);")
			.migration("V2__b.sql", "CREATE TABLE b (id bigint);")
			.migration("V3__c.sql", "CREATE TABLE c (id bigint);")
			.undo("U2__drop_b.sql", "DROP TABLE IF EXISTS b;")
			.undo("U3__drop_c.sql", "DROP TABLE IF EXISTS c;");
		this.store.migrate();
		this.blocker = database.dataSource().getConnection();
		this.blocking = JdbcClient.create(new SingleConnectionDataSource(this.blocker, true));
	}

	@AfterEach
	void close() throws SQLException {
		this.blocker.close();
		this.store.close();
	}

	@Test
	void beforeTheHold() throws SQLException {
		this.blocking.sql("SELECT pg_advisory_lock(?)").param(77433833903597L).query().listOfRows();
		try (ChildProcess process = start()) {
			awaitWith(process, """
					SELECT count(*) FROM pg_stat_activity
					WHERE datname = current_database() AND query LIKE 'SELECT pg_try_advisory_lock%'""");
			process.kill();
		}
		this.blocker.close();
		assertThat(this.store.history()).hasSize(3);
		assertThat(this.store.start().hold()).isEmpty();
		assertThat(this.store.rollBackTo("1").executed()).containsExactly("3", "2");
	}

	@Test
	void betweenTheHoldAndTheFirstUndo() throws SQLException {
		killWhileWaitingForTable("c");
		assertThat(this.store.start().hold()).get().satisfies((hold) -> {
			assertThat(hold.version()).hasToString("1");
			assertThat(hold.reason()).isEqualTo("killed");
		});
		assertThat(this.store.tables()).containsExactly("a", "b", "c");
		assertThat(this.store.history()).hasSize(3);
		assertThat(this.store.log()).noneMatch((row) -> row.startsWith("DOWN"));
		assertThat(this.store.migrate().outcome()).isEqualTo(StoreResult.Outcome.UP_TO_DATE);
		assertThat(this.store.rollBackTo("1").executed()).containsExactly("3", "2");
	}

	@Test
	void betweenTwoUndos() throws SQLException {
		killWhileWaitingForTable("b");
		assertThat(this.store.tables()).containsExactly("a", "b");
		assertThat(this.store.log()).endsWith("DOWN 3 ROLLED_BACK");
		assertThat(this.store.migrate().outcome()).isEqualTo(StoreResult.Outcome.HELD);
		assertThat(this.store.rollBackTo("1").executed()).containsExactly("2");
		assertThat(this.store.tables()).containsExactly("a");
		assertThat(this.store.migrate().outcome()).isEqualTo(StoreResult.Outcome.HELD);
	}

	@Test
	void inAnUndoWithoutATransaction() throws SQLException {
		this.store.undo("U3__drop_c.sql.conf", "executeInTransaction=false");
		killWhileWaitingForTable("c");
		assertThat(this.store.log()).endsWith("DOWN 3 RUNNING");
		assertThat(this.store.entry("3").state()).isEqualTo(MigrationState.INTERRUPTED);
		assertThat(this.store.start().validate().errors()).singleElement()
			.satisfies((problem) -> assertThat(problem.code()).isEqualTo(ProblemCode.INTERRUPTED));
		assertThat(this.store.rollBackTo("1").executed()).containsExactly("3", "2");
		assertThat(this.store.log()).endsWith("DOWN 3 INTERRUPTED", "DOWN 3 ROLLED_BACK", "DOWN 2 ROLLED_BACK");
		assertThat(this.store.start().validate().errors()).isEmpty();
	}

	@Test
	void betweenAnUndoWithoutATransactionAndItsEntry() throws SQLException {
		this.store.undo("U3__drop_c.sql.conf", "executeInTransaction=false");
		this.store.client().sql("""
				CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
				$$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END $$""").update();
		this.store.client().sql("""
				CREATE TRIGGER wait BEFORE INSERT ON flyway_schema_history FOR EACH ROW
				WHEN (NEW.type = 'DELETE') EXECUTE FUNCTION wait()""").update();
		this.blocking.sql("SELECT pg_advisory_lock(1)").query().listOfRows();
		kill();
		assertThat(this.store.tables()).containsExactly("a", "b");
		assertThat(this.store.history()).hasSize(3);
		assertThat(this.store.entry("3").state()).isEqualTo(MigrationState.INTERRUPTED);
		assertThat(this.store.rollBackTo("1").executed()).containsExactly("3", "2");
		assertThat(this.store.start().validate().errors()).isEmpty();
	}

	@Test
	void betweenTheEntryOfAnUndoWithoutATransactionAndTheLog() throws SQLException {
		this.store.undo("U3__drop_c.sql.conf", "executeInTransaction=false");
		this.store.client().sql("""
				CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
				$$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END $$""").update();
		this.store.client().sql("""
				CREATE TRIGGER wait BEFORE UPDATE ON migration_log FOR EACH ROW EXECUTE FUNCTION wait()""").update();
		this.blocking.sql("SELECT pg_advisory_lock(1)").query().listOfRows();
		kill();
		assertThat(this.store.history()).endsWith("DELETE 3 U3__drop_c.sql");
		assertThat(this.store.log()).endsWith("DOWN 3 RUNNING");
		assertThat(this.store.entry("3").state()).isEqualTo(MigrationState.HELD);
		assertThat(this.store.start().validate().errors()).isEmpty();
		assertThat(this.store.rollBackTo("1").executed()).containsExactly("2");
	}

	private void killWhileWaitingForTable(String table) throws SQLException {
		this.blocker.setAutoCommit(false);
		this.blocking.sql("LOCK TABLE %s IN ACCESS SHARE MODE".formatted(table)).update();
		kill();
	}

	// A server notices only when it next speaks to the client that the client is gone
	private void kill() throws SQLException {
		try (ChildProcess process = start()) {
			awaitWith(process, "SELECT count(*) FROM (%s) AS waiting".formatted(WAITING));
			process.kill();
		}
		this.store.client()
			.sql("SELECT pg_terminate_backend(pid, 5000) FROM (%s) AS waiting".formatted(WAITING))
			.query()
			.listOfRows();
		this.blocker.close();
	}

	private ChildProcess start() {
		return ChildProcess.start(RollbackProcess.class, this.store.database().name(),
				Integer.toString(this.store.database().port()), this.folder.toString(), "1");
	}

	private void awaitWith(ChildProcess process, String sql) {
		Awaitility.await(sql)
			.atMost(Duration.ofSeconds(90))
			.pollInterval(Duration.ofMillis(20))
			.failFast("it has ended", () -> assertThat(process.isAlive()).as(process.output()).isTrue())
			.until(() -> this.store.client().sql(sql).query(Integer.class).single() > 0);
	}

}
