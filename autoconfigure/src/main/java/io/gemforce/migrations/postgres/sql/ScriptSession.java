package io.gemforce.migrations.postgres.sql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.flywaydb.core.api.FlywayException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * The session in which scripts run. A script may leave it with another role, with
 * timeouts, read-only, or without Flyway's lock. This library writes in the state from
 * before the first script, and then restores what the script has left, so that Flyway and
 * the next script see no difference.
 */
public final class ScriptSession {

	private static final Log logger = LogFactory.getLog(ScriptSession.class);

	private static final String STATE = """
			SELECT session_user AS login, current_setting('role') AS role,
				current_setting('statement_timeout') AS statement_timeout,
				current_setting('lock_timeout') AS lock_timeout,
				current_setting('default_transaction_read_only') AS read_only""";

	private static final String IS_LOCKED = """
			EXISTS (SELECT 1 FROM pg_locks
			WHERE pid = pg_backend_pid() AND locktype = 'advisory' AND objsubid = 1
				AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
				AND (classid::bigint << 32) | objid::bigint = ?)""";

	private final Connection connection;

	private final JdbcClient client;

	private final State initial;

	private ScriptSession(Connection connection, JdbcClient client, State initial) {
		this.connection = connection;
		this.client = client;
		this.initial = initial;
	}

	/**
	 * To be called before the first script runs in the session.
	 */
	public static ScriptSession begin(Connection connection) {
		JdbcClient client = JdbcClient.create(new SingleConnectionDataSource(connection, true));
		State state = State.read(client);
		return new ScriptSession(connection, client, new State(state.login(), state.role(), "0", "0", "off"));
	}

	public boolean isOf(Connection connection) {
		return this.connection == connection;
	}

	/**
	 * In the state from before the scripts, in the session's transaction if there is one.
	 */
	public void write(Runnable work) {
		write(State.read(this.client), work);
	}

	/**
	 * Only if the session has the lock, which it acquires again if a script released it.
	 */
	public boolean writeEnd(Lock lock, String script, boolean required, Runnable work) {
		Map.Entry<State, Boolean> left = this.client.sql(STATE + ", " + IS_LOCKED + " AS locked")
			.param(lock.key())
			.query((row, number) -> Map.entry(State.of(row), row.getBoolean("locked")))
			.single();
		if (!left.getValue() && !lockAgain(lock, script) && required) {
			return false;
		}
		write(left.getKey(), work);
		return true;
	}

	private void write(State found, Runnable work) {
		State left = found;
		if (!left.login().equals(this.initial.login())) {
			// Flyway restores the role next, which would fail from here
			this.client.sql("SELECT set_config('session_authorization', ?, false)")
				.param(this.initial.login())
				.query()
				.listOfRows();
			left = State.read(this.client);
		}
		if (left.equals(this.initial)) {
			work.run();
		}
		else if (isTransactional()) {
			set(this.initial);
			work.run();
			set(left);
		}
		else {
			inTransaction(work);
		}
	}

	private boolean isTransactional() {
		try {
			return !this.connection.getAutoCommit();
		}
		catch (SQLException ex) {
			throw new FlywayException("Could not read the state of Flyway's connection", ex);
		}
	}

	// The end of the transaction restores the session by itself
	private void set(State state) {
		this.client.sql("""
				SELECT set_config('role', ?, true), set_config('statement_timeout', ?, true),
					set_config('lock_timeout', ?, true)""")
			.param(state.role())
			.param(state.statementTimeout())
			.param(state.lockTimeout())
			.query()
			.listOfRows();
	}

	private void inTransaction(Runnable work) {
		try {
			this.connection.setAutoCommit(false);
			try {
				this.client.sql("SET TRANSACTION READ WRITE").update();
				set(this.initial);
				work.run();
				this.connection.commit();
			}
			finally {
				this.connection.rollback();
				this.connection.setAutoCommit(true);
			}
		}
		catch (SQLException ex) {
			throw new FlywayException("Could not write what is recorded of migrations", ex);
		}
	}

	/**
	 * Whether a statement may have released locks, as {@code DISCARD ALL} does.
	 */
	public static boolean mayUnlock(String statement) {
		String text = statement.toLowerCase(Locale.ROOT);
		return text.contains("discard") || text.contains("advisory_unlock");
	}

	/**
	 * Acquires the lock again if a script has released it.
	 */
	public void keepLock(Lock lock, String script) {
		if (!this.client.sql("SELECT " + IS_LOCKED).param(lock.key()).query(Boolean.class).single()) {
			lockAgain(lock, script);
		}
	}

	private boolean lockAgain(Lock lock, String script) {
		for (int i = 0; i < lock.times(); i++) {
			if (!this.client.sql("SELECT pg_try_advisory_lock(?)").param(lock.key()).query(Boolean.class).single()) {
				return false;
			}
		}
		logger.warn(
				("Script %s of store 'postgres' has released Flyway's lock, which was acquired again. Take DISCARD ALL "
						+ "and pg_advisory_unlock_all out of scripts")
					.formatted(script));
		return true;
	}

	/**
	 * A lock that scripts should leave alone, and how often the session has acquired it.
	 */
	public record Lock(long key, int times) {

	}

	private record State(String login, String role, String statementTimeout, String lockTimeout, String readOnly) {

		static State read(JdbcClient client) {
			return client.sql(STATE).query((row, number) -> of(row)).single();
		}

		private static State of(ResultSet row) throws SQLException {
			return new State(row.getString("login"), row.getString("role"), row.getString("statement_timeout"),
					row.getString("lock_timeout"), row.getString("read_only"));
		}

	}

}
