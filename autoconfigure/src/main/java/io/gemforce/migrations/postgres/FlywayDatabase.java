package io.gemforce.migrations.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import javax.sql.DataSource;

import org.flywaydb.core.api.configuration.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcUtils;
import org.springframework.jdbc.support.MetaDataAccessException;

import io.gemforce.migrations.StoreLock;
import io.gemforce.migrations.postgres.MigrationLog.AppliedBy;
import io.gemforce.migrations.postgres.MigrationLog.LogSummary;

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

	private final HistoryTable history;

	private final MigrationLog log;

	FlywayDatabase(Configuration configuration) {
		this.dataSource = configuration.getDataSource();
		this.client = JdbcClient.create(this.dataSource);
		try {
			Map.Entry<String, String> found = JdbcUtils.extractDatabaseMetaData(this.dataSource, (metaData) -> Map
				.entry(metaData.getDatabaseProductName(), schema(configuration, metaData.getConnection())));
			this.postgres = found.getKey().equals("PostgreSQL");
			this.history = new HistoryTable(found.getValue(), configuration.getTable());
			this.log = new MigrationLog(found.getValue());
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

	DataSource dataSource() {
		return this.dataSource;
	}

	JdbcClient client() {
		return this.client;
	}

	HistoryTable history() {
		return this.history;
	}

	/**
	 * Read what Flyway has recorded.
	 * @param client reads the database
	 * @return the history, an empty one if there is no table
	 */
	FlywayHistory readHistory(JdbcClient client) {
		return exists(this.history.table(), client) ? this.history.read(client) : FlywayHistory.of(List.of());
	}

	/**
	 * Read who has applied each version.
	 * @param client reads the database
	 * @return the newest execution with success for each version that the log knows
	 */
	Map<String, AppliedBy> appliedBy(JdbcClient client) {
		return exists(this.log.table(), client) ? this.log.appliedBy(client) : Map.of();
	}

	/**
	 * Return the tables that are Flyway's and this library's own.
	 * @return their quoted names
	 */
	Set<String> ownTables() {
		return Set.of(this.history.table(), this.log.table());
	}

	MigrationLog log() {
		return this.log;
	}

	boolean hasLog() {
		return this.postgres && exists(this.log.table());
	}

	/**
	 * Read what the log says about each migration.
	 * @return a summary for each id that the log knows
	 */
	Map<String, LogSummary> summarizeLog() {
		Map<String, LogSummary> log = hasLog() ? this.log.summarize(this.client) : Map.of();
		if (log.values().stream().noneMatch(LogSummary::isUndoRunning) || lock().held()) {
			return log;
		}
		// Nobody is at work, so nothing is running
		Map<String, LogSummary> abandoned = new HashMap<>();
		log.forEach((id, summary) -> abandoned.put(id, summary.isUndoRunning() ? summary.interrupted() : summary));
		return abandoned;
	}

	/**
	 * Read what changes whenever something is executed.
	 * @return the fingerprint of Flyway's table and of the log
	 */
	List<Object> fingerprint() {
		boolean history = exists(this.history.table());
		boolean log = hasLog();
		return List.of(history ? List.of(fingerprint("""
				SELECT count(*) || '/' || coalesce(max(installed_rank), 0) || '/' || coalesce(sum(checksum), 0)
					|| '/' || count(*) FILTER (WHERE success) FROM %s""".formatted(this.history.table()))) : List.of(),
				log ? List.of(fingerprint("""
						SELECT count(*) || '/' || coalesce(max(rank), 0) || '/'
							|| count(*) FILTER (WHERE state = 'RUNNING') FROM %s""".formatted(this.log.table())))
						: List.of());
	}

	private String fingerprint(String sql) {
		return this.client.sql(sql).query(String.class).single();
	}

	private boolean exists(String table) {
		return exists(table, this.client);
	}

	private static boolean exists(String table, JdbcClient client) {
		return client.sql(EXISTS).param(table).query(Boolean.class).single();
	}

	/**
	 * Return the key of the advisory lock that Flyway uses.
	 * @return the key
	 */
	long lockKey() {
		return LOCK_MAGIC + this.history.table().hashCode();
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
		return lock(this.client);
	}

	/**
	 * Look who holds Flyway's lock.
	 * @param client reads the database
	 * @return the lock
	 */
	StoreLock lock(JdbcClient client) {
		return client.sql(HOLDER)
			.param(lockKey())
			.query((row, number) -> new StoreLock(true, false, true,
					"%s (pid %d%s)".formatted(row.getString("application_name"), row.getInt("pid"),
							(row.getString("client_addr") != null) ? " at " + row.getString("client_addr") : ""),
					MigrationLog.instant(row, "xact_start"), null))
			.optional()
			.orElse(StoreLock.FREE);
	}

}
