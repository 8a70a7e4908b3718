package io.gemforce.migrations.mongo.engine;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import com.mongodb.MongoException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.command.CommandRetries;
import io.gemforce.migrations.mongo.history.History;
import io.gemforce.migrations.mongo.lock.LockLostException;
import io.gemforce.migrations.store.Hold;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.store.RollbackTarget;
import io.gemforce.migrations.store.ShutdownSignal;

/**
 * One rollback of MongoDB migrations, under the lock and with the history of a run:
 * <ol>
 * <li>Acquire the lock, read the history, plan again.</li>
 * <li>Write the hold, so that no newer build applies again what is about to be
 * undone.</li>
 * <li>Undo one migration after the other, the one that was applied last first, each with
 * a row of its own.</li>
 * <li>A rollback that undid nothing takes its hold back.</li>
 * </ol>
 */
final class MigrationRollback {

	private static final Log logger = LogFactory.getLog(MigrationRollback.class);

	private final MongoAccess access;

	private final MigrationLocker locker;

	private final RollbackPlanner planner;

	private final ExecutorFactory executors;

	private final ShutdownSignal stop;

	private final PlanGuard guard;

	private final Clock clock;

	private final List<String> undone = new ArrayList<>();

	private final List<Problem> notes = new ArrayList<>();

	MigrationRollback(MongoAccess access, MigrationLocker locker, RollbackPlanner planner, ExecutorFactory executors,
			ShutdownSignal stop, PlanGuard guard, Clock clock) {
		this.access = access;
		this.locker = locker;
		this.planner = planner;
		this.executors = executors;
		this.stop = stop;
		this.guard = guard;
		this.clock = clock;
	}

	List<String> undone() {
		return List.copyOf(this.undone);
	}

	List<Problem> notes() {
		return List.copyOf(this.notes);
	}

	String databaseState() {
		return this.undone.isEmpty() ? "unchanged by this rollback"
				: "this rollback has undone %s; the store is held".formatted(String.join(", ", this.undone));
	}

	void run(RollbackTarget target, MigrationRun run, @Nullable String reason) {
		try (LockedHistory locked = this.locker.acquire(run, (history) -> true).orElseThrow()) {
			runUnderLock(target, locked, reason);
		}
		catch (LockLostException ex) {
			throw new MigrationException(MongoProblems.lockLost(ex), databaseState(), ex);
		}
	}

	private void runUnderLock(RollbackTarget target, LockedHistory locked, @Nullable String reason) {
		MigrationExecutor executor = this.executors.create(locked);
		Optional<Hold> before = locked.holds().find();
		Hold hold = null;
		History history = locked.read();
		Optional<PendingExecution> next = this.planner.next(target, history);
		try {
			while (next.isPresent()) {
				PendingExecution step = next.get();
				this.stop.check(StoreName.MONGO, databaseState());
				this.guard.check(StoreName.MONGO, step.migration().id(), Direction.DOWN, this::databaseState);
				if (hold == null) {
					locked.lease().check();
					hold = hold(this.planner.versionAfter(target, history), locked.run(), reason);
					locked.holds().put(hold);
				}
				undo(step, history.nextRank(), locked, executor);
				history = locked.read();
				next = this.planner.next(target, history);
			}
		}
		catch (RuntimeException ex) {
			if (hold != null && this.undone.isEmpty() && isNothingUndone(locked, history.nextRank())) {
				takeBack(locked, hold, before);
			}
			throw ex;
		}
	}

	private void undo(PendingExecution step, long rank, LockedHistory locked, MigrationExecutor executor) {
		boolean transactional = step.migration().isTransactional(this.access.hasTransactions());
		executor.execute(step, rank, transactional).ifPresent((found) -> {
			this.undone.add(step.migration().id());
			this.notes.addAll(found);
			found.forEach((problem) -> logger
				.warn("%s: %s. %s".formatted(problem.code(), problem.message(), problem.action())));
		});
	}

	// A commit whose outcome is not known leaves the row open. Only one that is closed as
	// failed tells that the transaction has ended without it
	private static boolean isNothingUndone(LockedHistory locked, long rank) {
		try {
			return CommandRetries.evenIfInterrupted(() -> locked.history().find(rank))
				.filter((row) -> locked.run().id().equals(row.writer().runId()))
				.map((row) -> row.transactional() && row.state() == MigrationState.FAILED)
				.orElse(true);
		}
		catch (MongoException ex) {
			logger.warn("It is not known whether something was undone, so the hold of store 'mongo' stays", ex);
			return false;
		}
	}

	private static void takeBack(LockedHistory locked, Hold hold, Optional<Hold> before) {
		try {
			locked.lease().check();
			CommandRetries.evenIfInterrupted(() -> before
				.ifPresentOrElse((former) -> locked.holds().replace(hold, former), () -> locked.holds().remove(hold)));
		}
		catch (LockLostException | MongoException ex) {
			logger.warn("The hold of store 'mongo' could not be taken back; gemforce.migrations.run=release-hold does: "
					+ ex.getMessage());
		}
	}

	private Hold hold(Version version, MigrationRun run, @Nullable String reason) {
		return new Hold(StoreName.MONGO, version, reason, run.application().user(), this.clock.instant());
	}

}
