package io.gemforce.migrations.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
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

	private volatile MigrationLog.@Nullable LogEntry current;

	private final List<String> applied = new ArrayList<>();

	private boolean prepared;

	LogCallback(MigrationLog log, MigrationRun run, StopSignal stop, PlanGuard guard, HoldGuard holdGuard) {
		this.log = log;
		this.run = run;
		this.stop = stop;
		this.guard = guard;
		this.holdGuard = holdGuard;
	}

	@Override
	public boolean supports(Event event, Context context) {
		return event == Event.BEFORE_EACH_MIGRATE || event == Event.AFTER_EACH_MIGRATE;
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
			this.applied.add(attempt.id());
			this.current = null;
		}
	}

	private void begin(Connection connection, MigrationInfo migration) {
		if (this.stop.isStopped()) {
			this.stop.check(StoreName.POSTGRES, databaseState());
		}
		this.holdGuard.check(connection, migration, this::databaseState);
		this.guard.check(StoreName.POSTGRES, FlywayValidator.id(migration), Direction.UP, this::databaseState);
		boolean lastOneFailed = this.current != null;
		if (!this.prepared || lastOneFailed) {
			this.log.create(connection);
			this.log.closeInterrupted(connection);
			this.prepared = true;
		}
		this.current = MigrationLog.LogEntry.begin(migration, isTransactional(connection), this.run, Instant.now());
		if (!this.current.transactional()) {
			this.log.open(connection, this.current);
		}
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
	 * Return what was begun and not completed.
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
