package io.gemforce.migrations.postgres;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.configuration.Configuration;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

import io.gemforce.migrations.Causes;
import io.gemforce.migrations.ExecutionError;
import io.gemforce.migrations.LockWait;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.postgres.LogCallback.Executed;
import io.gemforce.migrations.postgres.history.FlywayDatabase;
import io.gemforce.migrations.postgres.history.FlywayFailures;
import io.gemforce.migrations.postgres.history.FlywayStates;
import io.gemforce.migrations.postgres.history.HoldGuard;
import io.gemforce.migrations.postgres.history.InterruptedScripts;
import io.gemforce.migrations.postgres.history.LogEntry;
import io.gemforce.migrations.postgres.history.MigrationLog;
import io.gemforce.migrations.postgres.sql.NamedDataSource;
import io.gemforce.migrations.postgres.sql.ScriptDataSource;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.store.ShutdownSignal;

/**
 * A Flyway whose executions are recorded in the {@link MigrationLog log}.
 */
final class RecordingFlyway {

	private static final Log logger = LogFactory.getLog(RecordingFlyway.class);

	private final FlywayDatabase database;

	private final MigrationRun run;

	private final LogCallback callback;

	private final Flyway flyway;

	private final ShutdownSignal stop;

	RecordingFlyway(Flyway flyway, FlywayDatabase database, MigrationRun run, ShutdownSignal stop, PlanGuard guard,
			HoldGuard holdGuard) {
		this.database = database;
		this.run = run;
		this.stop = stop;
		this.callback = new LogCallback(flyway.getConfiguration(), database, run, stop, guard, holdGuard);
		this.flyway = database.isPostgres() ? listening(flyway) : flyway;
	}

	private Flyway listening(Flyway flyway) {
		Configuration configuration = flyway.getConfiguration();
		Callback[] callbacks = Stream.concat(Arrays.stream(configuration.getCallbacks()), Stream.of(this.callback))
			.toArray(Callback[]::new);
		return Flyway.configure(configuration.getClassLoader())
			.configuration(configuration)
			.dataSource(ScriptDataSource
				.of(new NamedDataSource(configuration.getDataSource(), this.run.application(), this.database::works)))
			.callbacks(callbacks)
			.load();
	}

	// Returns the ids of the applied migrations, in order
	List<String> migrate(Consumer<Flyway> strategy) {
		Thread runner = Thread.currentThread();
		Runnable stopListening = this.stop.listen(() -> interruptIfWaiting(runner));
		try {
			return isHeard() ? migrateHeard(strategy) : migrateUnheard(strategy);
		}
		finally {
			this.database.rests();
			stopListening.run();
			if (this.stop.isStopped()) {
				Thread.interrupted();
			}
		}
	}

	// Between migrations Flyway may be waiting for its lock
	private void interruptIfWaiting(Thread runner) {
		if (this.callback.isBetweenMigrations()) {
			runner.interrupt();
		}
	}

	private boolean isHeard() {
		return Arrays.asList(this.flyway.getConfiguration().getCallbacks()).contains(this.callback);
	}

	private List<String> migrateHeard(Consumer<Flyway> strategy) {
		try {
			strategy.accept(this.flyway);
			this.callback.executed().forEach(this.callback::committed);
			if (!this.callback.isHeard()) {
				this.callback.lockWaited(LockWait.Outcome.UNNEEDED);
			}
			return this.callback.applied();
		}
		catch (RuntimeException ex) {
			this.callback.executed().stream().filter(this::isCommitted).forEach(this.callback::committed);
			throw explained(ex);
		}
		finally {
			this.callback.closeRows();
		}
	}

	private MigrationException explained(RuntimeException failure) {
		MigrationException refused = refused(failure);
		if (refused != null) {
			this.callback.failed(refused);
			return refused;
		}
		List<LogEntry> rolledBack = new ArrayList<>(this.callback.executed().stream().map(Executed::attempt).toList());
		LogEntry attempt = this.callback.current();
		if (attempt == null && !rolledBack.isEmpty()) {
			// If it fails after a migration was executed, the commit has failed
			attempt = rolledBack.remove(rolledBack.size() - 1);
		}
		if (attempt != null) {
			this.callback.failed(failure);
			return failed(attempt, rolledBack, failure);
		}
		MigrationException explained = FlywayFailures.explain(failure);
		if (!this.callback.isHeard()) {
			this.callback.lockWaited((explained.getCode() == ProblemCode.LOCK_TIMEOUT) ? LockWait.Outcome.TIMEOUT
					: LockWait.Outcome.INTERRUPTED);
		}
		this.stop.check(StoreName.POSTGRES, "unchanged by what was interrupted");
		return explained;
	}

	// Flyway wraps what callbacks throw
	private static @Nullable MigrationException refused(RuntimeException failure) {
		return Causes.find(failure, MigrationException.class).orElse(null);
	}

	private boolean isCommitted(Executed executed) {
		LogEntry attempt = executed.attempt();
		try {
			JdbcClient client = this.database.client();
			return attempt.transactional() ? this.database.log().isApplied(client, attempt) : InterruptedScripts
				.isApplied(this.database.history().read(client), attempt.id(), attempt.descriptor().checksum());
		}
		catch (RuntimeException ex) {
			logger.warn("Could not read whether migration %s was committed".formatted(attempt.script()), ex);
			return false;
		}
	}

	private MigrationException failed(LogEntry attempt, List<LogEntry> rolledBack, RuntimeException failure) {
		boolean recorded = attempt.transactional();
		try {
			DataSource dataSource = this.database.dataSource();
			ExecutionError error = FlywayFailures.error(failure);
			for (LogEntry other : rolledBack) {
				this.database.log()
					.failed(dataSource, other, new ExecutionError(error.type(),
							"Rolled back with %s, which shared its transaction and failed".formatted(attempt.script()),
							null));
			}
			recorded = recorded || isRecordedAsFailed(attempt);
			if (recorded) {
				this.database.log().failed(dataSource, attempt, error);
			}
			else {
				this.database.log().interrupted(dataSource, attempt, error);
			}
		}
		catch (RuntimeException ex) {
			logger.error("Could not record in %s that migration %s failed".formatted(this.database.log().table(),
					attempt.script()), ex);
		}
		return FlywayFailures.explain(failure, attempt, recorded, rolledBack);
	}

	// Without its failed entry Flyway would run the script again
	private boolean isRecordedAsFailed(LogEntry attempt) {
		return this.database.history()
			.read(this.database.client())
			.live()
			.stream()
			.anyMatch((entry) -> !entry.success() && entry.id().equals(attempt.id()));
	}

	// Classes in a package 'db.callback' replace all other callbacks when a Flyway is
	// made, so what was applied is read from its history afterwards
	private List<String> migrateUnheard(Consumer<Flyway> strategy) {
		Set<Integer> before = applied().map(MigrationInfo::getInstalledRank).collect(Collectors.toSet());
		try {
			strategy.accept(this.flyway);
		}
		catch (RuntimeException ex) {
			throw FlywayFailures.explain(ex);
		}
		List<MigrationInfo> added = applied().filter((info) -> !before.contains(info.getInstalledRank())).toList();
		if (this.database.isPostgres()) {
			added.forEach((info) -> this.database.log()
				.appliedBefore(this.database.dataSource(),
						LogEntry.begin(info, true, this.run, Instant.now().minusMillis(info.getExecutionTime()))));
		}
		return added.stream().map(FlywayStates::id).toList();
	}

	// Includes what was applied before a failure
	List<String> appliedSoFar() {
		return this.callback.applied();
	}

	private Stream<MigrationInfo> applied() {
		return Arrays.stream(this.flyway.info().applied());
	}

}
