package io.gemforce.migrations.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

import javax.sql.DataSource;

import org.flywaydb.core.api.configuration.Configuration;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcUtils;
import org.springframework.jdbc.support.MetaDataAccessException;

import io.gemforce.migrations.StoreLock;

/**
 * The database that a Flyway works on, read through Flyway's own data source.
 */
final class FlywayDatabase {

	private static final long LOCK_MAGIC = 77431708279161L;

	private static final String EXISTS = "SELECT to_regclass(?) IS NOT NULL";

	private static final String HOLDER = """
			SELECT a.pid, a.application_name, a.client_addr, a.xact_start
			FROM pg_locks l JOIN pg_stat_activity a USING (pid)
			WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
				AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
				AND (l.classid::bigint << 32) | l.objid::bigint = ?
			LIMIT 1""";

	private final DataSource dataSource;

	private final JdbcClient client;

	private final boolean postgres;

	private final String namespace;

	private final String historyTable;

	private final MigrationLog log;

	FlywayDatabase(Configuration configuration) {
		this.dataSource = configuration.getDataSource();
		this.client = JdbcClient.create(this.dataSource);
		try {
			Place place = JdbcUtils.extractDatabaseMetaData(this.dataSource,
					(metaData) -> new Place(metaData.getDatabaseProductName(), metaData.getConnection().getCatalog(),
							schema(configuration, metaData.getConnection())));
			this.postgres = place.product().equals("PostgreSQL");
			this.namespace = "%s|%s".formatted(place.database(), place.schema());
			this.historyTable = SqlNames.quote(place.schema(), configuration.getTable());
			this.log = new MigrationLog(place.schema());
		}
		catch (MetaDataAccessException ex) {
			throw FlywayFailures.explain(new IllegalStateException("Could not open a connection", ex));
		}
	}

	private static String schema(Configuration configuration, Connection connection) throws SQLException {
		if (configuration.getDefaultSchema() != null) {
			return configuration.getDefaultSchema();
		}
		if (configuration.getSchemas().length > 0) {
			return configuration.getSchemas()[0];
		}
		String schema = connection.getSchema();
		return (schema != null) ? schema : "public";
	}

	/**
	 * Whether this is PostgreSQL. Flyway may as well be used with another database, in
	 * tests for example; nothing but Flyway works with that.
	 * @return whether there can be a log
	 */
	boolean isPostgres() {
		return this.postgres;
	}

	/**
	 * Return what is migrated.
	 * @return the database and the schema, in the words of OpenTelemetry
	 */
	String namespace() {
		return this.namespace;
	}

	DataSource dataSource() {
		return this.dataSource;
	}

	JdbcClient client() {
		return this.client;
	}

	MigrationLog log() {
		return this.log;
	}

	boolean hasLog() {
		return this.postgres && exists(this.log.table());
	}

	/**
	 * Read what changes whenever something is executed.
	 * @return the fingerprint of Flyway's table and of the log
	 */
	List<Object> fingerprint() {
		boolean history = exists(this.historyTable);
		boolean log = hasLog();
		return List.of(history ? List.of(fingerprint("""
				SELECT count(*) || '/' || coalesce(max(installed_rank), 0) || '/' || coalesce(sum(checksum), 0)
					|| '/' || count(*) FILTER (WHERE success) FROM %s""".formatted(this.historyTable))) : List.of(),
				log ? List.of(fingerprint("""
						SELECT count(*) || '/' || coalesce(max(rank), 0) || '/'
							|| count(*) FILTER (WHERE state = 'RUNNING') FROM %s""".formatted(this.log.table())))
						: List.of());
	}

	private String fingerprint(String sql) {
		return this.client.sql(sql).query(String.class).single();
	}

	private boolean exists(String table) {
		return this.client.sql(EXISTS).param(table).query(Boolean.class).single();
	}

	/**
	 * Return the key of the advisory lock that Flyway uses.
	 * @return the key
	 */
	long lockKey() {
		return LOCK_MAGIC + this.historyTable.hashCode();
	}

	/**
	 * End the connection that holds Flyway's lock.
	 * @return whether there was one
	 */
	boolean endLockHolder() {
		return this.client.sql("SELECT pg_terminate_backend(pid) FROM (%s) AS holder".formatted(HOLDER))
			.param(lockKey())
			.query(Boolean.class)
			.optional()
			.orElse(false);
	}

	StoreLock lock() {
		return this.client.sql(HOLDER)
			.param(lockKey())
			.query((row, number) -> new StoreLock(true, false, true,
					"%s (pid %d%s)".formatted(row.getString("application_name"), row.getInt("pid"),
							(row.getString("client_addr") != null) ? " at " + row.getString("client_addr") : ""),
					MigrationLog.instant(row, "xact_start"), null))
			.optional()
			.orElse(StoreLock.FREE);
	}

	/**
	 * Where a Flyway works.
	 *
	 * @param product the name of the database's product
	 * @param database the name of the database, {@code null} if it has none
	 * @param schema the schema of Flyway's table
	 */
	private record Place(String product, @Nullable String database, String schema) {

	}

}
