package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import com.mongodb.MongoException;
import org.jspecify.annotations.Nullable;
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
import io.gemforce.migrations.mongo.change.contract.ChangeRefusedException;
import io.gemforce.migrations.mongo.command.CommandRetries;
import io.gemforce.migrations.mongo.context.OperationGuard;
import io.gemforce.migrations.mongo.discovery.ActionContext;
import io.gemforce.migrations.mongo.history.Attempt;
import io.gemforce.migrations.mongo.history.HistoryRow;
import io.gemforce.migrations.mongo.history.MigrationHistory;
import io.gemforce.migrations.mongo.lock.Lease;
import io.gemforce.migrations.mongo.lock.LockLostException;

/**
 * Applies or undoes one migration and records it.
 * <p>
 * In a transaction the last statement closes the row, so that the work and its record are
 * committed together: after a commit whose outcome is unknown the row tells whether it
 * happened.
 * <p>
 * Outside of transactions the command that closes the row opens the row of the next
 * migration. Unless it is known to have done both, each is done by a command of its own.
 */
final class MigrationExecutor {

	// Takes seconds with the pauses; the driver itself waits for an election
	private static final int MAX_SENDS = 8;

	private final LockedHistory locked;

	private final AttemptFactory attempts;

	private final RunnerTransactions transactions;

	private final MigrationThread thread;

	private final LongSupplier nanoTime;

	private @Nullable Long openedAhead;

	MigrationExecutor(LockedHistory locked, AttemptFactory attempts, RunnerTransactions transactions,
			MigrationThread thread, LongSupplier nanoTime) {
		this.locked = locked;
		this.attempts = attempts;
		this.transactions = transactions;
		this.thread = thread;
		this.nanoTime = nanoTime;
	}

	// Empty if another instance has the rank and nothing was done
	Optional<List<Problem>> execute(PendingExecution step, long rank, boolean transactional) {
		return execute(step, rank, transactional, Optional::empty);
	}

	/**
	 * Execute a migration that another one may follow: {@code next} is asked for that one
	 * when the work is done. Empty if another instance has the rank and nothing was done.
	 */
	Optional<List<Problem>> execute(PendingExecution step, long rank, boolean transactional,
			Supplier<Optional<Attempt>> next) {
		Lease lease = this.locked.lease();
		boolean opened = hasOpened(rank);
		this.openedAhead = null;
		if (!opened) {
			lease.check();
			if (!this.locked.open(rank, step.attempt(transactional))) {
				return Optional.empty();
			}
		}
		lease.doing(step.isUp() ? step.migration().toString() : "undo " + step.migration());
		Thread caller = Thread.currentThread();
		return Optional.of(this.thread.execute(step, () -> executeOpened(step, rank, transactional, next, caller)));
	}

	// The row was opened together with the close of the one before: execute it
	boolean hasOpened(long rank) {
		return this.openedAhead != null && this.openedAhead == rank;
	}

	private List<Problem> executeOpened(PendingExecution step, long rank, boolean transactional,
			Supplier<Optional<Attempt>> next, Thread caller) {
		long startedAt = this.nanoTime.getAsLong();
		ExecutionStart start = step.start(this.locked.run(), this.attempts.namespace(), transactional);
		start.run().listener().executionBegan(start);
		Execution execution = new Execution(step, rank, startedAt);
		this.transactions.forget();
		try {
			if (transactional) {
				execution.runInTransaction();
			}
			else {
				execution.runPlainly(next);
			}
		}
		catch (RuntimeException ex) {
			Throwable failure = (ex instanceof MigrationException && ex.getCause() != null) ? ex.getCause() : ex;
			start.run()
				.listener()
				.executionEnded(start, ExecutionEnd.failed(elapsed(startedAt), failure, MongoFailures.error(failure)));
			throw ex;
		}
		finally {
			if (execution.interrupted && Thread.currentThread() == caller) {
				this.locked.interruptAtEnd();
			}
		}
		start.run().listener().executionEnded(start, ExecutionEnd.succeeded(step.direction(), elapsed(startedAt)));
		return execution.notes;
	}

	private MigrationHistory history() {
		return this.locked.history();
	}

	private Duration elapsed(long startedAt) {
		return Duration.ofNanos(this.nanoTime.getAsLong() - startedAt);
	}

	private final class Execution {

		private final PendingExecution step;

		private final long rank;

		private final long startedAt;

		private List<Problem> notes = List.of();

		private boolean interrupted;

		private Execution(PendingExecution step, long rank, long startedAt) {
			this.step = step;
			this.rank = rank;
			this.startedAt = startedAt;
		}

		private Lease lease() {
			return MigrationExecutor.this.locked.lease();
		}

		private void runPlainly(Supplier<Optional<Attempt>> next) {
			OperationGuard guard = new OperationGuard(lease(), false);
			boolean worked = false;
			try {
				work(guard);
				if (guard.isOutcomeUnknown()) {
					throw new IllegalStateException(
							"a write was not answered, and the migration went on as if it knew what became of it");
				}
				worked = true;
				Iterator<Attempt> ahead = next.get().stream().iterator();
				untilAnswered(() -> {
					if ((!ahead.hasNext() || !closeAndOpen(ahead.next())) && !close()) {
						requireDone();
					}
					return true;
				});
			}
			catch (Throwable ex) {
				ExecutionFailure failure = new ExecutionFailure(ex, code(ex), guard.isOutcomeUnknown());
				if (worked) {
					throw notRecorded(failure);
				}
				recordFailure(false, failure);
			}
			finally {
				if (guard.isOutcomeUnknown()) {
					lease().abandon();
				}
			}
		}

		private void runInTransaction() {
			try {
				boolean committed = MigrationExecutor.this.transactions.execute(this.step.toString(), () -> {
					OperationGuard guard = new OperationGuard(lease(), true);
					try {
						work(guard);
						lease().check();
						return close();
					}
					catch (Exception ex) {
						throw explain(ex, guard.refused());
					}
				});
				if (!committed) {
					requireDone();
				}
			}
			catch (Throwable ex) {
				recordFailure(true,
						new ExecutionFailure(ex, code(ex), MigrationExecutor.this.transactions.isCommitSent()));
			}
		}

		// The server ends a transaction with the first error, even if the migration
		// catches that, and answers all that follows as if something else had ended it
		private static Exception explain(Exception failure, @Nullable MongoException refused) {
			MongoException last = MongoFailures.find(failure);
			if (refused == null || last == null || last == refused || !MongoFailures.isTransactionGone(last)) {
				return failure;
			}
			return new IllegalStateException(
					("the migration caught an error and went on, but the server had ended the transaction with it: %s "
							+ "(code %d)")
						.formatted(refused.getClass().getSimpleName(), refused.getCode()),
					refused);
		}

		private void work(OperationGuard guard) throws Exception {
			ActionContext attempt = MigrationExecutor.this.attempts.create(MigrationExecutor.this.locked,
					MigrationExecutor.this.transactions, guard, this.step.at(this.rank));
			try {
				lease().work(() -> {
					guard.enter();
					if (this.step.isUp()) {
						this.step.migration().action().up(attempt);
					}
					else {
						this.notes = this.step.migration().action().down(attempt);
					}
				});
			}
			finally {
				guard.close();
				// The driver sends nothing for a thread that is interrupted
				this.interrupted |= Thread.interrupted();
			}
		}

		private boolean close() {
			return history().close(this.rank, this.step.done(), elapsed(this.startedAt));
		}

		private boolean closeAndOpen(Attempt next) {
			if (!history().closeAndOpen(this.rank, this.step.done(), elapsed(this.startedAt), next,
					MigrationExecutor.this.locked.run(), lease().fence())) {
				return false;
			}
			MigrationExecutor.this.openedAhead = this.rank + 1;
			return true;
		}

		private ProblemCode code(Throwable failure) {
			if (MongoFailures.isTransactionTooLarge(failure)) {
				return ProblemCode.MONGO_TX_LIMIT;
			}
			return Objects.requireNonNullElse(MigrationExecutor.this.transactions.verdict(),
					ProblemCode.MIGRATION_FAILED);
		}

		// A row is closed once, however often and by whichever runner that is sent
		private boolean untilAnswered(BooleanSupplier close) {
			for (int sent = 1;; sent++) {
				lease().check();
				try {
					return close.getAsBoolean();
				}
				catch (MongoException ex) {
					this.interrupted |= Thread.interrupted();
					if (sent == MAX_SENDS || !CommandRetries.pause(CommandRetries.pauseAfter(ex, sent))) {
						throw ex;
					}
				}
			}
		}

		// A row that could not be closed may be closed because the reply to this runner's
		// own close was lost
		private void requireDone() {
			if (ownState() != this.step.done()) {
				throw new LockLostException("Another instance has closed row %d of the history".formatted(this.rank));
			}
		}

		private MigrationState ownState() {
			return history().find(this.rank)
				.filter((row) -> MigrationExecutor.this.locked.run().id().equals(row.writer().runId()))
				.map(HistoryRow::state)
				.orElse(MigrationState.INTERRUPTED);
		}

		// Returns only if it turns out that the work was done
		private void recordFailure(boolean transactional, ExecutionFailure failure) {
			this.interrupted |= Thread.interrupted() || failure.cause() instanceof InterruptedException;
			String state;
			try {
				boolean failed = untilAnswered(
						() -> history().closeFailed(this.rank, elapsed(this.startedAt), failure.error(transactional))
								|| ownState() == MigrationState.FAILED);
				if (!failed) {
					requireDone();
					return;
				}
				state = failure.state(transactional);
			}
			catch (LockLostException ex) {
				// It is the lease that has interrupted the work
				this.interrupted = false;
				throw lockLost(transactional, ex, failure);
			}
			catch (RuntimeException ex) {
				lease().abandon();
				failure.cause().addSuppressed(ex);
				state = failure.unrecordedState(transactional);
			}
			throw new MigrationException(Problem.error(failure.code(), StoreName.MONGO,
					"%s (%s) of store 'mongo' failed: %s%s".formatted(StringUtils.capitalize(this.step.toString()),
							this.step.migration().script(), failure.describe(),
							MigrationExecutor.this.transactions.describeAttempts()),
					remedy(transactional, failure)), state.formatted(this.step.brief()), failure.cause());
		}

		// FAILED would be wrong: all of it is done
		private MigrationException notRecorded(ExecutionFailure failure) {
			try {
				lease().check();
			}
			catch (LockLostException ex) {
				return lockLost(false, ex, failure);
			}
			if (failure.cause() instanceof LockLostException lost) {
				return lockLost(false, lost, failure);
			}
			lease().abandon();
			return new MigrationException(
					Problem.error(failure.code(), StoreName.MONGO,
							"%s (%s) of store 'mongo' has come to its end, but that could not be recorded: %s"
								.formatted(StringUtils.capitalize(this.step.toString()), this.step.migration().script(),
										failure.describe()),
							notRecordedRemedy()),
					"%s is done; the next start finds the attempt interrupted, unless the record arrives late"
						.formatted(this.step.brief()),
					failure.cause());
		}

		private String notRecordedRemedy() {
			if (isRetried()) {
				return this.step.isUp() ? "Start again: it will run again, on top of what it has done"
						: "Roll back again: the undo will run again, on top of what it has done";
			}
			return "Run gemforce.migrations.run=%s with store=mongo, version=%s and a reason"
				.formatted(this.step.isUp() ? "mark-applied" : "mark-rolled-back", this.step.migration().version());
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
				return ("Look for what writes to the same documents all the time, the migration itself by another way than "
						+ "its context included, and %s. If the application cannot be kept from it, make the migration "
						+ "a backfill: declare @Migration(transaction = TransactionMode.NEVER, onInterrupted = "
						+ "OnInterrupted.RETRY), work in batches, and skip what is already done")
					.formatted(this.step.isUp() ? "start again" : "roll back again");
			}
			if (code == ProblemCode.SHUTTING_DOWN) {
				return this.step.isUp() ? "Start again: it will run again" : "Roll back again";
			}
			if (!this.step.isUp()) {
				return (transactional || isRetried())
						? "Fix what is in the way and roll back again: it goes on from there"
						: ("Look at the data, finish the undo by hand, and record it with "
								+ "gemforce.migrations.run=mark-rolled-back and version=%s; if the undo can be repeated, "
								+ "declare %s and roll back again")
							.formatted(version, this.step.migration().retryDeclaration());
			}
			if (transactional) {
				return "Fix migration %s and start again: it will run again".formatted(version);
			}
			if (isRetried()) {
				return "Fix migration %s and start again: it will run again, on top of what it has done"
					.formatted(version);
			}
			return ("Look at the data and fix migration %s. If it does the same however much of it is done, declare %s "
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
