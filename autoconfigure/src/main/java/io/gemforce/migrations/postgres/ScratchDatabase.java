package io.gemforce.migrations.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * A database that is made for a rehearsal and dropped after it. Its name is marked, and a
 * session that lives as long as the rehearsal holds an advisory lock on it, which is its
 * beat: PostgreSQL frees it as soon as the rehearsal is gone. A database that nobody
 * holds was left behind by a rehearsal that was killed: the next one drops it.
 */
public final class ScratchDatabase implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(ScratchDatabase.class);

	private static final String PREFIX = "gemforce_rehearsal_";

	private static final int LONGEST_NAME = 20;

	private static final String LOCK = "SELECT pg_try_advisory_lock(hashtextextended(?, 0))";

	private static final String CREATE = """
			SELECT format('CREATE DATABASE %I TEMPLATE template0 ENCODING %L LC_COLLATE %L LC_CTYPE %L', ?::text,
				pg_encoding_to_char(encoding), datcollate, datctype)
			FROM pg_database WHERE datname = current_database()""";

	private final SingleConnectionDataSource session;

	private final String name;

	private ScratchDatabase(SingleConnectionDataSource session, String name) {
		this.session = session;
		this.name = name;
	}

	/**
	 * Make a scratch database on the server of another one. Drops those that killed
	 * rehearsals have left behind.
	 * @param original the other database; a connection is kept open
	 * @return the scratch database, empty
	 * @throws org.springframework.dao.DataAccessException if the user may not create
	 * databases, or if the server cannot be reached
	 */
	public static ScratchDatabase create(DataSource original) {
		SingleConnectionDataSource session = session(original);
		boolean created = false;
		try {
			JdbcClient client = JdbcClient.create(session);
			dropLeftBehind(client);
			String database = client.sql("SELECT current_database()").query(String.class).single();
			String name = PREFIX
					+ database.toLowerCase(Locale.ROOT)
						.replaceAll("[^a-z0-9_]", "_")
						.substring(0, Math.min(database.length(), LONGEST_NAME))
					+ "_" + UUID.randomUUID().toString().substring(0, 8);
			client.sql(LOCK).param(name).query(Boolean.class).single();
			client.sql(client.sql(CREATE).param(name).query(String.class).single()).update();
			created = true;
			return new ScratchDatabase(session, name);
		}
		finally {
			if (!created) {
				session.destroy();
			}
		}
	}

	private static SingleConnectionDataSource session(DataSource original) {
		Connection connection = DataSourceUtils.getConnection(original);
		return new SingleConnectionDataSource(connection, true);
	}

	private static void dropLeftBehind(JdbcClient client) {
		List<String> names = client.sql("SELECT datname FROM pg_database WHERE starts_with(datname, ?)")
			.param(PREFIX)
			.query(String.class)
			.list();
		for (String name : names) {
			if (client.sql(LOCK).param(name).query(Boolean.class).single()) {
				drop(client, name);
				logger.info("Dropped scratch database %s, which a rehearsal has left behind".formatted(name));
			}
		}
	}

	private static void drop(JdbcClient client, String name) {
		client.sql("DROP DATABASE IF EXISTS %s WITH (FORCE)".formatted(SqlNames.quote(name))).update();
	}

	/**
	 * Return the name of the database.
	 * @return the name
	 */
	public String name() {
		return this.name;
	}

	/**
	 * Drop the database, whoever is connected to it.
	 */
	@Override
	public void close() {
		try (Connection connection = this.session.getConnection()) {
			drop(JdbcClient.create(this.session), this.name);
		}
		catch (SQLException ex) {
			logger.warn("Could not drop scratch database %s: %s".formatted(this.name, ex.getMessage()));
		}
		finally {
			this.session.destroy();
		}
	}

}
