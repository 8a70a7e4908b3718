package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import com.mongodb.MongoException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.gemforce.migrations.ExecutionError;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.history.HistoryRow;
import io.gemforce.migrations.mongo.history.MigrationHistory;
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

	private final LockedHistory locked;

	private final MigrationTemplates templates;

	private final Supplier<Duration> transactionLifetime;

	private final LongSupplier nanoTime;

	private boolean commitSent;

	/**
	 * Create an executor.
	 * @param locked the history, under the lock
	 * @param templates makes the templates that migrations get
	 * @param transactionLifetime tells how long the server lets a transaction live
	 * @param nanoTime the monotonic clock
	 */
	MigrationExecutor(LockedHistory locked, MigrationTemplates templates, Supplier<Duration> transactionLifetime,
			LongSupplier nanoTime) {
		this.locked = locked;
		this.templates = templates;
		this.transactionLifetime = transactionLifetime;
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
		Lease lease = this.locked.lease();
		lease.check();
		if (!this.locked.open(rank, migration.attempt(transactional))) {
			return false;
		}
		lease.doing(migration.toString());
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

	private MigrationHistory history() {
		return this.locked.history();
	}

	private void executePlainly(BeanMigration migration, long rank, long startedAt) {
		OperationGuard guard = new OperationGuard(this.locked.lease(), false);
		try {
			up(migration, guard);
			if (guard.isOutcomeUnknown()) {
				throw new IllegalStateException(
						"a write was not answered, and the migration went on as if it knew what became of it");
			}
			this.locked.lease().check();
			if (!history().closeApplied(rank, elapsed(startedAt))) {
				requireApplied(rank);
			}
		}
		catch (Throwable ex) {
			recordFailure(migration, rank, startedAt, false,
					new Failure(ex, ProblemCode.MIGRATION_FAILED, guard.isOutcomeUnknown()));
		}
		finally {
			if (guard.isOutcomeUnknown()) {
				this.locked.lease().abandon();
			}
		}
	}

	private void executeInTransaction(BeanMigration migration, long rank, long startedAt) {
		TransactionRetries retries = new TransactionRetries(this.transactionLifetime, this.nanoTime,
				migration.toString());
		boolean again = true;
		this.commitSent = false;
		while (again) {
			long attemptStartedAt = this.nanoTime.getAsLong();
			try {
				transact(migration, rank, startedAt, retries);
				return;
			}
			catch (Throwable ex) {
				abort(ex);
				again = retries.again(ex, attemptStartedAt);
				if (!again) {
					recordFailure(migration, rank, startedAt, true,
							new Failure(ex, code(ex, retries), this.commitSent));
				}
			}
		}
	}

	private void transact(BeanMigration migration, long rank, long startedAt, TransactionRetries retries)
			throws Exception {
		RunnerSession session = this.locked.session();
		session.startTransaction();
		up(migration, new OperationGuard(this.locked.lease(), true));
		this.locked.lease().check();
		if (!history().closeApplied(rank, elapsed(startedAt))) {
			session.abortTransaction();
			requireApplied(rank);
			return;
		}
		boolean committed = false;
		this.commitSent = true;
		while (!committed) {
			try {
				session.commitTransaction();
				committed = true;
			}
			catch (MongoException ex) {
				if (!retries.commitAgain(ex)) {
					throw ex;
				}
			}
		}
	}

	private static ProblemCode code(Throwable failure, TransactionRetries retries) {
		if (MongoFailures.isTransactionTooLarge(failure)) {
			return ProblemCode.MONGO_TX_LIMIT;
		}
		return Objects.requireNonNullElse(retries.verdict(), ProblemCode.MIGRATION_FAILED);
	}

	private void up(BeanMigration migration, OperationGuard guard) throws Exception {
		GuardedDatabaseFactory factory = new GuardedDatabaseFactory(this.locked.session().factory(), guard);
		try {
			this.locked.lease().work(() -> migration.bean().up(new GuardedMigrationContext(factory, this.templates)));
		}
		finally {
			guard.close();
		}
	}

	private void abort(Throwable cause) {
		try {
			this.locked.session().abortTransaction();
		}
		catch (RuntimeException ex) {
			cause.addSuppressed(ex);
		}
	}

	// A row that could not be closed may be closed because the reply to this runner's own
	// close was lost
	private void requireApplied(long rank) {
		MigrationState state = history().find(rank)
			.filter((row) -> this.locked.run().id().equals(row.runId()))
			.map(HistoryRow::state)
			.orElse(MigrationState.INTERRUPTED);
		if (state != MigrationState.APPLIED) {
			throw new LockLostException("Another instance has closed row %d of the history".formatted(rank));
		}
	}

	// Returns only if it turns out that the migration was applied
	private void recordFailure(BeanMigration migration, long rank, long startedAt, boolean transactional,
			Failure failure) {
		// The driver sends nothing for a thread that is interrupted
		boolean interrupted = Thread.interrupted() || failure.cause() instanceof InterruptedException;
		String state;
		try {
			this.locked.lease().check();
			if (!history().closeFailed(rank, elapsed(startedAt), failure.error(transactional))) {
				requireApplied(rank);
				return;
			}
			state = failure.state(transactional);
		}
		catch (LockLostException ex) {
			// It is the lease that has interrupted the work
			interrupted = false;
			throw lockLost(migration, transactional, ex, failure);
		}
		catch (RuntimeException ex) {
			this.locked.lease().abandon();
			failure.cause().addSuppressed(ex);
			state = transactional ? "it is not known whether migration %s was committed; the next start will find out"
					: failure.state(false)
							+ "; the failure could not be recorded, the next start will find the attempt interrupted";
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
		throw new MigrationException(
				Problem.error(failure.code(), StoreName.MONGO,
						"Migration %s (%s) of store 'mongo' failed: %s".formatted(migration, migration.script(),
								describe(failure.cause())),
						remedy(migration, transactional, failure.code())),
				state.formatted(migration.version()), failure.cause());
	}

	private static String describe(Throwable failure) {
		String message = failure.getMessage();
		return failure.getClass().getSimpleName() + ((message != null) ? ": " + message : "");
	}

	private static String remedy(BeanMigration migration, boolean transactional, ProblemCode code) {
		if (code == ProblemCode.MONGO_TX_LIMIT) {
			return ("Migration %s is too long or too large for one transaction. Make it a backfill: declare "
					+ "@Migration(transaction = TransactionMode.NEVER, onInterrupted = OnInterrupted.RETRY), work in "
					+ "batches, and skip what is already done")
				.formatted(migration.version());
		}
		if (code == ProblemCode.WRITE_CONFLICT) {
			return "Look for what writes to the same documents all the time, and start again";
		}
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
			Failure failure) {
		if (failure.cause() != lost) {
			lost.addSuppressed(failure.cause());
		}
		String state = "migration %s may be applied in part; another instance decides what becomes of it";
		if (transactional) {
			state = failure.outcomeUnknown()
					? "it is not known whether migration %s was committed; the next start will find out"
					: "what migration %s did was not committed";
		}
		return new MigrationException(Problem.error(ProblemCode.LOCK_LOST, StoreName.MONGO,
				"The lock of store 'mongo' was lost while migration %s ran: %s".formatted(migration, lost.getMessage()),
				"Start again. If this happens often, look for long pauses of the process, or raise "
						+ "gemforce.migrations.lock.lease"),
				state.formatted(migration.version()), lost);
	}

	private Duration elapsed(long startedAt) {
		return Duration.ofNanos(this.nanoTime.getAsLong() - startedAt);
	}

	/**
	 * Why a migration was not applied.
	 *
	 * @param cause what was thrown
	 * @param code what to call it
	 * @param outcomeUnknown whether it is not known what has become of a write outside of
	 * a transaction, or of a commit as long as the row is not closed
	 */
	private record Failure(Throwable cause, ProblemCode code, boolean outcomeUnknown) {

		private ExecutionError error(boolean transactional) {
			ExecutionError error = MongoFailures.error(this.cause);
			if (transactional || !this.outcomeUnknown) {
				return error;
			}
			String message = (error.message() != null) ? "outcome unknown: " + error.message() : "outcome unknown";
			return new ExecutionError(error.type(), message, error.code());
		}

		// Asked when the row is closed as failed: no commit was executed, and none can be
		private String state(boolean transactional) {
			if (transactional) {
				return "what migration %s did was rolled back";
			}
			String state = "what migration %s did before it failed is still there, as it ran without a transaction";
			return this.outcomeUnknown
					? state + "; the outcome of its last command is unknown: it may still be executed" : state;
		}

	}

}
