package io.gemforce.migrations.postgres.sql;

import java.nio.file.Path;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.postgres.FlywayMigrationStore;
import io.gemforce.migrations.postgres.TestStore;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What scripts leave in their session, as a user who may not do everything.
 */
@ExtendWith(TestDatabases.class)
class ScriptSessionTests {

	private static final String NO_TRANSACTION = "executeInTransaction=false";

	private final TestStore store;

	private final String login;

	private final String owner;

	ScriptSessionTests(PostgresTestDatabase database, @TempDir Path folder) {
		this.store = new TestStore(database, folder);
		this.login = database.name() + "_login";
		this.owner = database.name() + "_owner";
	}

	@BeforeEach
	void createRoles() {
		this.store.client().sql("CREATE ROLE %s NOLOGIN".formatted(this.owner)).update();
		this.store.client().sql("CREATE ROLE %s LOGIN IN ROLE %s".formatted(this.login, this.owner)).update();
		this.store.client()
			.sql("GRANT CREATE, USAGE ON SCHEMA public TO %s, %s".formatted(this.login, this.owner))
			.update();
	}

	@AfterEach
	void dropRoles() {
		this.store.close();
		this.store.client().sql("DROP OWNED BY %s, %s CASCADE".formatted(this.login, this.owner)).update();
		this.store.client().sql("DROP ROLE %s, %s".formatted(this.login, this.owner)).update();
	}

	@ParameterizedTest
	@ValueSource(strings = { "SET ROLE %s;", "SET LOCAL ROLE %s;", "SET search_path = '';",
			"SET default_transaction_read_only = on; SET default_transaction_read_only = off;",
			"SET statement_timeout = 100; SET lock_timeout = 100;", "SELECT pg_advisory_unlock_all();",
			"CREATE TEMP TABLE migration_log (id int);", "PREPARE p AS SELECT 1;", "LISTEN c;",
			"SET row_security = off;" })
	void whatAScriptLeavesIsNoObstacle(String statement) {
		this.store.migration("V1__leaves.sql", "CREATE TABLE a (id int); " + statement.formatted(this.owner))
			.migration("V2__next.sql", "CREATE TABLE public.b (id int);");
		migrate();
		assertThat(this.store.log()).containsExactly("UP 1 APPLIED", "UP 2 APPLIED");
		assertThat(this.store.history()).containsExactly("SQL 1 V1__leaves.sql", "SQL 2 V2__next.sql");
		assertThat(users()).containsOnly(this.login);
	}

	@Test
	void sessionAuthorizationIsNoObstacle() {
		this.store
			.migration("V1__leaves.sql", "SET SESSION AUTHORIZATION %s; CREATE TABLE a (id int);".formatted(this.owner))
			.migration("V2__next.sql", "CREATE TABLE b (id int);")
			.migrate();
		assertThat(this.store.log()).containsExactly("UP 1 APPLIED", "UP 2 APPLIED");
		assertThat(users()).containsOnly("postgres");
	}

	@Test
	void lockIsAcquiredAgainThatAScriptWithoutATransactionHasReleased() {
		this.store.migration("V1__a.sql", "CREATE TABLE a (id int);")
			.migration("V2__discard.sql", "DISCARD ALL;")
			.migration("V3__b.sql", "CREATE TABLE b (id int);");
		migrate();
		assertThat(this.store.log()).containsExactly("UP 1 APPLIED", "UP 2 APPLIED", "UP 3 APPLIED");
		assertThat(this.store.history()).hasSize(3);
	}

	@Test
	void failureIsRecordedThoughAScriptMadeTheSessionReadOnly() {
		this.store.migration("V1__leaves.sql", "SET default_transaction_read_only = on;")
			.migration("V2__fails.sql", "CREATE TABLE b (id int);");
		assertThatExceptionOfType(MigrationException.class).isThrownBy(this::migrate)
			.withMessageContaining("read-only transaction");
		assertThat(this.store.log()).containsExactly("UP 1 APPLIED", "UP 2 FAILED");
	}

	@Test
	void rowOfAScriptWithoutATransactionIsWrittenThoughTheSessionIsReadOnly() {
		this.store.migration("V1__leaves.sql", "SET default_transaction_read_only = on; SET statement_timeout = 9;")
			.migration("V2__b.sql",
					"SET default_transaction_read_only = off; SET statement_timeout = 0; CREATE TABLE b (id int);")
			.migration("V2__b.sql.conf", NO_TRANSACTION);
		migrate();
		assertThat(this.store.log()).containsExactly("UP 1 APPLIED", "UP 2 APPLIED");
	}

	@Test
	void poolDoesNotGetWhatAScriptLeaves() {
		this.store.migration("V1__leaves.sql",
				"SET statement_timeout = 12345; CREATE TEMP TABLE t (id int); LISTEN c;");
		FlywayMigrationStore instance = this.store.startAs(this.login);
		instance.migrate(this.store.run(), PlanGuard.open());
		assertThat(this.store.pooled().sql("SELECT current_setting('statement_timeout')").query(String.class).single())
			.isEqualTo("0");
		assertThat(this.store.pooled()
			.sql("SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema()")
			.query(Integer.class)
			.single()).isZero();
		assertThat(instance.validate().errors()).isEmpty();
	}

	@Test
	void undoRestoresTheRoleAndTheLock() {
		this.store.migration("V1__a.sql", "CREATE TABLE a (id int);")
			.migration("V2__b.sql", "SET ROLE %s; CREATE TABLE b (id int);".formatted(this.owner))
			.undo("U2__b.sql", "SET ROLE %s; DROP TABLE b; SELECT pg_advisory_unlock_all();".formatted(this.owner));
		migrate();
		this.store.startAs(this.login).rollback(TestStore.to("1"), this.store.run(), PlanGuard.open(), "why");
		assertThat(this.store.log()).endsWith("DOWN 2 ROLLED_BACK");
		assertThat(users()).containsOnly(this.login);
	}

	@Test
	void lostLockIsToldWhenAnotherInstanceHasIt() {
		this.store.migration("V1__unlock.sql", """
				CREATE EXTENSION dblink;
				DO $$ BEGIN
				PERFORM dblink_connect('other', 'host=localhost port=%d user=postgres dbname=' || current_database());
				PERFORM pg_advisory_unlock_all();
				PERFORM * FROM dblink('other', 'SELECT pg_try_advisory_lock(%d)') AS t (locked boolean);
				END $$;
				CREATE TABLE a (id int);""".formatted(this.store.database().port(),
				77431708279161L + "\"public\".\"flyway_schema_history\"".hashCode()));
		assertThatExceptionOfType(MigrationException.class).isThrownBy(this.store::migrate)
			.satisfies((ex) -> assertThat(ex.getCode()).isEqualTo(ProblemCode.LOCK_LOST));
		assertThat(this.store.tables()).isEmpty();
	}

	private void migrate() {
		this.store.startAs(this.login).migrate(this.store.run(), PlanGuard.open());
	}

	private Iterable<String> users() {
		return this.store.client()
			.sql("SELECT \"user\" FROM migration_log UNION ALL SELECT installed_by FROM flyway_schema_history")
			.query(String.class)
			.list();
	}

}
