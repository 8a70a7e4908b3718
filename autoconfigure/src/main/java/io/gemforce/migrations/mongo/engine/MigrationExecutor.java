package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;

import com.mongodb.MongoException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.history.HistoryRow;
import io.gemforce.migrations.mongo.lock.Lease;
import io.gemforce.migrations.mongo.lock.LockLostException;

/**
 * Applies one migration and records it.
 * <p>
 * In a transaction the row is closed by the transaction's last statement, so that the
 * work and its record come into being together. After a commit whose outcome is unknown
 * the row tells whether it happened.
 */
final class MigrationExecutor {

	private static final Log logger = LogFactory.getLog(MigrationExecutor.class);

	private static final Duration RETRY_FOR = Duration.ofSeconds(90);

	private static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

	private final RunnerSession session;

	private final MigrationTemplates templates;

	private final Lease lease;

	private final MigrationRun run;

	private final LongSupplier nanoTime;

	MigrationExecutor(RunnerSession session, MigrationTemplates templates, Lease lease, MigrationRun run,
			LongSupplier nanoTime) {
		this.session = session;
		this.templates = templates;
		this.lease = lease;
		this.run = run;
		this.nanoTime = nanoTime;
	}

	/**
	 * Execute a migration.
	 * @param migration the migration
	 * @param rank the rank to record it at
	 * @param transactional whether to run it in a transaction
	 * @return whether it was executed; otherwise somebody else has the rank and nothing
	 * was done
	 */
	boolean execute(BeanMigration migration, long rank, boolean transactional) {
		this.lease.check();
		if (!this.session.history().open(rank, migration.attempt(transactional), this.run, this.lease.fence())) {
			return false;
		}
		this.lease.doing(migration.toString());
		long startedAt = this.nanoTime.getAsLong();
		logger.info("Applying migration %s to store 'mongo'".formatted(migration));
		if (transactional) {
			executeInTransaction(migration, rank, startedAt);
		}
		else {
			executePlainly(migration, rank, startedAt);
		}
		logger
			.info("Applied migration %s to store 'mongo' in %d ms".formatted(migration, elapsed(startedAt).toMillis()));
		return true;
	}

	private void executePlainly(BeanMigration migration, long rank, long startedAt) {
		OperationGuard guard = new OperationGuard(this.lease, false);
		try {
			up(migration, guard);
			this.lease.check();
			if (!this.session.history().closeApplied(rank, elapsed(startedAt))) {
				requireApplied(rank);
			}
		}
		catch (Throwable ex) {
			recordFailure(migration, rank, startedAt, false, ex);
		}
		finally {
			if (guard.isOutcomeUnknown()) {
				this.lease.abandon();
			}
		}
	}

	private void executeInTransaction(BeanMigration migration, long rank, long startedAt) {
		for (int attempt = 1;; attempt++) {
			try {
				this.session.startTransaction();
				up(migration, new OperationGuard(this.lease, true));
				this.lease.check();
				if (this.session.history().closeApplied(rank, elapsed(startedAt))) {
					commit(startedAt);
				}
				else {
					this.session.abortTransaction();
					requireApplied(rank);
				}
				return;
			}
			catch (Throwable ex) {
				abort(ex);
				boolean again = MongoFailures.hasLabel(ex, MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL)
						|| MongoFailures.hasLabel(ex, MongoException.UNKNOWN_TRANSACTION_COMMIT_RESULT_LABEL);
				if (!again || elapsed(startedAt).compareTo(RETRY_FOR) > 0) {
					recordFailure(migration, rank, startedAt, true, ex);
					return;
				}
				pause(attempt);
			}
		}
	}

	private void up(BeanMigration migration, OperationGuard guard) throws Exception {
		try {
			migration.bean()
				.up(new GuardedMigrationContext(new GuardedDatabaseFactory(this.session.factory(), guard),
						this.templates));
		}
		finally {
			guard.close();
		}
	}

	private void commit(long startedAt) {
		for (int attempt = 1;; attempt++) {
			try {
				this.session.commitTransaction();
				return;
			}
			catch (MongoException ex) {
				if (!ex.hasErrorLabel(MongoException.UNKNOWN_TRANSACTION_COMMIT_RESULT_LABEL)
						|| elapsed(startedAt).compareTo(RETRY_FOR) > 0) {
					throw ex;
				}
				pause(attempt);
			}
		}
	}

	private void abort(Throwable cause) {
		try {
			this.session.abortTransaction();
		}
		catch (RuntimeException ex) {
			cause.addSuppressed(ex);
		}
	}

	private static void pause(int attempt) {
		long longest = Math.min(LONGEST_PAUSE.toMillis(), 5L << Math.min(attempt, 10));
		try {
			Thread.sleep(ThreadLocalRandom.current().nextLong(longest) + 1);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	// A row that could not be closed may be closed because the reply to this runner's own
	// close was lost
	private void requireApplied(long rank) {
		MigrationState state = this.session.history()
			.find(rank)
			.filter((row) -> this.run.id().equals(row.runId()))
			.map(HistoryRow::state)
			.orElse(MigrationState.INTERRUPTED);
		if (state != MigrationState.APPLIED) {
			throw new LockLostException("Another instance has closed row %d of the history".formatted(rank));
		}
	}

	// Returns only if it turns out that the migration was applied
	private void recordFailure(BeanMigration migration, long rank, long startedAt, boolean transactional,
			Throwable failure) {
		if (failure instanceof InterruptedException) {
			Thread.currentThread().interrupt();
		}
		String recorded = "";
		try {
			this.lease.check();
			if (!this.session.history().closeFailed(rank, elapsed(startedAt), MongoFailures.error(failure))) {
				requireApplied(rank);
				return;
			}
		}
		catch (LockLostException ex) {
			throw lockLost(migration, transactional, ex, failure);
		}
		catch (RuntimeException ex) {
			failure.addSuppressed(ex);
			recorded = "; the failure could not be recorded, the next start will find the attempt interrupted";
		}
		String state = transactional ? "what migration %s did was rolled back"
				: "what migration %s did before it failed is still there, as it ran without a transaction";
		throw new MigrationException(
				Problem.error(ProblemCode.MIGRATION_FAILED, StoreName.MONGO,
						"Migration %s (%s) of store 'mongo' failed: %s".formatted(migration, migration.script(),
								describe(failure)),
						remedy(migration, transactional)),
				state.formatted(migration.version()) + recorded, failure);
	}

	private static String describe(Throwable failure) {
		String message = failure.getMessage();
		return failure.getClass().getSimpleName() + ((message != null) ? ": " + message : "");
	}

	private static String remedy(BeanMigration migration, boolean transactional) {
		if (transactional) {
			return "Mend migration %s and start again: it will run again".formatted(migration.version());
		}
		if (migration.onInterrupted() == OnInterrupted.RETRY) {
			return "Mend migration %s and start again: it will run again, on top of what it has done"
				.formatted(migration.version());
		}
		return ("Look at the data and mend migration %s. If it does the same however much of it is done, declare "
				+ "@Migration(onInterrupted = OnInterrupted.RETRY) and start again: it will run again")
			.formatted(migration.version());
	}

	private static MigrationException lockLost(BeanMigration migration, boolean transactional, LockLostException lost,
			Throwable failure) {
		if (failure != lost) {
			lost.addSuppressed(failure);
		}
		return new MigrationException(Problem.error(ProblemCode.LOCK_LOST, StoreName.MONGO,
				"The lock of store 'mongo' was lost while migration %s ran: %s".formatted(migration, lost.getMessage()),
				"Start again. If this happens often, look for long pauses of the process, or raise "
						+ "gemforce.migrations.lock.lease"),
				transactional ? "what migration %s did was not committed".formatted(migration.version())
						: "migration %s may be applied in part; another instance decides what becomes of it"
							.formatted(migration.version()),
				lost);
	}

	private Duration elapsed(long startedAt) {
		return Duration.ofNanos(this.nanoTime.getAsLong() - startedAt);
	}

}
