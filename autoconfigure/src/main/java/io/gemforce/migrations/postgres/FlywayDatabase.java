package io.gemforce.migrations.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

import javax.sql.DataSource;

import org.flywaydb.core.api.configuration.Configuration;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.jdbc.support.JdbcUtils;
import org.springframework.jdbc.support.MetaDataAccessException;
import org.springframework.transaction.support.TransactionTemplate;

import io.gemforce.migrations.Hold;
import io.gemforce.migrations.StoreLock;
import io.gemforce.migrations.postgres.MigrationLog.LogSummary;

/**
 * The database that a Flyway works on, read through Flyway's own data source.
 */
final class FlywayDatabase {

	private static final long LOCK_MAGIC = 77431708279161L;

	private static final String TABLES = """
			SELECT to_regclass(?) IS NOT NULL AS history, to_regclass(?) IS NOT NULL AS log,
				to_regclass(?) IS NOT NULL AS holds,
				NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass(?) AND attname = 'run_id') AS other_log,
				NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass(?) AND attname = 'since') AS other_holds""";

	private static final String FINGERPRINT = """
			SELECT (%s) AS history, (%s) AS log, to_regclass(?) IS NOT NULL AS holds""";

	private static final String HOLDER = """
			SELECT a.pid, a.xact_start, a.application_name || ' (pid ' || a.pid
				|| coalesce(' at ' || host(a.client_addr), '') || ')' AS owner
			FROM pg_locks l JOIN pg_stat_activity a USING (pid)
			WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
				AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
				AND (l.classid::bigint << 32) | l.objid::bigint = ?
			LIMIT 1""";

	private final DataSource dataSource;

	private final JdbcClient client;

	private final boolean postgres;

	private final String namespace;

	private final HistoryTable history;

	private final MigrationLog log;

	private final HoldTable holds;

	// Whether Flyway's table and the log were there when it was looked last
	private volatile boolean complete;

	FlywayDatabase(Configuration configuration) {
		this.dataSource = configuration.getDataSource();
		this.client = JdbcClient.create(this.dataSource);
		try {
			Place place = JdbcUtils.extractDatabaseMetaData(this.dataSource,
					(metaData) -> new Place(metaData.getDatabaseProductName(), metaData.getConnection().getCatalog(),
							schema(configuration, metaData.getConnection())));
			this.postgres = place.product().equals("PostgreSQL");
			this.namespace = "%s|%s".formatted(place.database(), place.schema());
			this.history = new HistoryTable(place.schema(), configuration.getTable());
			this.log = new MigrationLog(place.schema());
			this.holds = new HoldTable(place.schema());
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

	HistoryTable history() {
		return this.history;
	}

	/**
	 * Return the tables that are Flyway's and this library's own.
	 * @return their quoted names
	 */
	Set<String> ownTables() {
		return Set.of(this.history.table(), this.log.table(), this.holds.table());
	}

	MigrationLog log() {
		return this.log;
	}

	HoldTable holds() {
		return this.holds;
	}

	/**
	 * Look which of the tables are there.
	 * @param client reads the database
	 * @return the tables that are there
	 */
	Tables tables(JdbcClient client) {
		return client.sql(TABLES)
			.param(this.history.table())
			.param(this.log.table())
			.param(this.holds.table())
			.param(this.log.table())
			.param(this.holds.table())
			.query((row, number) -> new Tables(row.getBoolean("history"), own("log", row, this.log.table()),
					own("holds", row, this.holds.table())))
			.single();
	}

	private static boolean own(String column, ResultSet row, String table) throws SQLException {
		boolean there = row.getBoolean(column);
		if (there && row.getBoolean("other_" + column)) {
			throw FlywayFailures.foreignTable(table,
					"gemforce.migrations.postgres.%s-table".formatted(column.replaceAll("s$", "")));
		}
		return there;
	}

	/**
	 * Look for a hold.
	 * @param client reads the database
	 * @return the hold, whoever it binds
	 */
	Optional<Hold> readHold(JdbcClient client) {
		return tables(client).holds() ? this.holds.read(client) : Optional.empty();
	}

	/**
	 * Look for a hold, and for what was rolled back.
	 * @return the hold, or empty if there is none, or no database that can have one
	 */
	Optional<HoldView> viewHold() {
		return this.postgres ? viewHold(this.client) : Optional.empty();
	}

	/**
	 * Look for a hold, and for what was rolled back.
	 * @param client reads the database
	 * @return the hold, or empty if there is none
	 */
	Optional<HoldView> viewHold(JdbcClient client) {
		return readHold(client).map((hold) -> view(hold, client));
	}

	/**
	 * Look what a hold is about.
	 * @param hold the hold
	 * @param client reads the database
	 * @return the hold and what was rolled back
	 */
	HoldView view(Hold hold, JdbcClient client) {
		return new HoldView(hold, this.history.read(client).newestRolledBack());
	}

	/**
	 * Read what the log says about each migration.
	 * @return a summary for each id that the log knows
	 */
	Map<String, LogSummary> summarizeLog() {
		Map<String, LogSummary> log = (this.postgres && tables(this.client).log()) ? this.log.summarize(this.client)
				: Map.of();
		if (log.values().stream().noneMatch(LogSummary::isRunning) || lock().held()) {
			return log;
		}
		// Nobody is at work, so nothing is running
		Map<String, LogSummary> abandoned = new HashMap<>();
		log.forEach((id, summary) -> abandoned.put(id, summary.isRunning() ? summary.interrupted() : summary));
		return abandoned;
	}

	/**
	 * Read what changes whenever something is executed or held. Once Flyway's table and
	 * the log are known to be there that is one statement.
	 * @return the fingerprint of Flyway's table, of the log and of the hold
	 */
	List<Object> fingerprint() {
		Fingerprint fingerprint = this.complete ? fingerprintOfAll() : fingerprintOfSome();
		return List.of(fingerprint, fingerprint.holds() ? this.holds.read(this.client) : Optional.empty());
	}

	private Fingerprint fingerprintOfAll() {
		try {
			return this.client.sql(FINGERPRINT.formatted(fingerprintOfHistory(), fingerprintOfLog()))
				.param(this.holds.table())
				.query((row, number) -> new Fingerprint(row.getString("history"), row.getString("log"),
						row.getBoolean("holds")))
				.single();
		}
		catch (BadSqlGrammarException ex) {
			// Somebody has dropped a table
			return fingerprintOfSome();
		}
	}

	private Fingerprint fingerprintOfSome() {
		Tables tables = tables(this.client);
		this.complete = tables.history() && tables.log();
		return new Fingerprint(tables.history() ? text(fingerprintOfHistory()) : null,
				tables.log() ? text(fingerprintOfLog()) : null, tables.holds());
	}

	private String fingerprintOfHistory() {
		return """
				SELECT count(*) || '/' || coalesce(max(installed_rank), 0) || '/' || coalesce(sum(checksum), 0)
					|| '/' || count(*) FILTER (WHERE success) FROM %s""".formatted(this.history.table());
	}

	private String fingerprintOfLog() {
		return """
				SELECT count(*) || '/' || coalesce(max(rank), 0) || '/' || count(*) FILTER (WHERE state = 'RUNNING')
				FROM %s""".formatted(this.log.table());
	}

	private String text(String sql) {
		return this.client.sql(sql).query(String.class).single();
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
	 * @param owner who must hold it
	 * @return whether it was so
	 */
	boolean endLockHolder(@Nullable String owner) {
		return this.client.sql("SELECT pg_terminate_backend(pid) FROM (%s) AS holder WHERE owner = ?".formatted(HOLDER))
			.param(lockKey())
			.param(owner)
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
			.query((row, number) -> new StoreLock(true, false, true, row.getString("owner"),
					MigrationLog.instant(row, "xact_start"), null))
			.optional()
			.orElse(StoreLock.FREE);
	}

	/**
	 * Write in a transaction, as connections need not commit by themselves.
	 * @param dataSource gives a connection
	 * @param work writes
	 */
	static void inTransaction(DataSource dataSource, Consumer<JdbcClient> work) {
		new TransactionTemplate(new JdbcTransactionManager(dataSource))
			.executeWithoutResult((transaction) -> work.accept(JdbcClient.create(dataSource)));
	}

	/**
	 * Which tables are there.
	 *
	 * @param history whether Flyway's is
	 * @param log whether the log is
	 * @param holds whether the one of the holds is
	 */
	record Tables(boolean history, boolean log, boolean holds) {

	}

	/**
	 * What changes whenever something is executed.
	 *
	 * @param history that of Flyway's table, {@code null} if it is not there
	 * @param log that of the log, {@code null} if it is not there
	 * @param holds whether the table of the holds is there
	 */
	private record Fingerprint(@Nullable String history, @Nullable String log, boolean holds) {

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
