package io.gemforce.migrations.postgres.sql;

import java.sql.Connection;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.util.function.Consumer;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.gemforce.migrations.ApplicationInstance;

/**
 * Names the connections that migrate in {@code pg_stat_activity}: {@code
 * application_name} is {@code application/version@host}, unless the user has set one. A
 * connection keeps the name when it goes back to its pool.
 */
public final class NamedDataSource extends PreparingDataSource {

	private static final Log logger = LogFactory.getLog(NamedDataSource.class);

	private static final String APPLICATION_NAME = "ApplicationName";

	private static final String NAME_OF_THE_DRIVER = "PostgreSQL JDBC Driver";

	// NAMEDATALEN, less the terminating zero
	private static final int LONGEST_NAME = 63;

	private final String name;

	private final Consumer<Connection> opened;

	public NamedDataSource(DataSource dataSource, ApplicationInstance application, Consumer<Connection> opened) {
		super(dataSource);
		this.opened = opened;
		this.name = application.label(LONGEST_NAME);
	}

	@Override
	Connection prepare(Connection connection) throws SQLException {
		String before = connection.getClientInfo(APPLICATION_NAME);
		if (before == null || before.isEmpty() || before.equals(NAME_OF_THE_DRIVER)) {
			try {
				connection.setClientInfo(APPLICATION_NAME, this.name);
			}
			catch (SQLClientInfoException ex) {
				logger.debug("The connection that migrates could not be named", ex);
			}
		}
		this.opened.accept(connection);
		return connection;
	}

}
