package io.gemforce.migrations.postgres.history;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.PessimisticLockingFailureException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.Execution;
import io.gemforce.migrations.ExecutionError;
import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Phase;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Trigger;
import io.gemforce.migrations.postgres.sql.SqlNames;

/**
 * The table beside Flyway's own in which every execution is recorded, a row each:
 * Flyway's has no row of a failed transactional migration, no host and no build.
 * <p>
 * A row is written as APPLIED in the migration's own transaction, so that both come into
 * being together. A script that cannot run in a transaction has a RUNNING row before it
 * starts, which is closed once, after Flyway has recorded it. A failure is recorded on a
 * connection of its own, after Flyway has returned its.
 */
public final class MigrationLog {

	static final String NAME = "migration_log";

	private static final Log logger = LogFactory.getLog(MigrationLog.class);

	private static final String DDL = """
			CREATE TABLE IF NOT EXISTS %s (
				rank bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
				version text,
				description text NOT NULL,
				type text NOT NULL,
				script text,
				checksum text,
				direction text NOT NULL,
				state text NOT NULL,
				phase text NOT NULL,
				transactional boolean NOT NULL,
				started_at timestamptz NOT NULL,
				finished_at timestamptz,
				duration_ms bigint,
				run_id text NOT NULL,
				trigger text NOT NULL,
				application text NOT NULL,
				application_version text,
				host text NOT NULL,
				"user" text NOT NULL DEFAULT current_user,
				reason text,
				error_type text,
				error_message text,
				error_code text,
				history text
			)""";

	private static final String UPGRADE = "ALTER TABLE %s ADD COLUMN IF NOT EXISTS history text";

	private static final String LOOK = """
			SELECT current_user AS who, to_regclass(?) IS NOT NULL AS there,
				EXISTS (SELECT FROM pg_attribute
					WHERE attrelid = to_regclass(?) AND attname = 'history' AND NOT attisdropped) AS by_history""";

	private static final String MAY_UPGRADE = """
			SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass(?)""";

	private static final String LOCK_TIMEOUT = "SET LOCAL lock_timeout = '2s'";

	private static final String INSERT = """
			INSERT INTO %s (version, description, type, script, checksum, direction, state, phase, transactional,
				started_at, finished_at, duration_ms, run_id, trigger, application, application_version, host,
				error_type, error_message, error_code, reason%s)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?%s)""";

	private static final String CLOSE = """
			UPDATE %s SET state = ?, finished_at = ?, duration_ms = ?, error_type = ?, error_message = ?, error_code = ?
			WHERE run_id = ? AND script = ? AND state = 'RUNNING'""";

	private static final String IS_APPLIED = """
			SELECT EXISTS (SELECT 1 FROM %s WHERE run_id = ? AND script = ? AND state = 'APPLIED')""";

	private static final String OPEN = """
			SELECT rank, coalesce(version, 'R:' || description) AS id, checksum, direction
			FROM %s WHERE state = 'RUNNING' ORDER BY rank""";

	private static final String CLOSE_OPEN = """
			UPDATE %s SET state = ?, finished_at = ? WHERE rank = ? AND state = 'RUNNING'""";

	private static final String SUMMARY = """
			SELECT coalesce(version, 'R:' || description) AS id, max(version) AS version,
				max(description) AS description, array_agg(rank ORDER BY rank) AS ranks,
				(array_agg(state ORDER BY rank DESC))[1] AS newest,
				(array_agg(direction ORDER BY rank DESC))[1] AS direction,
				(array_agg(transactional ORDER BY rank DESC))[1] AS transactional,
				(array_agg(application ORDER BY rank DESC))[1] AS application
			FROM %s WHERE type <> 'MARK' OR version IS NOT NULL GROUP BY coalesce(version, 'R:' || description)""";

	private static final String APPLIED = """
			SELECT DISTINCT ON (version) version, run_id, application_version
			FROM %s WHERE version IS NOT NULL AND type <> 'MARK' AND direction = 'UP' AND state = 'APPLIED'
			ORDER BY version, rank DESC""";

	private static final String SELECT = "SELECT * FROM %s WHERE rank = ANY (?) ORDER BY rank";

	private final String table;

	private final String history;

	private final boolean withFlyways;

	private final String application;

	private volatile Rows rows = new Rows(true, false);

	MigrationLog(TableName name, TableName history, String application) {
		this.table = name.quoted();
		this.history = SqlNames.literal(history.in(name));
		this.withFlyways = name.schema().equals(history.schema());
		this.application = SqlNames.literal(application);
	}

	public String table() {
		return this.table;
	}

	private String sql(String statement) {
		return statement.formatted(this.table);
	}

	void found(FlywayDatabase.Tables tables) {
		this.rows = new Rows(!tables.log() || tables.logByHistory(), tables.alone() && this.withFlyways);
	}

	// Older builds did not record the Flyway table: then the application decides
	String rows() {
		Rows rows = this.rows;
		if (!rows.byHistory()) {
			return rows.alone() ? this.table
					: "(SELECT * FROM %s WHERE application = %s) AS own".formatted(this.table, this.application);
		}
		return "(SELECT * FROM %s WHERE history = %s OR history IS NULL%s) AS own".formatted(this.table, this.history,
				rows.alone() ? "" : " AND application = " + this.application);
	}

	/**
	 * Creates the table if it is missing. Fails if it is shared by several histories and
	 * its rows do not name theirs.
	 */
	public void create(Connection connection) {
		try {
			create(client(connection), !connection.getAutoCommit());
		}
		catch (SQLException ex) {
			throw new FlywayException("Could not read the state of Flyway's connection", ex);
		}
	}

	private void create(JdbcClient client, boolean inTransaction) {
		Look look = client.sql(LOOK)
			.param(this.table)
			.param(this.table)
			.query((row, number) -> new Look(row.getString("who"), row.getBoolean("there"),
					row.getBoolean("by_history")))
			.single();
		if (!look.there()) {
			OwnTable.create(client, inTransaction, this.table, sql(DDL), "SELECT, INSERT, UPDATE", look::user);
		}
		this.rows = new Rows(!look.there() || look.byHistory(), this.rows.alone());
		requireOwnRows();
	}

	private void requireOwnRows() {
		Rows rows = this.rows;
		if (!rows.byHistory() && !rows.alone()) {
			throw new MigrationException(Problem.error(ProblemCode.PERMISSION_DENIED, StoreName.POSTGRES,
					("Several services have tables of Flyway's beside %s, which has no column that tells whose its rows "
							+ "are, and the user may not add one")
						.formatted(this.table),
					("Let the owner of the table run: %s. Or give this service a log of its own with "
							+ "gemforce.migrations.postgres.log-table")
						.formatted(sql(UPGRADE))),
					"unchanged", null);
		}
	}

	// Skipped if the user may not alter the table or an instance is at work on it
	void upgrade(DataSource dataSource) {
		if (!JdbcClient.create(dataSource).sql(MAY_UPGRADE).param(this.table).query(Boolean.class).single()) {
			return;
		}
		try {
			FlywayDatabase.inTransaction(dataSource, (client) -> {
				client.sql(LOCK_TIMEOUT).update();
				client.sql(sql(UPGRADE)).update();
			});
		}
		catch (PessimisticLockingFailureException ex) {
			logger.debug("The log is in use, and will be brought up to date another time", ex);
		}
	}

	// The rows that are not closed
	List<OpenRow> open(JdbcClient client) {
		return client.sql(OPEN.formatted(rows()))
			.query((row, number) -> new OpenRow(row.getLong("rank"), row.getString("id"), row.getString("checksum"),
					Direction.valueOf(row.getString("direction"))))
			.list();
	}

	// Closes a row that its own run cannot close any more
	void close(JdbcClient client, OpenRow row, MigrationState state) {
		client.sql(sql(CLOSE_OPEN)).param(state.name()).param(utc(Instant.now())).param(row.rank()).update();
	}

	/**
	 * Called before a script that cannot run in a transaction.
	 */
	public void open(Connection connection, LogEntry attempt) {
		insert(client(connection), attempt, MigrationState.RUNNING, null, null);
	}

	public void marked(Connection connection, LogEntry mark) {
		insert(client(connection), mark, mark.successState(), Instant.now(), null);
	}

	public void succeeded(Connection connection, LogEntry attempt) {
		record(client(connection), attempt, attempt.successState(), null);
	}

	/**
	 * To be called after Flyway has returned.
	 */
	public void appliedBefore(DataSource dataSource, LogEntry attempt) {
		prepare(dataSource);
		FlywayDatabase.inTransaction(dataSource, (client) -> record(client, attempt, MigrationState.APPLIED, null));
	}

	/**
	 * Also for a failed undo. To be called after Flyway has returned.
	 */
	public void failed(DataSource dataSource, LogEntry attempt, ExecutionError error) {
		ended(dataSource, attempt, MigrationState.FAILED, error);
	}

	/**
	 * A script without a transaction failed, and Flyway has not recorded it.
	 */
	public void interrupted(DataSource dataSource, LogEntry attempt, ExecutionError error) {
		ended(dataSource, attempt, MigrationState.INTERRUPTED, error);
	}

	private void ended(DataSource dataSource, LogEntry attempt, MigrationState state, ExecutionError error) {
		prepare(dataSource);
		FlywayDatabase.inTransaction(dataSource, (client) -> record(client, attempt, state, error));
	}

	/**
	 * A script without a transaction has succeeded after all.
	 */
	public void closed(DataSource dataSource, LogEntry attempt, Instant finishedAt) {
		FlywayDatabase.inTransaction(dataSource, (client) -> {
			if (!attempt.transactional()) {
				record(client, attempt, attempt.successState(), finishedAt, null);
			}
		});
	}

	private void prepare(DataSource dataSource) {
		FlywayDatabase.inTransaction(dataSource, (client) -> create(client, true));
	}

	private void record(JdbcClient client, LogEntry attempt, MigrationState state, @Nullable ExecutionError error) {
		record(client, attempt, state, Instant.now(), error);
	}

	private void record(JdbcClient client, LogEntry attempt, MigrationState state, Instant finishedAt,
			@Nullable ExecutionError error) {
		if (attempt.transactional() || close(client, attempt, state, finishedAt, error) == 0) {
			insert(client, attempt, state, finishedAt, error);
		}
	}

	private int close(JdbcClient client, LogEntry attempt, MigrationState state, Instant finishedAt,
			@Nullable ExecutionError error) {
		return client.sql(sql(CLOSE))
			.param(state.name())
			.param(utc(finishedAt))
			.param(attempt.durationMs(finishedAt))
			.param((error != null) ? error.type() : null)
			.param((error != null) ? error.message() : null)
			.param((error != null) ? error.code() : null)
			.param(attempt.run().id())
			.param(attempt.script())
			.update();
	}

	private void insert(JdbcClient client, LogEntry attempt, MigrationState state, @Nullable Instant finishedAt,
			@Nullable ExecutionError error) {
		MigrationDescriptor descriptor = attempt.descriptor();
		MigrationRun run = attempt.run();
		boolean byHistory = this.rows.byHistory();
		client.sql(INSERT.formatted(this.table, byHistory ? ", history" : "", byHistory ? ", " + this.history : ""))
			.param(descriptor.writtenVersion())
			.param(descriptor.description())
			.param(Objects.requireNonNull(descriptor.type()).name())
			.param(descriptor.script())
			.param(descriptor.checksum())
			.param(attempt.direction().name())
			.param(state.name())
			.param(Phase.EXPAND.name())
			.param(attempt.transactional())
			.param(utc(attempt.startedAt()))
			.param((finishedAt != null) ? utc(finishedAt) : null)
			.param((finishedAt != null) ? attempt.durationMs(finishedAt) : null)
			.param(run.id())
			.param(run.trigger().name())
			.param(run.application().name())
			.param(run.application().version())
			.param(run.application().host())
			.param((error != null) ? error.type() : null)
			.param((error != null) ? error.message() : null)
			.param((error != null) ? error.code() : null)
			.param(attempt.reason())
			.update();
	}

	public Map<String, LogSummary> summarize(JdbcClient client) {
		return client.sql(SUMMARY.formatted(rows()))
			.query((row, number) -> LogSummary.from(row))
			.list()
			.stream()
			.collect(Collectors.toMap(LogSummary::id, Function.identity()));
	}

	Optional<LogSummary> summarize(JdbcClient client, String id) {
		return client.sql("SELECT * FROM (%s) AS summary WHERE id = ?".formatted(SUMMARY.formatted(rows())))
			.param(id)
			.query((row, number) -> LogSummary.from(row))
			.optional();
	}

	/**
	 * Returns the newest successful execution of each version.
	 */
	public Map<String, AppliedBy> appliedBy(JdbcClient client) {
		return client.sql(APPLIED.formatted(rows()))
			.query((row, number) -> new AppliedBy(row.getString("version"), row.getString("run_id"),
					row.getString("application_version")))
			.list()
			.stream()
			.collect(Collectors.toMap(AppliedBy::version, Function.identity()));
	}

	public List<Execution> executions(JdbcClient client, Collection<Long> ranks) {
		return client.sql(sql(SELECT)).param(ranks.toArray(Long[]::new)).query((row, number) -> execution(row)).list();
	}

	public boolean isApplied(JdbcClient client, LogEntry attempt) {
		return client.sql(sql(IS_APPLIED))
			.param(attempt.run().id())
			.param(attempt.script())
			.query(Boolean.class)
			.single();
	}

	private static Execution execution(ResultSet row) throws SQLException {
		return new Execution(
				row.getLong("rank"), descriptor(row), status(row), new Execution.Timing(instant(row, "started_at"),
						instant(row, "finished_at"), row.getObject("duration_ms", Long.class)),
				origin(row), error(row));
	}

	private static MigrationDescriptor descriptor(ResultSet row) throws SQLException {
		return MigrationDescriptor.of(row.getString("version"), row.getString("description"),
				MigrationType.valueOf(row.getString("type")), row.getString("script"), row.getString("checksum"));
	}

	private static Execution.Status status(ResultSet row) throws SQLException {
		return new Execution.Status(Direction.valueOf(row.getString("direction")),
				MigrationState.valueOf(row.getString("state")), Phase.valueOf(row.getString("phase")),
				row.getBoolean("transactional"));
	}

	private static Execution.Origin origin(ResultSet row) throws SQLException {
		return new Execution.Origin(row.getString("run_id"), Trigger.valueOf(row.getString("trigger")),
				row.getString("application"), row.getString("application_version"), row.getString("host"),
				row.getString("user"), row.getString("reason"));
	}

	private static @Nullable ExecutionError error(ResultSet row) throws SQLException {
		String type = row.getString("error_type");
		return (type != null) ? new ExecutionError(type, row.getString("error_message"), row.getString("error_code"))
				: null;
	}

	static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
		OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
		return (time != null) ? time.toInstant() : null;
	}

	private static OffsetDateTime utc(Instant instant) {
		return instant.atOffset(ZoneOffset.UTC);
	}

	private static JdbcClient client(Connection connection) {
		return JdbcClient.create(new SingleConnectionDataSource(connection, true));
	}

	// An execution that is not known to have ended
	record OpenRow(long rank, String id, @Nullable String checksum, Direction direction) {

	}

	/**
	 * The run and the service that applied a version.
	 */
	public record AppliedBy(String version, String runId, @Nullable String applicationVersion) {

	}

	// Which rows are those of this service
	private record Rows(boolean byHistory, boolean alone) {

	}

	private record Look(String user, boolean there, boolean byHistory) {

	}

}
