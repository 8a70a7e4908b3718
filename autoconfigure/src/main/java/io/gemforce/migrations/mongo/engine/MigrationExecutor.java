package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;

import org.springframework.util.StringUtils;

import io.gemforce.migrations.ExecutionEnd;
import io.gemforce.migrations.ExecutionStart;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.change.ChangeRefusedException;
import io.gemforce.migrations.mongo.history.HistoryRow;
import io.gemforce.migrations.mongo.history.MigrationHistory;
import io.gemforce.migrations.mongo.lock.Lease;
import io.gemforce.migrations.mongo.lock.LockLostException;

/**
 * Applies or undoes one migration and records it.
 * <p>
 * In a transaction the row is closed by the transaction's last statement, so that the
 * work and its record come into being together. After a commit whose outcome is unknown
 * the row tells whether it happened.
 */
final class MigrationExecutor {

	private final LockedHistory locked;

	private final AttemptFactory attempts;

	private final RunnerTransactions transactions;

	private final LongSupplier nanoTime;

	private boolean commitSent;

	/**
	 * Create an executor.
	 * @param locked the history, under the lock
	 * @param attempts gives the migrations their access to the database
	 * @param transactions the transactions of the runner
	 * @param nanoTime the monotonic clock
	 */
	MigrationExecutor(LockedHistory locked, AttemptFactory attempts, RunnerTransactions transactions,
			LongSupplier nanoTime) {
		this.locked = locked;
		this.attempts = attempts;
		this.transactions = transactions;
		this.nanoTime = nanoTime;
	}

	/**
	 * Execute a migration.
	 * @param step the migration, and whether to apply or to undo it
	 * @param rank the rank to record it at
	 * @param transactional whether to run it in a transaction
	 * @return what somebody should look at, or empty if somebody else has the rank and
	 * nothing was done
	 */
	Optional<List<Problem>> execute(Step step, long rank, boolean transactional) {
		Lease lease = this.locked.lease();
		lease.check();
		if (!this.locked.open(rank, step.migration().attempt(step.direction(), transactional))) {
			return Optional.empty();
		}
		lease.doing(step.isUp() ? step.migration().toString() : "undo " + step.migration());
		long startedAt = this.nanoTime.getAsLong();
		ExecutionStart start = step.start(this.locked.run(), this.attempts.namespace(), transactional);
		start.run().listener().executionBegan(start);
		Execution execution = new Execution(step, rank, startedAt);
		try {
			if (transactional) {
				execution.runInTransaction();
			}
			else {
				execution.runPlainly();
			}
		}
		catch (RuntimeException ex) {
			Throwable failure = (ex instanceof MigrationException && ex.getCause() != null) ? ex.getCause() : ex;
			start.run()
				.listener()
				.executionEnded(start, ExecutionEnd.failed(elapsed(startedAt), failure, MongoFailures.error(failure)));
			throw ex;
		}
		start.run().listener().executionEnded(start, ExecutionEnd.succeeded(step.direction(), elapsed(startedAt)));
		return Optional.of(execution.notes);
	}

	private MigrationHistory history() {
		return this.locked.history();
	}

	private Duration elapsed(long startedAt) {
		return Duration.ofNanos(this.nanoTime.getAsLong() - startedAt);
	}

	/**
	 * One execution, with the row that was opened for it.
	 */
	private final class Execution {

		private final Step step;

		private final long rank;

		private final long startedAt;

		private List<Problem> notes = List.of();

		private Execution(Step step, long rank, long startedAt) {
			this.step = step;
			this.rank = rank;
			this.startedAt = startedAt;
		}

		private Lease lease() {
			return MigrationExecutor.this.locked.lease();
		}

		private void runPlainly() {
			OperationGuard guard = new OperationGuard(lease(), false);
			try {
				work(guard);
				if (guard.isOutcomeUnknown()) {
					throw new IllegalStateException(
							"a write was not answered, and the migration went on as if it knew what became of it");
				}
				lease().check();
				if (!close()) {
					requireDone();
				}
			}
			catch (Throwable ex) {
				recordFailure(false, new ExecutionFailure(ex, ProblemCode.MIGRATION_FAILED, guard.isOutcomeUnknown()));
			}
			finally {
				if (guard.isOutcomeUnknown()) {
					lease().abandon();
				}
			}
		}

		private void runInTransaction() {
			TransactionRetries retries = MigrationExecutor.this.transactions.retries(this.step.toString());
			try {
				boolean committed = MigrationExecutor.this.transactions.execute(retries, () -> {
					work(new OperationGuard(lease(), true));
					lease().check();
					return close();
				});
				if (!committed) {
					requireDone();
				}
			}
			catch (Throwable ex) {
				recordFailure(true, new ExecutionFailure(ex, code(ex, retries), retries.isCommitSent()));
			}
		}

		private void work(OperationGuard guard) throws Exception {
			WorkAttempt attempt = MigrationExecutor.this.attempts.create(MigrationExecutor.this.locked,
					MigrationExecutor.this.transactions, guard, this.step, this.rank);
			try {
				lease().work(() -> {
					guard.enter();
					if (this.step.isUp()) {
						this.step.migration().work().up(attempt);
					}
					else {
						this.notes = this.step.migration().work().down(attempt);
					}
				});
			}
			finally {
				guard.close();
			}
		}

		private boolean close() {
			return history().close(this.rank, this.step.done(), elapsed(this.startedAt));
		}

		private static ProblemCode code(Throwable failure, TransactionRetries retries) {
			if (MongoFailures.isTransactionTooLarge(failure)) {
				return ProblemCode.MONGO_TX_LIMIT;
			}
			return Objects.requireNonNullElse(retries.verdict(), ProblemCode.MIGRATION_FAILED);
		}

		// A row that could not be closed may be closed because the reply to this runner's
		// own close was lost
		private void requireDone() {
			MigrationState state = history().find(this.rank)
				.filter((row) -> MigrationExecutor.this.locked.run().id().equals(row.runId()))
				.map(HistoryRow::state)
				.orElse(MigrationState.INTERRUPTED);
			if (state != this.step.done()) {
				throw new LockLostException("Another instance has closed row %d of the history".formatted(this.rank));
			}
		}

		// Returns only if it turns out that the work was done
		private void recordFailure(boolean transactional, ExecutionFailure failure) {
			// The driver sends nothing for a thread that is interrupted
			boolean interrupted = Thread.interrupted() || failure.cause() instanceof InterruptedException;
			String state;
			try {
				lease().check();
				if (!history().closeFailed(this.rank, elapsed(this.startedAt), failure.error(transactional))) {
					requireDone();
					return;
				}
				state = failure.state(transactional);
			}
			catch (LockLostException ex) {
				// It is the lease that has interrupted the work
				interrupted = false;
				throw lockLost(transactional, ex, failure);
			}
			catch (RuntimeException ex) {
				lease().abandon();
				failure.cause().addSuppressed(ex);
				state = failure.unrecordedState(transactional);
			}
			finally {
				if (interrupted) {
					Thread.currentThread().interrupt();
				}
			}
			throw new MigrationException(Problem.error(failure.code(), StoreName.MONGO,
					"%s (%s) of store 'mongo' failed: %s".formatted(StringUtils.capitalize(this.step.toString()),
							this.step.migration().script(), failure.describe()),
					remedy(transactional, failure)), state.formatted(this.step.brief()), failure.cause());
		}

		private String remedy(boolean transactional, ExecutionFailure failure) {
			ProblemCode code = failure.code();
			Version version = this.step.migration().version();
			if (failure.cause() instanceof ChangeRefusedException refused) {
				return "%s. Then %s".formatted(refused.getAction(),
						this.step.isUp() ? "start again: it will run again" : "roll back again");
			}
			if (code == ProblemCode.MONGO_TX_LIMIT) {
				return ("%s is too long or too large for one transaction. Make it a backfill: declare "
						+ "@Migration(transaction = TransactionMode.NEVER, onInterrupted = OnInterrupted.RETRY), work "
						+ "in batches, and skip what is already done")
					.formatted(StringUtils.capitalize(this.step.toString()));
			}
			if (code == ProblemCode.WRITE_CONFLICT) {
				return "Look for what writes to the same documents all the time, and start again";
			}
			if (!this.step.isUp()) {
				return (transactional || isRetried())
						? "Mend what is in the way and roll back again: it goes on from there"
						: ("Look at the data, finish the undo by hand, and record it with "
								+ "gemforce.migrations.run=mark-rolled-back and version=%s; if the undo can be repeated, "
								+ "declare %s and roll back again")
							.formatted(version, this.step.migration().retryDeclaration());
			}
			if (transactional) {
				return "Mend migration %s and start again: it will run again".formatted(version);
			}
			if (isRetried()) {
				return "Mend migration %s and start again: it will run again, on top of what it has done"
					.formatted(version);
			}
			return ("Look at the data and mend migration %s. If it does the same however much of it is done, declare %s "
					+ "and start again: it will run again")
				.formatted(version, this.step.migration().retryDeclaration());
		}

		private boolean isRetried() {
			return this.step.migration()
				.onInterrupted(false, MigrationExecutor.this.transactions.areThere()) == OnInterrupted.RETRY;
		}

		private MigrationException lockLost(boolean transactional, LockLostException lost, ExecutionFailure failure) {
			if (failure.cause() != lost) {
				lost.addSuppressed(failure.cause());
			}
			return new MigrationException(
					Problem.error(ProblemCode.LOCK_LOST, StoreName.MONGO,
							"The lock of store 'mongo' was lost during %s: %s".formatted(this.step, lost.getMessage()),
							"Start again. If this happens often, look for long pauses of the process, or raise "
									+ "gemforce.migrations.lock.lease"),
					failure.stateWithoutLock(transactional).formatted(this.step.brief()), lost);
		}

	}

}
