package io.gemforce.migrations.postgres;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.postgres.history.FlywayFailures;
import io.gemforce.migrations.postgres.sql.ServerMessages;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What is said and recorded of a migration that fails, or that cannot be recorded.
 */
@ExtendWith(TestDatabases.class)
class FailedMigrationTests {

	private final TestStore store;

	FailedMigrationTests(PostgresTestDatabase database, @TempDir Path folder) {
		this.store = new TestStore(database, folder);
	}

	@AfterEach
	void close() {
		this.store.close();
	}

	@Test
	void groupThatIsRolledBackIsNotApplied() {
		this.store.configured((flyway) -> flyway.group(true))
			.migration("V1__a.sql", "CREATE TABLE a (id int);")
			.migration("V2__b.sql", "CREATE TABLE b (id int);")
			.migration("V3__fails.sql", "SELECT 1 / 0;");
		assertThatExceptionOfType(MigrationException.class).isThrownBy(this.store::migrate)
			.satisfies((ex) -> assertThat(ex.getDatabaseState()).contains("V3__fails.sql (fails) did was rolled back",
					"so was V1__a.sql, V2__b.sql"));
		assertThat(this.store.tables()).isEmpty();
		assertThat(this.store.log()).containsExactly("UP 1 FAILED", "UP 2 FAILED", "UP 3 FAILED");
	}

	@Test
	void groupIsAppliedWhenItIsCommitted() {
		this.store.configured((flyway) -> flyway.group(true))
			.migration("V1__a.sql", "CREATE TABLE a (id int);")
			.migration("V2__b.sql", "CREATE TABLE b (id int);");
		assertThat(this.store.migrate().executed()).containsExactly("1", "2");
		assertThat(this.store.log()).containsExactly("UP 1 APPLIED", "UP 2 APPLIED");
	}

	@ParameterizedTest
	@ValueSource(strings = { "INSERT INTO person VALUES (2, 'secret@x', 1);",
			"INSERT INTO person VALUES (3, 'secret-2', NULL);", "INSERT INTO person VALUES (4, 'secret-4', -1);",
			"ALTER TABLE person ALTER COLUMN email TYPE int USING email::int;",
			"CREATE TYPE mood AS ENUM ('a'); ALTER TABLE person ALTER COLUMN email TYPE mood USING email::mood;",
			"CREATE UNIQUE INDEX one ON person ((1)) INCLUDE (email); INSERT INTO person SELECT 9, 'secret', 9;",
			"DO $$ BEGIN EXECUTE (SELECT 'INSERT INTO person VALUES (1, ''' || email || ''', 1)' FROM person); END $$;" })
	void noRowIsToldOrRecorded(String statement) {
		this.store.migration("V1__person.sql", """
				CREATE TABLE person (id int PRIMARY KEY, email text UNIQUE, age int NOT NULL CHECK (age > 0));
				INSERT INTO person VALUES (1, 'secret@x', 1);""").migrate();
		this.store.migration("V2__fails.sql", statement);
		assertThatExceptionOfType(MigrationException.class).isThrownBy(this.store::migrate).satisfies((ex) -> {
			assertThat(ex.getMessage()).contains("V2__fails.sql", "SQLSTATE");
			assertThat(trace(ex)).doesNotContain("secret");
		});
		assertThat(this.store.logRows()).last()
			.satisfies((row) -> assertThat(row.toString()).contains("FAILED").doesNotContain("secret"));
	}

	@Test
	void whatDependsOnAnObjectIsTold() {
		this.store.migration("V1__t.sql", "CREATE TABLE t (id int); CREATE VIEW v AS SELECT * FROM t;").migrate();
		this.store.migration("V2__drop.sql", "DROP TABLE t;");
		assertThatExceptionOfType(MigrationException.class).isThrownBy(this.store::migrate)
			.withMessageContaining("view v depends on table t");
	}

	@Test
	void causesThatFormACircleAreNoObstacle() {
		SQLException first = new SQLException("first", "22012");
		SQLException second = new SQLException("second", "22012", first);
		first.initCause(second);
		IllegalStateException failure = new IllegalStateException(first);
		assertThat(FlywayFailures.error(failure).code()).isEqualTo("22012");
		assertThat(ServerMessages.withoutRows(failure)).isSameAs(failure);
	}

	@Test
	void tableOfTheUsersWithTheNameOfTheLogIsToldBeforeAnythingRuns() {
		this.store.client().sql("CREATE TABLE migration_log (id int)").update();
		this.store.configured((flyway) -> flyway.baselineOnMigrate(true).baselineVersion("0"))
			.migration("V1__a.sql", "CREATE TABLE a (id int);");
		assertThatExceptionOfType(MigrationException.class).isThrownBy(this.store::migrate).satisfies((ex) -> {
			assertThat(ex.getCode()).isEqualTo(ProblemCode.FOREIGN_HISTORY);
			assertThat(ex.getAction()).contains("gemforce.migrations.postgres.log-table");
		});
		assertThat(this.store.tables()).isEmpty();
	}

	@Test
	void withoutTheRightToCreateTablesTheStatementsForSomebodyElseAreTold() {
		String user = this.store.database().name() + "_dml";
		this.store.migration("V1__t.sql", "CREATE TABLE t (id int);").migrate();
		this.store.client().sql("DROP TABLE migration_log").update();
		this.store.client().sql("CREATE ROLE %s LOGIN".formatted(user)).update();
		try {
			this.store.client().sql("GRANT SELECT, INSERT ON flyway_schema_history, t TO %s".formatted(user)).update();
			this.store.migration("V2__row.sql", "INSERT INTO t VALUES (1);");
			assertThatExceptionOfType(MigrationException.class).isThrownBy(() -> migrateAs(user)).satisfies((ex) -> {
				assertThat(ex.getCode()).isEqualTo(ProblemCode.PERMISSION_DENIED);
				statements(ex.getAction()).forEach((statement) -> this.store.client().sql(statement).update());
			});
			assertThat(this.store.client().sql("SELECT count(*) FROM t").query(Long.class).single()).isZero();
			migrateAs(user);
			assertThat(this.store.log()).containsExactly("UP 2 APPLIED");
		}
		finally {
			this.store.client().sql("DROP OWNED BY %s".formatted(user)).update();
			this.store.client().sql("DROP ROLE %s".formatted(user)).update();
		}
	}

	private void migrateAs(String user) {
		this.store.startAs(user).migrate(this.store.run(), PlanGuard.open());
	}

	private static List<String> statements(String action) {
		return List.of(action.substring(action.indexOf("CREATE TABLE"), action.indexOf("; then")).split(";"));
	}

	private static String trace(Throwable failure) {
		StringWriter trace = new StringWriter();
		failure.printStackTrace(new PrintWriter(trace));
		return trace.toString();
	}

}
