package io.gemforce.migrations.postgres.sql;

import java.sql.Connection;
import java.sql.SQLException;

import javax.sql.DataSource;

import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Prepares each connection before it is used. One that could not be prepared is closed,
 * so that a pool has it back.
 */
abstract class PreparingDataSource extends DelegatingDataSource {

	PreparingDataSource(DataSource dataSource) {
		super(dataSource);
	}

	@Override
	public final Connection getConnection() throws SQLException {
		return preparedOrClosed(super.getConnection());
	}

	@Override
	public final Connection getConnection(String username, String password) throws SQLException {
		return preparedOrClosed(super.getConnection(username, password));
	}

	private Connection preparedOrClosed(Connection connection) throws SQLException {
		boolean prepared = false;
		try {
			Connection result = prepare(connection);
			prepared = true;
			return result;
		}
		finally {
			if (!prepared) {
				connection.close();
			}
		}
	}

	abstract Connection prepare(Connection connection) throws SQLException;

}
