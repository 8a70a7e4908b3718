package io.gemforce.migrations.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.flywaydb.core.api.configuration.Configuration;
import org.flywaydb.database.postgresql.PostgreSQLConfigurationExtension;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.ExecutionEnd;
import io.gemforce.migrations.ExecutionError;
import io.gemforce.migrations.LockWait;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.postgres.history.FlywayDatabase;
import io.gemforce.migrations.postgres.history.FlywayFailures;
import io.gemforce.migrations.postgres.history.FlywayStates;
import io.gemforce.migrations.postgres.history.HoldGuard;
import io.gemforce.migrations.postgres.history.InterruptedScripts;
import io.gemforce.migrations.postgres.history.LogEntry;
import io.gemforce.migrations.postgres.history.MigrationLog;
import io.gemforce.migrations.postgres.sql.ScriptSession;
import io.gemforce.migrations.postgres.sql.ServerMessages;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.store.ShutdownSignal;

/**
 * Writes the log while Flyway migrates, on Flyway's own connection, and asks before each
 * migration whether it may still be applied.
 * <p>
 * An executed migration counts as applied only once it is known to be committed: when the
 * next one begins, unless all share a transaction, or when Flyway returns.
 */
final class LogCallback extends BaseCallback {

	private static final Log logger = LogFactory.getLog(LogCallback.class);

	private final FlywayDatabase database;

	private final MigrationLog log;

	private final InterruptedScripts interrupted;

	private final MigrationRun run;

	private final ShutdownSignal stop;

	private final PlanGuard guard;

	private final HoldGuard holdGuard;

	private final Configuration configuration;

	private final String namespace;

	private final long calledAt = System.nanoTime();

	private volatile @Nullable LogEntry current;

	private final List<Executed> executed = new ArrayList<>();

	private final List<Executed> open = new ArrayList<>();

	private final List<String> applied = new ArrayList<>();

	private @Nullable ScriptSession session;

	private boolean prepared;

	LogCallback(Configuration configuration, FlywayDatabase database, MigrationRun run, ShutdownSignal stop,
			PlanGuard guard, HoldGuard holdGuard) {
		this.database = database;
		this.configuration = configuration;
		this.log = database.log();
		this.interrupted = new InterruptedScripts(database);
		this.namespace = database.namespace();
		this.run = run;
		this.stop = stop;
		this.guard = guard;
		this.holdGuard = holdGuard;
	}

	@Override
	public boolean supports(Event event, Context context) {
		return (event == Event.BEFORE_EACH_MIGRATE || event == Event.AFTER_EACH_MIGRATE
				|| event == Event.AFTER_EACH_MIGRATE_STATEMENT) && isOurs(context);
	}

	// A strategy may copy the configuration, this callback included, for another history
	private boolean isOurs(@Nullable Context context) {
		Configuration other = (context != null) ? context.getConfiguration() : null;
		return other == null || other.getTable().equals(this.configuration.getTable())
				&& Objects.equals(other.getDefaultSchema(), this.configuration.getDefaultSchema())
				&& Arrays.equals(other.getSchemas(), this.configuration.getSchemas());
	}

	@Override
	public void handle(Event event, Context context) {
		if (event == Event.BEFORE_EACH_MIGRATE) {
			begin(context);
		}
		else if (event == Event.AFTER_EACH_MIGRATE) {
			executed(context);
		}
		else if (context.getStatement() != null && ScriptSession.mayUnlock(context.getStatement().getSql())) {
			keepLock(context);
		}
	}

	private void begin(Context context) {
		Connection connection = context.getConnection();
		MigrationInfo migration = context.getMigrationInfo();
		boolean transactional = isTransactional(connection);
		// A migration that begins again was executed, but not committed
		boolean again = isBegun(FlywayStates.id(migration));
		if (!again && !(transactional && context.getConfiguration().isGroup())) {
			List.copyOf(this.executed).forEach(this::committed);
		}
		if (this.stop.isStopped()) {
			this.stop.check(StoreName.POSTGRES, databaseState());
		}
		this.holdGuard.check(connection, migration, this::databaseState);
		this.guard.check(StoreName.POSTGRES, FlywayStates.id(migration), Direction.UP, this::databaseState);
		boolean lastOneFailed = again || this.current != null;
		if (lastOneFailed) {
			failed(new FlywayException("Migration failed, and the user's strategy tries again"));
		}
		if (!this.prepared) {
			lockWaited(LockWait.Outcome.ACQUIRED);
		}
		ScriptSession session = session(connection);
		if (!this.prepared || lastOneFailed) {
			session.write(() -> {
				this.log.create(connection);
				this.interrupted.close(connection);
			});
			this.prepared = true;
		}
		this.interrupted.check(connection, migration, this::databaseState);
		LogEntry attempt = LogEntry.begin(migration, transactional, this.run, Instant.now());
		if (!transactional) {
			session.write(() -> this.log.open(connection, attempt));
		}
		this.current = attempt;
		this.run.listener().executionBegan(attempt.start(this.namespace));
	}

	private boolean isBegun(String id) {
		LogEntry attempt = this.current;
		return attempt != null && attempt.id().equals(id)
				|| this.executed.stream().anyMatch((executed) -> executed.attempt().id().equals(id));
	}

	// A user's strategy may let Flyway migrate more than once
	private ScriptSession session(Connection connection) {
		ScriptSession session = this.session;
		if (session == null || !session.isOf(connection)) {
			session = ScriptSession.begin(connection);
			this.session = session;
		}
		return session;
	}

	private void executed(Context context) {
		LogEntry attempt = Objects.requireNonNull(this.current);
		Executed executed = new Executed(attempt, attempt.elapsed());
		Connection connection = context.getConnection();
		// The row of a script without a transaction is closed after Flyway has its own
		Runnable record = () -> {
			if (attempt.transactional()) {
				this.log.succeeded(connection, attempt);
			}
		};
		if (hasTransactionalLock(context)) {
			session(connection).write(record);
		}
		else if (!session(connection).writeEnd(lock(), attempt.script(), attempt.transactional(), record)) {
			throw FlywayFailures.lockLost(attempt.script(), databaseState());
		}
		this.executed.add(executed);
		this.current = null;
	}

	private void keepLock(Context context) {
		LogEntry attempt = this.current;
		if (attempt != null && !hasTransactionalLock(context)) {
			session(context.getConnection()).keepLock(lock(), attempt.script());
		}
	}

	private ScriptSession.Lock lock() {
		return new ScriptSession.Lock(this.database.lockKey(), 1);
	}

	private static boolean hasTransactionalLock(Context context) {
		return context.getConfiguration()
			.getPluginRegister()
			.getExact(PostgreSQLConfigurationExtension.class)
			.isTransactionalLock();
	}

	// Executed, but not known to be committed
	List<Executed> executed() {
		return List.copyOf(this.executed);
	}

	void committed(Executed executed) {
		this.executed.remove(executed);
		this.applied.add(executed.attempt().id());
		if (!executed.attempt().transactional()) {
			this.open.add(executed);
		}
		end(executed.attempt(), ExecutionEnd.succeeded(Direction.UP, executed.duration()));
	}

	// Everything that shared the failed migration's transaction was rolled back
	void failed(RuntimeException failure) {
		ExecutionError error = FlywayFailures.error(failure);
		RuntimeException told = ServerMessages.withoutRows(failure);
		this.executed
			.forEach((executed) -> end(executed.attempt(), ExecutionEnd.failed(executed.duration(), told, error)));
		this.executed.clear();
		LogEntry attempt = this.current;
		if (attempt != null) {
			this.current = null;
			end(attempt, ExecutionEnd.failed(attempt.elapsed(), told, error));
		}
	}

	private void end(LogEntry attempt, ExecutionEnd end) {
		this.run.listener().executionEnded(attempt.start(this.namespace), end);
	}

	// Called after Flyway has returned its connection; the next run closes the rest
	void closeRows() {
		try {
			this.open.forEach((executed) -> this.log.closed(this.database.dataSource(), executed.attempt(),
					executed.attempt().startedAt().plus(executed.duration())));
		}
		catch (RuntimeException ex) {
			logger.warn("Could not close in %s what was applied".formatted(this.log.table()), ex);
		}
		this.open.clear();
	}

	void lockWaited(LockWait.Outcome outcome) {
		this.run.listener()
			.lockWaited(this.run,
					new LockWait(StoreName.POSTGRES, Duration.ofNanos(System.nanoTime() - this.calledAt), outcome));
	}

	boolean isHeard() {
		return this.prepared;
	}

	boolean isBetweenMigrations() {
		return this.current == null;
	}

	private String databaseState() {
		return this.applied.isEmpty() ? "unchanged by this run"
				: "this run has applied %s".formatted(String.join(", ", this.applied));
	}

	private static boolean isTransactional(Connection connection) {
		try {
			return !connection.getAutoCommit();
		}
		catch (SQLException ex) {
			throw new FlywayException("Could not read the state of Flyway's connection", ex);
		}
	}

	// Begun and not ended
	@Nullable LogEntry current() {
		return this.current;
	}

	List<String> applied() {
		return List.copyOf(this.applied);
	}

	@Override
	public String getCallbackName() {
		return "gemforce-migrations-log";
	}

	record Executed(LogEntry attempt, Duration duration) {

	}

}
