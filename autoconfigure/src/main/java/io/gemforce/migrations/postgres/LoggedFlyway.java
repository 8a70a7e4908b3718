package io.gemforce.migrations.postgres;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.configuration.Configuration;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Causes;
import io.gemforce.migrations.LockWait;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.PlanGuard;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StopSignal;
import io.gemforce.migrations.StoreName;

/**
 * A Flyway whose executions are recorded in the {@link MigrationLog log}.
 */
final class LoggedFlyway {

	private static final Log logger = LogFactory.getLog(LoggedFlyway.class);

	private final FlywayDatabase database;

	private final MigrationRun run;

	private final LogCallback callback;

	private final Flyway flyway;

	private final StopSignal stop;

	LoggedFlyway(Flyway flyway, FlywayDatabase database, MigrationRun run, StopSignal stop, PlanGuard guard,
			HoldGuard holdGuard) {
		this.database = database;
		this.run = run;
		this.stop = stop;
		this.callback = new LogCallback(database, run, stop, guard, holdGuard);
		this.flyway = database.isPostgres() ? listening(flyway) : flyway;
	}

	private Flyway listening(Flyway flyway) {
		Configuration configuration = flyway.getConfiguration();
		Callback[] callbacks = Stream.concat(Arrays.stream(configuration.getCallbacks()), Stream.of(this.callback))
			.toArray(Callback[]::new);
		return Flyway.configure(configuration.getClassLoader())
			.configuration(configuration)
			.dataSource(new NamedDataSource(configuration.getDataSource(), this.run.application()))
			.callbacks(callbacks)
			.load();
	}

	/**
	 * Migrate.
	 * @param strategy how to migrate
	 * @return the ids of what was applied, in order
	 * @throws MigrationException if a migration failed
	 */
	List<String> migrate(Consumer<Flyway> strategy) {
		Thread runner = Thread.currentThread();
		Runnable stopListening = this.stop.listen(() -> interruptIfWaiting(runner));
		try {
			return isHeard() ? migrateHeard(strategy) : migrateUnheard(strategy);
		}
		finally {
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
			this.callback.committed();
			if (!this.callback.isHeard()) {
				this.callback.lockWaited(LockWait.Outcome.UNNEEDED);
			}
			return this.callback.applied();
		}
		catch (RuntimeException ex) {
			MigrationException refused = refused(ex);
			if (refused != null) {
				this.callback.committed();
				throw refused;
			}
			if (isCommitted()) {
				this.callback.committed();
			}
			MigrationLog.LogEntry attempt = this.callback.unfinished();
			if (attempt == null) {
				MigrationException explained = FlywayFailures.explain(ex);
				if (!this.callback.isHeard()) {
					this.callback.lockWaited((explained.getCode() == ProblemCode.LOCK_TIMEOUT)
							? LockWait.Outcome.TIMEOUT : LockWait.Outcome.INTERRUPTED);
				}
				this.stop.check(StoreName.POSTGRES, "unchanged by what was interrupted");
				throw explained;
			}
			this.callback.failed(ex);
			throw failed(attempt, ex);
		}
	}

	// Flyway wraps what callbacks throw
	private static @Nullable MigrationException refused(RuntimeException failure) {
		return Causes.find(failure, MigrationException.class).orElse(null);
	}

	// What fails after a migration was executed is its commit, or something after it
	private boolean isCommitted() {
		MigrationLog.LogEntry attempt = this.callback.unfinished();
		try {
			return attempt != null && this.callback.isBetweenMigrations()
					&& this.database.log().isApplied(this.database.client(), attempt);
		}
		catch (RuntimeException ex) {
			logger.warn("Could not read in %s whether a migration was committed".formatted(this.database.log().table()),
					ex);
			return false;
		}
	}

	private MigrationException failed(MigrationLog.LogEntry attempt, RuntimeException failure) {
		try {
			this.database.log().failed(this.database.dataSource(), attempt, FlywayFailures.error(failure));
		}
		catch (RuntimeException ex) {
			logger.error("Could not record in %s that migration %s failed".formatted(this.database.log().table(),
					attempt.script()), ex);
		}
		return FlywayFailures.explain(failure, attempt);
	}

	// Classes in a package 'db.callback' replace all other callbacks when a Flyway is
	// made,
	// so what was applied is read from its history afterwards
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
				.appliedBefore(this.database.dataSource(), MigrationLog.LogEntry.begin(info, true, this.run,
						Instant.now().minusMillis(info.getExecutionTime()))));
		}
		return added.stream().map(FlywayValidator::id).toList();
	}

	/**
	 * Return what was applied, even if it came to nothing in the end.
	 * @return the ids, in order
	 */
	List<String> appliedSoFar() {
		return this.callback.applied();
	}

	private Stream<MigrationInfo> applied() {
		return Arrays.stream(this.flyway.info().applied());
	}

}
