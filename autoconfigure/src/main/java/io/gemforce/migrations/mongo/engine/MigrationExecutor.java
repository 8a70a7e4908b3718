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
		if (!history().open(rank, step.migration().attempt(step.direction(), transactional), this.locked.run(),
				lease.fence())) {
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

	private static String describe(Throwable failure) {
		String message = failure.getMessage();
		return failure.getClass().getSimpleName() + ((message != null) ? ": " + message : "");
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

		private void runPlainly() {
			OperationGuard guard = new OperationGuard(MigrationExecutor.this.locked.lease(), false);
			try {
				work(guard);
				MigrationExecutor.this.locked.lease().check();
				if (!close()) {
					requireDone();
				}
			}
			catch (Throwable ex) {
				recordFailure(false, ProblemCode.MIGRATION_FAILED, ex);
			}
			finally {
				if (guard.isOutcomeUnknown()) {
					MigrationExecutor.this.locked.lease().abandon();
				}
			}
		}

		private void runInTransaction() {
			TransactionRetries retries = MigrationExecutor.this.transactions.retries(this.step.toString());
			try {
				boolean committed = MigrationExecutor.this.transactions.execute(retries, () -> {
					work(new OperationGuard(MigrationExecutor.this.locked.lease(), true));
					MigrationExecutor.this.locked.lease().check();
					return close();
				});
				if (!committed) {
					requireDone();
				}
			}
			catch (Throwable ex) {
				recordFailure(true, code(ex, retries), ex);
			}
		}

		private void work(OperationGuard guard) throws Exception {
			WorkAttempt attempt = MigrationExecutor.this.attempts.create(MigrationExecutor.this.locked,
					MigrationExecutor.this.transactions, guard, this.step, this.rank);
			try {
				MigrationExecutor.this.locked.lease().work(() -> {
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
		private void recordFailure(boolean transactional, ProblemCode code, Throwable failure) {
			if (failure instanceof InterruptedException) {
				Thread.currentThread().interrupt();
			}
			String state = transactional ? "what %s did was rolled back"
					: "what %s did before it failed is still there, as it ran without a transaction";
			try {
				MigrationExecutor.this.locked.lease().check();
				if (!history().closeFailed(this.rank, elapsed(this.startedAt), MongoFailures.error(failure))) {
					requireDone();
					return;
				}
			}
			catch (LockLostException ex) {
				throw lockLost(transactional, ex, failure);
			}
			catch (RuntimeException ex) {
				failure.addSuppressed(ex);
				state = transactional ? "it is not known whether %s was committed; the next start will find out" : state
						+ "; the failure could not be recorded, the next start will find the attempt " + "interrupted";
			}
			throw new MigrationException(Problem.error(code, StoreName.MONGO,
					"%s (%s) of store 'mongo' failed: %s".formatted(StringUtils.capitalize(this.step.toString()),
							this.step.migration().script(), describe(failure)),
					remedy(transactional, code)), state.formatted(this.step.brief()), failure);
		}

		private String remedy(boolean transactional, ProblemCode code) {
			Version version = this.step.migration().version();
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
								+ "declare @Migration(onInterrupted = OnInterrupted.RETRY) and roll back again")
							.formatted(version);
			}
			if (transactional) {
				return "Mend migration %s and start again: it will run again".formatted(version);
			}
			if (isRetried()) {
				return "Mend migration %s and start again: it will run again, on top of what it has done"
					.formatted(version);
			}
			return ("Look at the data and mend migration %s. If it does the same however much of it is done, declare "
					+ "@Migration(onInterrupted = OnInterrupted.RETRY) and start again: it will run again")
				.formatted(version);
		}

		private boolean isRetried() {
			return this.step.migration()
				.onInterrupted(false, MigrationExecutor.this.transactions.areThere()) == OnInterrupted.RETRY;
		}

		private MigrationException lockLost(boolean transactional, LockLostException lost, Throwable failure) {
			if (failure != lost) {
				lost.addSuppressed(failure);
			}
			return new MigrationException(
					Problem.error(ProblemCode.LOCK_LOST, StoreName.MONGO,
							"The lock of store 'mongo' was lost during %s: %s".formatted(this.step, lost.getMessage()),
							"Start again. If this happens often, look for long pauses of the process, or raise "
									+ "gemforce.migrations.lock.lease"),
					(transactional ? "what %s did was not committed"
							: "%s may be applied in part; another instance decides what becomes of it")
						.formatted(this.step.brief()),
					lost);
		}

	}

}
