package io.gemforce.migrations.postgres;

import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.flywaydb.core.api.configuration.Configuration;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.StopSignal;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.postgres.MigrationLog.LogEntry;

/**
 * Undoes migrations, under Flyway's lock.
 */
final class RollbackExecution {

	private static final Log logger = LogFactory.getLog(RollbackExecution.class);

	private final FlywayLock lock;

	private final Configuration configuration;

	private final FlywayDatabase database;

	private final MigrationRun run;

	private final @Nullable String reason;

	private final StopSignal stop;

	private final List<String> undone = new ArrayList<>();

	/**
	 * Create an execution.
	 * @param lock the lock of Flyway
	 * @param configuration the configuration of the Flyway that migrates
	 * @param database the database
	 * @param run the run that this is part of
	 * @param reason why, {@code null} if nobody gave a reason
	 * @param stop tells that the process is about to end
	 */
	RollbackExecution(FlywayLock lock, Configuration configuration, FlywayDatabase database, MigrationRun run,
			@Nullable String reason, StopSignal stop) {
		this.lock = lock;
		this.configuration = configuration;
		this.database = database;
		this.run = run;
		this.reason = reason;
		this.stop = stop;
	}

	/**
	 * Undo.
	 * @param steps what to undo, in order
	 * @throws MigrationException if an undo failed, or if the process is about to end
	 */
	void undo(List<UndoStep> steps) {
		MigrationLog log = this.database.log();
		log.create(this.lock.connection());
		log.closeInterrupted(this.lock.connection());
		for (UndoStep step : steps) {
			this.stop.check(StoreName.POSTGRES,
					this.undone.isEmpty() ? "unchanged, nothing was undone" : describeUndone());
			undo(step);
		}
	}

	private void undo(UndoStep step) {
		FlywayUndo undo = new FlywayUndo(this.configuration, this.lock.connection(), step, this.database.log(),
				this.run, this.reason);
		try {
			undo.execute();
		}
		catch (RuntimeException ex) {
			throw failed(step, undo.attempt(), ex);
		}
		this.undone.add(step.undone().id());
		logger.info("Undid migration %s of store 'postgres' by %s".formatted(step.describe(), step.name()));
	}

	private String describeUndone() {
		return "this rollback has undone %s".formatted(String.join(", ", this.undone));
	}

	private MigrationException failed(UndoStep step, @Nullable LogEntry attempt, RuntimeException failure) {
		DataSource dataSource = this.lock.isUsable() ? new SingleConnectionDataSource(this.lock.connection(), true)
				: withoutLock();
		UndoOutcome outcome = outcome(step, dataSource);
		if (attempt != null) {
			record(attempt, outcome, failure, dataSource);
		}
		String state = outcome.describe(step, attempt != null, attempt != null && attempt.transactional());
		return FlywayFailures.explainUndo(failure, step, attempt,
				this.undone.isEmpty() ? state : "%s; %s".formatted(state, describeUndone()));
	}

	// A pool may have no other connection, so a broken one has to go back before
	private DataSource withoutLock() {
		this.lock.close();
		return this.database.dataSource();
	}

	// The answer to a commit may have been lost, and Flyway may have failed after it
	private UndoOutcome outcome(UndoStep step, DataSource dataSource) {
		try {
			FlywayHistory history = this.database.history().read(JdbcClient.create(dataSource));
			return history.live().contains(step.undone()) ? UndoOutcome.NOT_UNDONE : UndoOutcome.UNDONE;
		}
		catch (RuntimeException ex) {
			logger.warn("Could not read whether migration %s of store 'postgres' is undone".formatted(step.describe()),
					ex);
			return UndoOutcome.UNKNOWN;
		}
	}

	private void record(LogEntry attempt, UndoOutcome outcome, RuntimeException failure, DataSource dataSource) {
		try {
			switch (outcome) {
				case NOT_UNDONE -> this.database.log().failed(dataSource, attempt, FlywayFailures.error(failure));
				case UNDONE -> this.database.log().closed(dataSource, attempt);
				case UNKNOWN -> logger
					.warn("The log of store 'postgres' does not tell how the undo of %s ended".formatted(attempt.id()));
			}
		}
		catch (RuntimeException ex) {
			logger.error(
					"Could not record in %s that %s failed".formatted(this.database.log().table(), attempt.script()),
					ex);
		}
	}

}
