package io.gemforce.migrations.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.Configuration;
import org.flywaydb.core.api.output.RepairResult;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StopSignal;
import io.gemforce.migrations.StoreLock;
import io.gemforce.migrations.StoreName;

/**
 * What operators do to Flyway's history and lock.
 */
final class FlywayOperations {

	private static final Log logger = LogFactory.getLog(FlywayOperations.class);

	private static final String UNCHANGED = "unchanged";

	private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

	private static final int SAY_EVERY = 30;

	private final Flyway flyway;

	private final FlywayDatabase database;

	private final StopSignal stop;

	FlywayOperations(Flyway flyway, FlywayDatabase database, StopSignal stop) {
		this.flyway = flyway;
		this.database = database;
		this.stop = stop;
	}

	/**
	 * Do what an operator wants.
	 * @param operation what to do
	 * @param run the run that does it
	 * @return what was done, a line each
	 */
	List<String> perform(Operation operation, MigrationRun run) {
		return switch (operation.kind()) {
			case REPAIR -> repair(operation, run);
			case RELEASE_LOCK -> releaseLock(operation, run);
			case MARK_APPLIED -> throw refused("Flyway cannot record a single migration as applied",
					"Use Flyway's baseline for a schema that is already there: spring.flyway.baseline-on-migrate and "
							+ "spring.flyway.baseline-version");
			case RELEASE_HOLD -> throw refused("There is no hold", "Nothing is to be done");
			case MARK_ROLLED_BACK -> throw refused("Flyway cannot record a migration as rolled back",
					"Take its changes back with a new migration");
		};
	}

	// Flyway's repair takes no lock, so it is run on a connection that holds Flyway's
	private List<String> repair(Operation operation, MigrationRun run) {
		try (Connection connection = this.database.dataSource().getConnection()) {
			JdbcClient client = JdbcClient.create(new SingleConnectionDataSource(connection, true));
			lock(client);
			try {
				return repair(connection, operation, run);
			}
			finally {
				client.sql("SELECT pg_advisory_unlock(?)").param(this.database.lockKey()).query().listOfRows();
			}
		}
		catch (SQLException ex) {
			throw new FlywayException("Could not repair the history", ex);
		}
	}

	// As often as Flyway tries it, which gives up in the same way
	private void lock(JdbcClient client) {
		int retries = this.flyway.getConfiguration().getLockRetryCount();
		for (int tried = 0; !tryLock(client); tried++) {
			StoreLock lock = this.database.lock(client);
			if (retries >= 0 && tried >= retries) {
				throw new MigrationException(Problem.error(ProblemCode.LOCK_TIMEOUT, StoreName.POSTGRES,
						"Flyway's lock was not free in time, it is held by %s".formatted(lock.owner()),
						"If the holder is still at work, wait, or raise gemforce.migrations.lock.wait-timeout; if it "
								+ "hangs, run gemforce.migrations.run=release-lock with store=postgres and force=true"),
						UNCHANGED, null);
			}
			if (tried % SAY_EVERY == 0) {
				logger.info("Waiting for Flyway's lock of store 'postgres', held by %s".formatted(lock.owner()));
			}
			pause();
		}
	}

	private boolean tryLock(JdbcClient client) {
		return client.sql("SELECT pg_try_advisory_lock(?)")
			.param(this.database.lockKey())
			.query(Boolean.class)
			.single();
	}

	private void pause() {
		try {
			this.stop.pause(RETRY_AFTER, StoreName.POSTGRES, UNCHANGED);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new FlywayException("Interrupted while waiting for Flyway's lock", ex);
		}
	}

	private List<String> repair(Connection connection, Operation operation, MigrationRun run) {
		Configuration configuration = this.flyway.getConfiguration();
		RepairResult result = Flyway.configure(configuration.getClassLoader())
			.configuration(configuration)
			.dataSource(new SingleConnectionDataSource(connection, true))
			.load()
			.repair();
		List<String> done = new ArrayList<>();
		result.migrationsRemoved
			.forEach((removed) -> done.add("removed the failed entry of %s".formatted(removed.description)));
		result.migrationsAligned
			.forEach((aligned) -> done.add("accepted %s as it is in this build".formatted(aligned.description)));
		result.migrationsDeleted.forEach((deleted) -> done.add("marked %s as deleted".formatted(deleted.description)));
		if (done.isEmpty()) {
			return List.of("nothing to repair");
		}
		record(connection, "repair: " + String.join(", ", done), operation, run);
		return done;
	}

	private List<String> releaseLock(Operation operation, MigrationRun run) {
		StoreLock lock = this.database.lock();
		if (!lock.held()) {
			return List.of("the lock is free");
		}
		if (!operation.force()) {
			throw new MigrationException(Problem.error(ProblemCode.LOCK_ALIVE, StoreName.POSTGRES,
					"The lock of store 'postgres' is held by %s; PostgreSQL frees it when that connection ends"
						.formatted(lock.owner()),
					"Wait until it is done. If it hangs, end it; force=true ends its connection, which rolls back what it "
							+ "is doing"),
					UNCHANGED, null);
		}
		boolean ended = this.database.endLockHolder();
		try (Connection connection = this.database.dataSource().getConnection()) {
			String description = "release-lock: ended the connection of %s".formatted(lock.owner());
			if (ended) {
				record(connection, description, operation, run);
			}
			return List.of(ended ? description : "the lock is free");
		}
		catch (SQLException ex) {
			throw new FlywayException("Could not record that the lock was released", ex);
		}
	}

	private void record(Connection connection, String description, Operation operation, MigrationRun run) {
		this.database.log().create(connection);
		this.database.log()
			.marked(connection,
					MigrationLog.LogEntry.mark(description, operation.kind().id(), run, operation.reason()));
	}

	private static MigrationException refused(String message, String action) {
		return new MigrationException(Problem.error(ProblemCode.INVALID_ARGUMENT, StoreName.POSTGRES, message, action),
				UNCHANGED, null);
	}

}
