package io.gemforce.migrations.postgres.history;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.Configuration;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

import io.gemforce.migrations.ApplicationInstance;
import io.gemforce.migrations.LockWait;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.postgres.history.FlywayDatabase.Tables;
import io.gemforce.migrations.postgres.sql.NamedDataSource;
import io.gemforce.migrations.store.ShutdownSignal;

/**
 * A connection that holds Flyway's own lock, so that no Flyway migrates meanwhile. A
 * Flyway that works on this connection acquires the lock once more and goes on.
 * <p>
 * The lock is polled for, as Flyway does it: a session that waits in the server for an
 * advisory lock blocks {@code CREATE INDEX CONCURRENTLY}, which may lead to a deadlock.
 */
public final class FlywayLock implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(FlywayLock.class);

	private static final int SECONDS_TO_ANSWER = 5;

	private static final Duration TRY_EVERY = Duration.ofMillis(100);

	private final Connection connection;

	private final SingleConnectionDataSource dataSource;

	private final boolean autoCommit;

	private final FlywayDatabase database;

	private final long key;

	private @Nullable Tables tables;

	private boolean closed;

	private FlywayLock(Connection connection, boolean autoCommit, FlywayDatabase database) {
		this.connection = connection;
		this.dataSource = new SingleConnectionDataSource(connection, true);
		this.autoCommit = autoCommit;
		this.database = database;
		this.key = database.lockKey();
	}

	/**
	 * The connection is in autocommit mode; Flyway's configuration limits the wait.
	 */
	public static FlywayLock acquire(FlywayDatabase database, Configuration configuration, MigrationRun run,
			ShutdownSignal stop) {
		FlywayLock lock = open(database, configuration, run.application());
		long startedAt = System.nanoTime();
		LockWait.Outcome outcome = LockWait.Outcome.INTERRUPTED;
		try {
			if (!lock.await(configuration.getLockRetryCount(), stop)) {
				outcome = LockWait.Outcome.TIMEOUT;
				throw FlywayFailures.lockTimeout(database.lock(lock.client()));
			}
			outcome = LockWait.Outcome.ACQUIRED;
			lock.tables = database.upgrade(lock.dataSource());
			return lock;
		}
		catch (RuntimeException ex) {
			if (outcome == LockWait.Outcome.ACQUIRED) {
				lock.close();
			}
			else {
				lock.giveBack();
			}
			throw ex;
		}
		finally {
			run.listener()
				.lockWaited(run,
						new LockWait(StoreName.POSTGRES, Duration.ofNanos(System.nanoTime() - startedAt), outcome));
		}
	}

	private static FlywayLock open(FlywayDatabase database, Configuration configuration,
			ApplicationInstance application) {
		try {
			Connection connection = new NamedDataSource(database.dataSource(), application, (opened) -> {
			}).getConnection();
			FlywayLock lock = new FlywayLock(connection, connection.getAutoCommit(), database);
			try {
				connection.setAutoCommit(true);
				return lock;
			}
			catch (SQLException ex) {
				lock.giveBack();
				throw ex;
			}
		}
		catch (SQLException ex) {
			throw new FlywayException("Unable to obtain connection from database", ex);
		}
	}

	private boolean await(int retries, ShutdownSignal stop) {
		CountDownLatch stopped = new CountDownLatch(1);
		Runnable stopListening = stop.listen(stopped::countDown);
		long startedAt = System.nanoTime();
		boolean said = false;
		try {
			while (!tryLock()) {
				long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startedAt);
				if (retries >= 0 && seconds >= Math.max(retries, 1)) {
					return false;
				}
				if (!said) {
					said = true;
					logger.info("Waiting for Flyway's lock of store 'postgres'");
				}
				if (stopped.await(TRY_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
					stop.check(StoreName.POSTGRES, "unchanged by this instance, which was waiting for the lock");
				}
			}
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new FlywayException("Interrupted while waiting for Flyway's lock", ex);
		}
		finally {
			stopListening.run();
		}
	}

	private boolean tryLock() {
		return client().sql("SELECT pg_try_advisory_lock(?) AS locked, pg_backend_pid() AS backend")
			.param(this.key)
			.query((row, number) -> {
				this.database.works(row.getInt("backend"));
				return row.getBoolean("locked");
			})
			.single();
	}

	private boolean ask(String sql) {
		return client().sql(sql).param(this.key).query(Boolean.class).single();
	}

	public Connection connection() {
		return this.connection;
	}

	/**
	 * The tables that existed when the lock was acquired.
	 */
	public Tables tables() {
		return Objects.requireNonNull(this.tables);
	}

	/**
	 * The connection holds the lock as long as it works.
	 */
	public boolean isUsable() {
		try {
			return this.connection.isValid(SECONDS_TO_ANSWER);
		}
		catch (SQLException ex) {
			return false;
		}
	}

	public JdbcClient client() {
		return JdbcClient.create(this.dataSource);
	}

	/**
	 * Always gives out the locked connection, even after it was closed.
	 */
	public DataSource dataSource() {
		return this.dataSource;
	}

	@Override
	public void close() {
		if (this.closed) {
			return;
		}
		this.closed = true;
		try {
			ask("SELECT pg_advisory_unlock(?)");
		}
		catch (RuntimeException ex) {
			abort(ex);
		}
		giveBack();
	}

	// The session still has the lock, so it must not go back to a pool
	private void abort(RuntimeException failure) {
		logger.debug("Could not release Flyway's lock, so the connection that holds it is ended", failure);
		try {
			this.connection.abort(Runnable::run);
		}
		catch (SQLException ex) {
			logger.debug("Could not end the connection", ex);
		}
	}

	private void giveBack() {
		this.database.rests();
		try (Connection closed = this.connection) {
			closed.setAutoCommit(this.autoCommit);
		}
		catch (SQLException ex) {
			logger.debug("Could not give back the connection", ex);
		}
	}

}
