package io.gemforce.migrations.postgres.history;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.sql.DataSource;

import org.flywaydb.core.api.configuration.Configuration;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.jdbc.support.JdbcUtils;
import org.springframework.jdbc.support.MetaDataAccessException;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.StringUtils;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.postgres.sql.InitializedDataSource;
import io.gemforce.migrations.store.Hold;
import io.gemforce.migrations.store.StoreLock;

/**
 * The database that a Flyway works on, read through Flyway's own data source.
 */
public final class FlywayDatabase {

	private static final String POSTGRES = "PostgreSQL";

	private static final long LOCK_MAGIC = 77431708279161L;

	private static final String TABLES = """
			SELECT to_regclass(?) IS NOT NULL AS history, to_regclass(?) IS NOT NULL AS log,
				to_regclass(?) IS NOT NULL AS holds,
				EXISTS (SELECT FROM pg_attribute
					WHERE attrelid = to_regclass(?) AND attname = 'history' AND NOT attisdropped) AS log_by_history,
				NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
						JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'installed_rank'
						JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
					WHERE n.nspname = ? AND c.relname <> ? AND c.relkind = 'r') AS alone,
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

	// Required by the rehearsal, and the oldest version that is still maintained
	private static final int OLDEST_VERSION = 13;

	private final DataSource dataSource;

	private final JdbcClient client;

	private final boolean postgres;

	private final String namespace;

	private final HistoryTable history;

	private final MigrationLog log;

	private final HoldTable holds;

	private final String product;

	private final Set<String> schemas;

	// The ids of the server processes in which this instance migrates
	private final Set<Integer> working = ConcurrentHashMap.newKeySet();

	// Whether Flyway's table and the log existed when last checked
	private volatile boolean complete;

	public FlywayDatabase(Configuration configuration, @Nullable String logTable, @Nullable String holdTable,
			String application) {
		this.dataSource = InitializedDataSource.of(configuration);
		this.client = JdbcClient.create(this.dataSource);
		try {
			Place place = JdbcUtils.extractDatabaseMetaData(this.dataSource,
					(metaData) -> new Place(metaData.getDatabaseProductName(), metaData.getDatabaseMajorVersion(),
							metaData.getConnection().getCatalog(), schema(configuration, metaData.getConnection())));
			this.product = place.product();
			this.postgres = place.isPostgres();
			if (this.postgres && place.version() < OLDEST_VERSION) {
				throw new MigrationException(Problem.error(ProblemCode.MISSING_DEPENDENCY, StoreName.POSTGRES,
						"Store 'postgres' is a PostgreSQL %d, and migrations need %d at least"
							.formatted(place.version(), OLDEST_VERSION),
						"Upgrade the server. Until then, let Flyway alone migrate, in a service without this starter"),
						"unchanged", null);
			}
			this.namespace = "%s|%s".formatted(place.database(), place.schema());
			this.history = new HistoryTable(place.schema(), configuration.getTable());
			TableName log = TableName.of(logTable, place.schema(), MigrationLog.NAME);
			TableName holds = TableName.of(holdTable, place.schema(), HoldTable.NAME);
			this.log = new MigrationLog(log, this.history.name(), application);
			this.holds = new HoldTable(holds, this.history.name());
			this.schemas = Stream.of(place.schema(), log.schema(), holds.schema()).collect(Collectors.toSet());
		}
		catch (MetaDataAccessException ex) {
			throw FlywayFailures.explain(new IllegalStateException("Could not open a connection", ex));
		}
	}

	// As Flyway does it: the schema of an address or of init SQL need not be there yet
	private static String schema(Configuration configuration, Connection connection) throws SQLException {
		if (configuration.getDefaultSchema() != null) {
			return configuration.getDefaultSchema();
		}
		if (configuration.getSchemas().length > 0) {
			return configuration.getSchemas()[0];
		}
		String schema = connection.getSchema();
		if (schema == null && connection.getMetaData().getDatabaseProductName().equals(POSTGRES)) {
			schema = JdbcClient.create(new SingleConnectionDataSource(connection, true))
				.sql("SHOW search_path")
				.query(String.class)
				.single();
		}
		return StringUtils.hasText(schema) ? schema : "public";
	}

	/**
	 * Any other database is left to Flyway alone.
	 */
	public boolean isPostgres() {
		return this.postgres;
	}

	public String product() {
		return this.product;
	}

	public Set<String> schemas() {
		return this.schemas;
	}

	public String namespace() {
		return this.namespace;
	}

	public DataSource dataSource() {
		return this.dataSource;
	}

	public JdbcClient client() {
		return this.client;
	}

	public HistoryTable history() {
		return this.history;
	}

	public Set<String> ownTables() {
		return Set.of(this.history.table(), this.log.table(), this.holds.table());
	}

	public MigrationLog log() {
		return this.log;
	}

	public HoldTable holds() {
		return this.holds;
	}

	public Tables tables(JdbcClient client) {
		Tables tables = client.sql(TABLES)
			.param(this.history.table())
			.param(this.log.table())
			.param(this.holds.table())
			.param(this.log.table())
			.param(this.history.name().schema())
			.param(this.history.name().name())
			.param(this.log.table())
			.param(this.holds.table())
			.query((row, number) -> new Tables(row.getBoolean("history"), own("log", row, this.log.table()),
					own("holds", row, this.holds.table()), row.getBoolean("log_by_history"), row.getBoolean("alone")))
			.single();
		this.log.found(tables);
		return tables;
	}

	/**
	 * Not to be called in a migration's transaction: that locks others out of the log.
	 */
	public Tables upgrade(DataSource dataSource) {
		Tables tables = tables(JdbcClient.create(dataSource));
		if (tables.log() && !tables.logByHistory()) {
			this.log.upgrade(dataSource);
			return tables(JdbcClient.create(dataSource));
		}
		return tables;
	}

	private static boolean own(String column, ResultSet row, String table) throws SQLException {
		boolean there = row.getBoolean(column);
		if (there && row.getBoolean("other_" + column)) {
			throw FlywayFailures.foreignTable(table,
					"gemforce.migrations.postgres.%s-table".formatted(column.replaceAll("s$", "")));
		}
		return there;
	}

	// Returns the hold even if it does not bind this build
	Optional<Hold> readHold(JdbcClient client) {
		Tables tables = tables(client);
		return tables.holds() ? readHold(client, tables) : Optional.empty();
	}

	private Optional<Hold> readHold(JdbcClient client, Tables tables) {
		HoldTable.Found found = this.holds.read(client);
		// A hold without an owner belongs to the history that has rolled back past it
		return found.own()
			.or(() -> found.unnamed()
				.filter((hold) -> tables.alone() || tables.history() && isRolledBackPast(hold, client)));
	}

	private boolean isRolledBackPast(Hold hold, JdbcClient client) {
		Version newest = this.history.read(client).newestRolledBack();
		return newest != null && newest.compareTo(hold.version()) > 0;
	}

	/**
	 * Replaces the present hold. The client must have Flyway's lock, and {@code since}
	 * must come from {@link HoldTable#now()}.
	 */
	public Optional<Hold> writeHold(JdbcClient client, Tables tables, Version version, @Nullable String reason,
			Instant since) {
		Optional<Hold> former = Optional.empty();
		if (tables.holds()) {
			former = readHold(client, tables);
		}
		else {
			this.holds.create(client);
		}
		this.holds.write(client, version, reason, since, tables.alone());
		former.ifPresent((hold) -> this.holds.remove(client, hold.since()));
		return former;
	}

	public Optional<EffectiveHold> viewHold() {
		return this.postgres ? viewHold(this.client) : Optional.empty();
	}

	Optional<EffectiveHold> viewHold(JdbcClient client) {
		return readHold(client).map((hold) -> view(hold, client));
	}

	EffectiveHold view(Hold hold, JdbcClient client) {
		return new EffectiveHold(hold, this.history.read(client).newestRolledBack());
	}

	public Map<String, LogSummary> summarizeLog() {
		Map<String, LogSummary> log = (this.postgres && tables(this.client).log()) ? this.log.summarize(this.client)
				: Map.of();
		if (log.values().stream().noneMatch(LogSummary::isRunning) || lock().held()) {
			return log;
		}
		// Flyway's lock is free, so nothing is running
		Map<String, LogSummary> abandoned = new HashMap<>();
		log.forEach((id, summary) -> abandoned.put(id, summary.isRunning() ? summary.interrupted() : summary));
		return abandoned;
	}

	/**
	 * Changes whenever something is executed or held; usually a single statement.
	 */
	public List<Object> fingerprint() {
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
			// A table was dropped
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
				FROM %s""".formatted(this.log.rows());
	}

	private String text(String sql) {
		return this.client.sql(sql).query(String.class).single();
	}

	public long lockKey() {
		return LOCK_MAGIC + this.history.table().hashCode();
	}

	public boolean endLockHolder(@Nullable String owner) {
		return this.client.sql("SELECT pg_terminate_backend(pid) FROM (%s) AS holder WHERE owner = ?".formatted(HOLDER))
			.param(lockKey())
			.param(owner)
			.query(Boolean.class)
			.optional()
			.orElse(false);
	}

	/**
	 * Registers a connection in which this instance migrates.
	 */
	public void works(Connection connection) {
		works(JdbcClient.create(new SingleConnectionDataSource(connection, true))
			.sql("SELECT pg_backend_pid()")
			.query(Integer.class)
			.single());
	}

	void works(int backend) {
		this.working.add(backend);
	}

	public void rests() {
		this.working.clear();
	}

	public StoreLock lock() {
		return lock(this.client);
	}

	StoreLock lock(JdbcClient client) {
		return client.sql(HOLDER)
			.param(lockKey())
			.query((row, number) -> new StoreLock(true, this.working.contains(row.getInt("pid")), true,
					row.getString("owner"), MigrationLog.instant(row, "xact_start"), null))
			.optional()
			.orElse(StoreLock.FREE);
	}

	/**
	 * Connections need not commit by themselves, so writes need a transaction.
	 */
	public static void inTransaction(DataSource dataSource, Consumer<JdbcClient> work) {
		new TransactionTemplate(new JdbcTransactionManager(dataSource))
			.executeWithoutResult((transaction) -> work.accept(JdbcClient.create(dataSource)));
	}

	/**
	 * The tables that exist.
	 *
	 * @param logByHistory whether the rows of the log name the Flyway table they belong
	 * to
	 * @param alone whether Flyway's table is the only one of its kind in the schema
	 */
	public record Tables(boolean history, boolean log, boolean holds, boolean logByHistory, boolean alone) {

	}

	// Changes when something is executed; a value is null if its table is missing
	private record Fingerprint(@Nullable String history, @Nullable String log, boolean holds) {

	}

	private record Place(String product, int version, @Nullable String database, String schema) {

		private boolean isPostgres() {
			return this.product.equals(POSTGRES);
		}

	}

}
