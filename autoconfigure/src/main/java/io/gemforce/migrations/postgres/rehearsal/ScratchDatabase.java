package io.gemforce.migrations.postgres.rehearsal;

import java.sql.Connection;
import java.util.Locale;
import java.util.UUID;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

import io.gemforce.migrations.postgres.sql.SqlNames;

/**
 * A database that is made for a rehearsal and dropped after it. Its name has a mark, and
 * a session that lives as long as the rehearsal holds an advisory lock on it, which
 * PostgreSQL frees as soon as the rehearsal is gone.
 * <p>
 * A database of this name and owner whose lock is free in every database of the server,
 * and that has no connections, was left behind by a killed rehearsal: the next one drops
 * it. Those of other roles are left alone.
 */
public final class ScratchDatabase implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(ScratchDatabase.class);

	private static final String PREFIX = "gemforce_rehearsal_";

	private static final int LONGEST_NAME = 20;

	private static final String LOCK = "SELECT pg_try_advisory_lock(hashtextextended(?, 0))";

	// Locks are per database, but pg_locks shows those of all databases
	private static final String LEFT_BEHIND = """
			SELECT d.datname FROM pg_database d
			WHERE d.datname ~ '^gemforce_rehearsal_.*_[0-9a-f]{8}$' AND pg_get_userbyid(d.datdba) = ?
				AND NOT EXISTS (SELECT 1 FROM pg_locks l WHERE l.locktype = 'advisory' AND l.objsubid = 1
					AND (l.classid::bigint << 32) | l.objid::bigint = hashtextextended(d.datname, 0))
				AND NOT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.datid = d.oid)""";

	// The user who migrates may only have the rights of the owner of the database
	private static final String OWNER = """
			SELECT CASE WHEN pg_has_role(session_user, datdba, 'MEMBER') THEN pg_get_userbyid(datdba) ELSE session_user END
			FROM pg_database WHERE datname = current_database()""";

	// Columns that not every version has are read by way of JSON
	private static final String CREATE = """
			SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING %L LC_COLLATE %L LC_CTYPE %L', ?::text,
					?::text, pg_encoding_to_char(encoding), datcollate, datctype)
				|| CASE to_jsonb(d) ->> 'datlocprovider'
					WHEN 'i' THEN format(' LOCALE_PROVIDER icu ICU_LOCALE %L',
						coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale'))
					WHEN 'b' THEN format(' LOCALE_PROVIDER builtin BUILTIN_LOCALE %L', to_jsonb(d) ->> 'datlocale')
					ELSE '' END
			FROM pg_database d WHERE datname = current_database()""";

	private final SingleConnectionDataSource session;

	private final String name;

	private ScratchDatabase(SingleConnectionDataSource session, String name) {
		this.session = session;
		this.name = name;
	}

	/**
	 * Also drops what killed rehearsals have left behind. Throws a {@code
	 * DataAccessException} if the user may not create databases.
	 */
	public static ScratchDatabase create(DataSource original) {
		SingleConnectionDataSource session = session(original);
		boolean created = false;
		try {
			JdbcClient client = JdbcClient.create(session);
			String owner = client.sql(OWNER).query(String.class).single();
			dropLeftBehind(client, owner);
			String database = client.sql("SELECT current_database()").query(String.class).single();
			String name = PREFIX
					+ database.toLowerCase(Locale.ROOT)
						.replaceAll("[^a-z0-9_]", "_")
						.substring(0, Math.min(database.length(), LONGEST_NAME))
					+ "_" + UUID.randomUUID().toString().substring(0, 8);
			client.sql(LOCK).param(name).query(Boolean.class).single();
			client.sql(client.sql(CREATE).param(name).param(owner).query(String.class).single()).update();
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

	// Without FORCE, as a session may have connected since
	private static void dropLeftBehind(JdbcClient client, String owner) {
		for (String name : client.sql(LEFT_BEHIND).param(owner).query(String.class).list()) {
			try {
				client.sql("DROP DATABASE IF EXISTS %s".formatted(SqlNames.quote(name))).update();
				logger.info("Dropped scratch database %s, which a rehearsal has left behind".formatted(name));
			}
			catch (DataAccessException ex) {
				logger.info("Could not drop scratch database %s, which a rehearsal seems to have left behind: %s"
					.formatted(name, ex.getMostSpecificCause().getMessage()));
			}
		}
	}

	/**
	 * Gives the database the original's settings, rights and extensions, and the schemas
	 * that the migrations expect beside the default one.
	 */
	public void setUp(DataSource scratch, String... schemas) {
		new ScratchSetUp(this.session, this.name).apply(scratch, schemas);
	}

	public String name() {
		return this.name;
	}

	static boolean isScratch(String name) {
		return name.startsWith(PREFIX);
	}

	/**
	 * Drops the database even if there are connections to it.
	 */
	@Override
	public void close() {
		try {
			JdbcClient.create(this.session)
				.sql("DROP DATABASE IF EXISTS %s WITH (FORCE)".formatted(SqlNames.quote(this.name)))
				.update();
		}
		catch (DataAccessException ex) {
			logger.warn("Could not drop scratch database %s: %s".formatted(this.name,
					ex.getMostSpecificCause().getMessage()));
		}
		finally {
			this.session.destroy();
		}
	}

}
