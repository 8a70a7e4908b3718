package io.gemforce.migrations.postgres;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

import io.gemforce.migrations.ExecutionStart;
import io.gemforce.migrations.MigrationListener;
import io.gemforce.migrations.postgres.history.FlywayDatabase;
import io.gemforce.migrations.postgres.sql.InitializedDataSource;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.store.StoreLock;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the connections that are used beside those that Flyway opens.
 */
@ExtendWith(TestDatabases.class)
class FlywayConnectionTests {

	private static final String STATE = """
			SELECT current_user || ' ' || current_setting('search_path') || ' ' || current_setting('lock_timeout')""";

	private final PostgresTestDatabase database;

	FlywayConnectionTests(PostgresTestDatabase database) {
		this.database = database;
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void initSqlIsRunAndTakenBack(boolean autoCommit) throws SQLException {
		try (Connection connection = this.database.dataSource().getConnection()) {
			connection.setAutoCommit(autoCommit);
			SingleConnectionDataSource pool = new SingleConnectionDataSource(connection, true);
			JdbcClient outside = JdbcClient.create(pool);
			String before = outside.sql(STATE).query(String.class).single();
			JdbcClient inside = JdbcClient.create(InitializedDataSource.of(Flyway.configure()
				.dataSource(pool)
				.placeholders(Map.of("role", "pg_monitor"))
				.initSql("SET ROLE ${Role}; SET search_path TO app; SET SESSION lock_timeout = '7s'")));
			assertThat(inside.sql(STATE).query(String.class).single()).isEqualTo("pg_monitor app 7s");
			assertThat(outside.sql(STATE).query(String.class).single()).isEqualTo(before);
			FlywayDatabase.inTransaction(
					InitializedDataSource.of(Flyway.configure().dataSource(pool).initSql("SET search_path TO app")),
					(client) -> client.sql("CREATE TABLE public.a ()").update());
			assertThat(outside.sql(STATE).query(String.class).single()).isEqualTo(before);
		}
		assertThat(
				this.database.client().sql("SELECT to_regclass('public.a') IS NOT NULL").query(Boolean.class).single())
			.isTrue();
	}

	@Test
	void theLockOfARunIsThatInstancesOwn(@TempDir Path folder) {
		List<Boolean> mine = new ArrayList<>();
		try (TestStore store = new TestStore(this.database, folder).poolSize(2)
			.migration("V1__a.sql", "CREATE TABLE a (id int);")
			.undo("U1__a.sql", "DROP TABLE a;")) {
			FlywayMigrationStore instance = store.start();
			FlywayMigrationStore other = store.start();
			MigrationListener listener = new MigrationListener() {

				@Override
				public void executionBegan(ExecutionStart execution) {
					StoreLock lock = instance.lock();
					assertThat(lock.held()).isTrue();
					mine.add(lock.mine());
					mine.add(other.lock().mine());
				}

			};
			instance.migrate(store.run(listener), PlanGuard.open());
			instance.rollback(TestStore.to("0"), store.run(listener), PlanGuard.open(), null);
			assertThat(instance.lock().mine()).isFalse();
		}
		assertThat(mine).containsExactly(true, false, true, false);
	}

}
