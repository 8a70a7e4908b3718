package io.gemforce.migrations.postgres.sql;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.datasource.SmartDataSource;

/**
 * Gives out connections to run scripts on. One in which scripts have left something, such
 * as a timeout, a role, a temporary table or a lock, is closed for good when it is given
 * back, so that the application does not get it from its pool.
 */
public final class ScriptDataSource extends PreparingDataSource {

	private static final Log logger = LogFactory.getLog(ScriptDataSource.class);

	private static final String LEFT = """
			SELECT concat_ws('/', current_user, session_user,
				(SELECT md5(string_agg(name || '=' || setting, ',' ORDER BY name)) FROM pg_settings
					WHERE context IN ('user', 'superuser') AND name <> 'application_name'),
				(SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema()),
				(SELECT count(*) FROM pg_prepared_statements WHERE from_sql),
				(SELECT count(*) FROM pg_cursors WHERE is_holdable),
				(SELECT count(*) FROM pg_listening_channels()),
				(SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'))""";

	private ScriptDataSource(DataSource dataSource) {
		super(dataSource);
	}

	/**
	 * Returns the data source itself if its connections may not be closed here.
	 */
	public static DataSource of(DataSource dataSource) {
		boolean ending = !(dataSource instanceof DelegatingDataSource delegating
				&& delegating.getTargetDataSource() instanceof SmartDataSource);
		return ending ? new ScriptDataSource(dataSource) : dataSource;
	}

	@Override
	Connection prepare(Connection connection) {
		String before = left(connection);
		return (Connection) Proxy.newProxyInstance(ScriptDataSource.class.getClassLoader(),
				new Class<?>[] { Connection.class }, (proxy, method, arguments) -> {
					if (method.getName().equals("close") && !connection.isClosed()) {
						close(connection, before);
						return null;
					}
					try {
						return method.invoke(connection, arguments);
					}
					catch (InvocationTargetException ex) {
						throw ex.getTargetException();
					}
				});
	}

	private static String left(Connection connection) {
		return JdbcClient.create(new SingleConnectionDataSource(connection, true))
			.sql(LEFT)
			.query(String.class)
			.single();
	}

	private static void close(Connection connection, String before) throws SQLException {
		try (connection) {
			if (!isAsBefore(connection, before)) {
				end(connection);
			}
		}
	}

	private static boolean isAsBefore(Connection connection, String before) {
		try {
			if (!connection.getAutoCommit()) {
				connection.rollback();
			}
			return before.equals(left(connection));
		}
		catch (SQLException | RuntimeException ex) {
			logger.debug("The session of the scripts could not be read", ex);
			return false;
		}
	}

	// A pool discards a connection that has failed
	private static void end(Connection connection) {
		logger.debug("Scripts have left something in their session, which is ended");
		try {
			connection.abort(Runnable::run);
			connection.createStatement().close();
		}
		catch (SQLException ex) {
			logger.trace("The session has ended", ex);
		}
	}

}
