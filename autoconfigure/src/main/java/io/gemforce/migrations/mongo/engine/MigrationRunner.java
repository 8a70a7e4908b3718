package io.gemforce.migrations.mongo.engine;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.discovery.DiscoveredMigrations;
import io.gemforce.migrations.mongo.discovery.ImportId;
import io.gemforce.migrations.mongo.discovery.ResolvedMigration;
import io.gemforce.migrations.mongo.history.Attempt;
import io.gemforce.migrations.mongo.history.History;
import io.gemforce.migrations.mongo.history.Mark;
import io.gemforce.migrations.mongo.history.MigrationHistory;
import io.gemforce.migrations.mongo.lock.LockLostException;
import io.gemforce.migrations.store.Hold;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.store.ShutdownSignal;
import io.gemforce.migrations.store.Validation;

/**
 * One run of MongoDB migrations, after the model-checked protocol:
 * <ol>
 * <li>Read the history and validate. Nothing pending and no open row: done. This is all
 * that happens when there is nothing to do.</li>
 * <li>Acquire the lock. A runner that had to wait for it reads and validates again
 * before, and is refused if this build no longer fits the history.</li>
 * <li>After a takeover: wait for what may be on its way, end the former holder's session,
 * mark the takeover in the history, close what was left open.</li>
 * <li>Read the history again. A fence higher than one's own: the lock is lost. Validate
 * and plan again.</li>
 * <li>For each pending migration: open a row at the next rank, execute, close the row;
 * outside of transactions the command that closes a row opens the next one. If another
 * instance has the rank, read the history again.</li>
 * <li>Release the lock, unless a command may still be executed.</li>
 * </ol>
 * A hold that binds this build leaves nothing pending, so nothing is run.
 */
final class MigrationRunner {

	private static final Log logger = LogFactory.getLog(MigrationRunner.class);

	// A message is made before each migration, so it must not grow with their number
	private static final int MAX_LISTED = 10;

	private final MongoAccess access;

	private final MigrationLocker locker;

	private final DiscoveredMigrations discovery;

	private final MigrationValidator validator;

	private final ExecutorFactory executors;

	private final OldPreimages retention;

	private final ShutdownSignal stop;

	private final PlanGuard guard;

	private final List<String> applied = new ArrayList<>();

	private final Set<Problem> warned = new HashSet<>();

	private @Nullable Validation found;

	MigrationRunner(MongoAccess access, MigrationLocker locker, MigrationValidator validator, ExecutorFactory executors,
			OldPreimages retention, ShutdownSignal stop, PlanGuard guard) {
		this.access = access;
		this.locker = locker;
		this.discovery = validator.discovery();
		this.validator = validator;
		this.executors = executors;
		this.retention = retention;
		this.stop = stop;
		this.guard = guard;
	}

	List<String> applied() {
		return List.copyOf(this.applied);
	}

	String databaseState() {
		int count = this.applied.size();
		if (count > MAX_LISTED) {
			return "this run has applied %d migrations, the last one is %s".formatted(count,
					this.applied.get(count - 1));
		}
		return (count > 0) ? "this run has applied " + String.join(", ", this.applied) : "unchanged by this run";
	}

	// Returns what was found before anything was applied, after a wait if there was one
	Validation run(MigrationRun run, History history) {
		if (!isDone(history, validate(history, this.access::hold))) {
			try (LockedHistory locked = this.locker.acquire(run, this::isNeeded).orElse(null)) {
				if (locked != null) {
					runUnderLock(locked);
				}
			}
			catch (LockLostException ex) {
				throw new MigrationException(MongoProblems.lockLost(ex), databaseState(), ex);
			}
		}
		return Objects.requireNonNull(this.found);
	}

	private boolean isNeeded(MigrationHistory source) {
		History history = source.read();
		return !isDone(history, validate(history, this.access::hold));
	}

	private boolean isDone(History history, Validation validation) {
		return validation.pending().isEmpty() && !history.hasOpenRows() && !this.validator.isBaselineMissing(history);
	}

	// Each step goes on from the newest look at the history: others were at work since,
	// so what an older look has accepted may be refused by now
	private Validation validate(History history, Supplier<Optional<Hold>> hold) {
		Validation validation = this.validator.validateRun(history, hold);
		validation.problems()
			.stream()
			.filter((problem) -> !problem.isError() && this.warned.add(problem))
			.forEach((problem) -> logger
				.warn("%s: %s. %s".formatted(problem.code(), problem.message(), problem.action())));
		if (!validation.errors().isEmpty()) {
			throw new MigrationException(validation.errors(), databaseState(), null);
		}
		if (this.applied.isEmpty()) {
			this.found = validation;
		}
		return validation;
	}

	private void runUnderLock(LockedHistory locked) {
		MigrationExecutor executor = this.executors.create(locked);
		boolean complete = false;
		while (!complete) {
			History history = locked.read();
			if (this.validator.isBaselineMissing(history)) {
				locked.record(
						new Mark(
								new MigrationDescriptor(this.validator.baseline(), "baseline", MigrationType.BASELINE,
										null, null),
								MigrationState.APPLIED, "gemforce.migrations.mongo.baseline-version"));
				continue;
			}
			List<PendingExecution> pending = pending(validate(history, locked.holds()::find), history);
			if (!pending.isEmpty() && liftHold(locked, history)) {
				continue;
			}
			complete = execute(pending, history.nextRank(), locked, executor);
		}
		if (!this.applied.isEmpty() && this.discovery.declaresChanges()) {
			this.retention.apply(locked);
		}
	}

	// What is pending is not held: this build has a migration newer than all that was
	// rolled back, so the decision is done with. Where nothing is rolled back there is
	// no hold that could matter, and not one command is spent on it
	private boolean liftHold(LockedHistory locked, History history) {
		if (VersionHistory.newestRolledBack(VersionHistory.byVersion(history.rows()).values()) == null) {
			return false;
		}
		Optional<Hold> hold = locked.holds().find();
		Version newest = this.discovery.newest();
		if (hold.isEmpty() || newest == null || newest.compareTo(hold.get().version()) <= 0) {
			return false;
		}
		locked.remove(hold.get());
		locked.record(Mark
			.holdReleased("this build has version %s, which is newer than all that was rolled back".formatted(newest)));
		logger
			.info("Store 'mongo' is no longer %s: this build has version %s".formatted(hold.get().describe(), newest));
		return true;
	}

	private List<PendingExecution> pending(Validation validation, History history) {
		SortedMap<Version, VersionHistory> recorded = VersionHistory.byVersion(history.rows());
		return validation.pending()
			.stream()
			.flatMap((entry) -> Optional.ofNullable(entry.version()).map(this.discovery::find).stream())
			.map((migration) -> new PendingExecution(migration, Direction.UP,
					firstAttemptRank(recorded.get(migration.version()))))
			.toList();
	}

	private static @Nullable Long firstAttemptRank(@Nullable VersionHistory past) {
		return (past != null) ? past.unfinishedCycle() : null;
	}

	// False if another instance has a rank, so that the history has to be read again
	private boolean execute(List<PendingExecution> pending, long firstRank, LockedHistory locked,
			MigrationExecutor executor) {
		boolean transactions = this.access.hasTransactions();
		long rank = firstRank;
		PeerHistories peers = new PeerHistories(this.access.factory().getMongoDatabase());
		peers.warnOfLocks(pending.stream().map(PendingExecution::migration).toList());
		for (int i = 0; i < pending.size(); i++) {
			ResolvedMigration migration = pending.get(i).migration();
			boolean opened = executor.hasOpened(rank);
			if (!opened && this.stop.isStopped()) {
				this.stop.check(StoreName.MONGO, databaseState());
			}
			this.guard.check(StoreName.MONGO, migration.id(), Direction.UP, this::databaseState);
			Optional<ImportId> imported = opened ? Optional.empty() : peers.findExecuted(migration);
			boolean done = imported.isPresent() ? recordImport(migration, imported.get(), rank, locked)
					: executeFirst(pending.subList(i, pending.size()), rank, executor, transactions);
			if (!done) {
				return false;
			}
			rank++;
		}
		return true;
	}

	private static boolean recordImport(ResolvedMigration migration, ImportId id, long rank, LockedHistory locked) {
		Mark mark = new Mark(migration.descriptor().as(MigrationType.IMPORT), MigrationState.APPLIED, id.toString());
		if (!locked.record(rank, mark)) {
			return false;
		}
		logger.info("Migration %s of store 'mongo' counts as applied: %s was executed".formatted(migration, id));
		return true;
	}

	private boolean executeFirst(List<PendingExecution> pending, long rank, MigrationExecutor executor,
			boolean transactions) {
		PendingExecution step = pending.get(0);
		Supplier<Optional<Attempt>> next = () -> pending.stream()
			.skip(1)
			.findFirst()
			.filter(this::mayFollow)
			.map((following) -> following.attempt(following.migration().isTransactional(transactions)));
		if (executor.execute(step, rank, step.migration().isTransactional(transactions), next).isEmpty()) {
			return false;
		}
		this.applied.add(step.migration().id());
		return true;
	}

	// The row of what may have been executed by another tool is not opened before that is
	// known
	private boolean mayFollow(PendingExecution step) {
		return step.migration().imports().isEmpty() && !this.stop.isStopped()
				&& this.guard.allows(StoreName.MONGO, step.migration().id(), step.direction());
	}

}
