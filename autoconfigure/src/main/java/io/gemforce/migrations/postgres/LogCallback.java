package io.gemforce.migrations.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.flywaydb.core.api.configuration.Configuration;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.ExecutionEnd;
import io.gemforce.migrations.LockWait;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.PlanGuard;
import io.gemforce.migrations.StopSignal;
import io.gemforce.migrations.StoreName;

/**
 * Writes the log while Flyway migrates, on Flyway's own connection, and asks before each
 * migration whether it may still be applied.
 */
final class LogCallback extends BaseCallback {

	private final MigrationLog log;

	private final MigrationRun run;

	private final StopSignal stop;

	private final PlanGuard guard;

	private final HoldGuard holdGuard;

	private final Configuration configuration;

	private final String namespace;

	private final long calledAt = System.nanoTime();

	private volatile MigrationLog.@Nullable LogEntry current;

	private volatile @Nullable Duration executedIn;

	private final List<String> applied = new ArrayList<>();

	private boolean prepared;

	LogCallback(Configuration configuration, FlywayDatabase database, MigrationRun run, StopSignal stop,
			PlanGuard guard, HoldGuard holdGuard) {
		this.configuration = configuration;
		this.log = database.log();
		this.namespace = database.namespace();
		this.run = run;
		this.stop = stop;
		this.guard = guard;
		this.holdGuard = holdGuard;
	}

	@Override
	public boolean supports(Event event, Context context) {
		return (event == Event.BEFORE_EACH_MIGRATE || event == Event.AFTER_EACH_MIGRATE) && isOurs(context);
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
		Connection connection = context.getConnection();
		if (event == Event.BEFORE_EACH_MIGRATE) {
			begin(connection, context.getMigrationInfo());
		}
		else {
			MigrationLog.LogEntry attempt = Objects.requireNonNull(this.current);
			this.log.succeeded(connection, attempt);
			this.executedIn = attempt.elapsed();
		}
	}

	private void begin(Connection connection, MigrationInfo migration) {
		// The one that begins again was executed, but not committed
		if (!isCurrent(migration)) {
			committed();
		}
		if (this.stop.isStopped()) {
			this.stop.check(StoreName.POSTGRES, databaseState());
		}
		this.holdGuard.check(connection, migration, this::databaseState);
		this.guard.check(StoreName.POSTGRES, FlywayValidator.id(migration), Direction.UP, this::databaseState);
		boolean lastOneFailed = this.current != null;
		if (lastOneFailed) {
			failed(new FlywayException("Migration failed, and the user's strategy tries again"));
		}
		if (!this.prepared) {
			lockWaited(LockWait.Outcome.ACQUIRED);
		}
		if (!this.prepared || lastOneFailed) {
			this.log.create(connection);
			this.log.closeInterrupted(connection);
			this.prepared = true;
		}
		this.current = MigrationLog.LogEntry.begin(migration, isTransactional(connection), this.run, Instant.now());
		if (!this.current.transactional()) {
			this.log.open(connection, this.current);
		}
		this.run.listener().executionBegan(this.current.start(this.namespace));
	}

	private boolean isCurrent(MigrationInfo migration) {
		MigrationLog.LogEntry attempt = this.current;
		return attempt != null && attempt.id().equals(FlywayValidator.id(migration));
	}

	/**
	 * What was executed is committed.
	 */
	void committed() {
		MigrationLog.LogEntry attempt = this.current;
		Duration duration = this.executedIn;
		if (attempt != null && duration != null) {
			this.applied.add(attempt.id());
			end(attempt, ExecutionEnd.succeeded(Direction.UP, duration));
		}
	}

	/**
	 * What was begun has failed.
	 * @param failure the failure
	 */
	void failed(RuntimeException failure) {
		MigrationLog.LogEntry attempt = this.current;
		if (attempt != null) {
			end(attempt, ExecutionEnd.failed(attempt.elapsed(), failure, FlywayFailures.error(failure)));
		}
	}

	private void end(MigrationLog.LogEntry attempt, ExecutionEnd end) {
		this.current = null;
		this.executedIn = null;
		this.run.listener().executionEnded(attempt.start(this.namespace), end);
	}

	/**
	 * Tell that Flyway waits no longer for its lock.
	 * @param outcome what came of it
	 */
	void lockWaited(LockWait.Outcome outcome) {
		this.run.listener()
			.lockWaited(this.run,
					new LockWait(StoreName.POSTGRES, Duration.ofNanos(System.nanoTime() - this.calledAt), outcome));
	}

	/**
	 * Whether Flyway has executed anything, or has begun to.
	 * @return whether it has had its lock
	 */
	boolean isHeard() {
		return this.prepared;
	}

	/**
	 * Whether Flyway is not executing a migration at the moment.
	 * @return whether it may be waiting for its lock
	 */
	boolean isBetweenMigrations() {
		return this.current == null || this.executedIn != null;
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

	/**
	 * Return what was begun and is not known to be committed.
	 * @return the execution, {@code null} if there is none
	 */
	MigrationLog.@Nullable LogEntry unfinished() {
		return this.current;
	}

	/**
	 * Return what was applied.
	 * @return the ids, in order
	 */
	List<String> applied() {
		return List.copyOf(this.applied);
	}

	@Override
	public String getCallbackName() {
		return "gemforce-migrations-log";
	}

}
