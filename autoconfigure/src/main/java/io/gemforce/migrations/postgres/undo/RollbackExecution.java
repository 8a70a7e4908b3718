package io.gemforce.migrations.postgres.undo;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.flywaydb.core.api.configuration.Configuration;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.ExecutionEnd;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.postgres.history.FlywayDatabase;
import io.gemforce.migrations.postgres.history.FlywayDatabase.Tables;
import io.gemforce.migrations.postgres.history.FlywayFailures;
import io.gemforce.migrations.postgres.history.FlywayHistory;
import io.gemforce.migrations.postgres.history.FlywayHistory.Entry;
import io.gemforce.migrations.postgres.history.FlywayLock;
import io.gemforce.migrations.postgres.history.HoldTable;
import io.gemforce.migrations.postgres.history.InterruptedScripts;
import io.gemforce.migrations.postgres.history.LogEntry;
import io.gemforce.migrations.postgres.history.MigrationLog;
import io.gemforce.migrations.postgres.sql.ServerMessages;
import io.gemforce.migrations.store.Hold;
import io.gemforce.migrations.store.ShutdownSignal;
import io.gemforce.migrations.store.UndoProblems;

/**
 * Undoes migrations, under Flyway's lock.
 */
public final class RollbackExecution {

	private static final Log logger = LogFactory.getLog(RollbackExecution.class);

	private final FlywayLock lock;

	private final Configuration configuration;

	private final FlywayDatabase database;

	private final MigrationRun run;

	private final @Nullable String reason;

	private final ShutdownSignal stop;

	private final List<String> undone = new ArrayList<>();

	private List<Entry> repeatables = List.of();

	private @Nullable Instant heldSince;

	private @Nullable Hold formerHold;

	public RollbackExecution(FlywayLock lock, Configuration configuration, FlywayDatabase database, MigrationRun run,
			@Nullable String reason, ShutdownSignal stop) {
		this.lock = lock;
		this.configuration = configuration;
		this.database = database;
		this.run = run;
		this.reason = reason;
		this.stop = stop;
	}

	/**
	 * Creates the log if it is missing, and closes what killed runs have left open in it.
	 */
	public void prepare(Tables tables) {
		MigrationLog log = this.database.log();
		if (!tables.log()) {
			log.create(this.lock.connection());
		}
		new InterruptedScripts(this.database).close(this.lock.connection());
	}

	// To be called before anything is undone, so that it is not applied again
	void hold(Version version, Tables tables) {
		Instant since = HoldTable.now();
		this.formerHold = this.database.writeHold(this.lock.client(), tables, version, this.reason, since).orElse(null);
		this.heldSince = since;
	}

	// Repeatables run again, from the first undo on
	void rerun(List<Entry> repeatables) {
		this.repeatables = repeatables;
	}

	/**
	 * Fails at the first undo that fails, or if the process is about to end.
	 */
	public void undo(List<UndoStep> steps) {
		for (UndoStep step : steps) {
			checkStop();
			undo(step);
		}
	}

	private void checkStop() {
		try {
			this.stop.check(StoreName.POSTGRES, this.undone.isEmpty() ? UndoProblems.NOTHING_UNDONE : describeUndone());
		}
		catch (MigrationException ex) {
			takeHoldBackIfNothingIsUndone(this.lock.dataSource());
			throw ex;
		}
	}

	private void undo(UndoStep step) {
		logger.info("Flyway announces the undo of migration %s of store 'postgres' by %s as a migration to version %s"
			.formatted(step.describe(), step.name(), step.undone().id()));
		UndoExecutor undo = new UndoExecutor(this.configuration, this.lock, step, this.database, this.run, this.reason,
				this.repeatables);
		try {
			undo.execute();
		}
		catch (RuntimeException ex) {
			throw failed(step, undo.attempt(), ex);
		}
		this.undone.add(step.undone().id());
		this.repeatables = List.of();
		ended(step, Objects.requireNonNull(undo.attempt()), null);
	}

	private void ended(UndoStep step, LogEntry attempt, @Nullable RuntimeException failure) {
		if (step.isMark()) {
			return;
		}
		Duration duration = attempt.elapsed();
		this.run.listener()
			.executionEnded(attempt.start(this.database.namespace()), (failure != null)
					? ExecutionEnd.failed(duration, ServerMessages.withoutRows(failure), FlywayFailures.error(failure))
					: ExecutionEnd.succeeded(Direction.DOWN, duration));
	}

	private String describeUndone() {
		return "this rollback has undone %s".formatted(String.join(", ", this.undone));
	}

	private MigrationException failed(UndoStep step, @Nullable LogEntry attempt, RuntimeException failure) {
		DataSource dataSource = this.lock.isUsable() ? this.lock.dataSource() : withoutLock();
		UndoOutcome outcome = outcome(step, dataSource);
		if (attempt != null) {
			record(attempt, outcome, failure, dataSource);
			ended(step, attempt, (outcome != UndoOutcome.UNDONE) ? failure : null);
		}
		boolean transactional = attempt == null || attempt.transactional();
		if (outcome == UndoOutcome.NOT_UNDONE && transactional) {
			takeHoldBackIfNothingIsUndone(dataSource);
		}
		String state = outcome.describe(step, attempt != null, transactional);
		if (!this.undone.isEmpty()) {
			state = "%s; %s".formatted(state, describeUndone());
		}
		if (this.heldSince != null) {
			state = "%s; the store is held, so that nothing is applied again".formatted(state);
		}
		return FlywayFailures.explainUndo(failure, step.name(), step.describe(), attempt, state);
	}

	// A pool may have no other connection, so a broken one has to go back first
	private DataSource withoutLock() {
		this.lock.close();
		return this.database.dataSource();
	}

	private void takeHoldBackIfNothingIsUndone(DataSource dataSource) {
		Instant since = this.heldSince;
		if (since == null || !this.undone.isEmpty()) {
			return;
		}
		try {
			FlywayDatabase.inTransaction(dataSource,
					(client) -> this.database.holds().takeBack(client, since, this.formerHold));
			this.heldSince = null;
		}
		catch (RuntimeException ex) {
			logger
				.error("Nothing was undone, but the hold of store 'postgres' could not be taken back. Release it with "
						+ "gemforce.migrations.run=release-hold", ex);
		}
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
				case UNDONE -> this.database.log().closed(dataSource, attempt, Instant.now());
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
