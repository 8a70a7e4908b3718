package io.gemforce.migrations.postgres.sql;

import java.sql.Connection;
import java.sql.SQLException;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link PreparingDataSource}.
 */
@ExtendWith(TestDatabases.class)
class PreparingDataSourceTests {

	private final PostgresTestDatabase database;

	PreparingDataSourceTests(PostgresTestDatabase database) {
		this.database = database;
	}

	@Test
	void poolHasAConnectionBackThatCouldNotBePrepared() throws SQLException {
		try (HikariDataSource pool = new HikariDataSource()) {
			pool.setDataSource(this.database.dataSource());
			PreparingDataSource failing = new PreparingDataSource(pool) {

				@Override
				Connection prepare(Connection connection) {
					throw new IllegalStateException("not prepared");
				}

			};
			assertThatIllegalStateException().isThrownBy(failing::getConnection).withMessage("not prepared");
			HikariPoolMXBean connections = pool.getHikariPoolMXBean();
			assertThat(connections.getActiveConnections()).isZero();
		}
	}

}
