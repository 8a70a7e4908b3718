package io.gemforce.migrations.store;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Execution;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.RehearsalResult;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;

/**
 * A database whose migrations are managed. The one interface between the stores and
 * everything else: who uses it knows neither of their drivers.
 */
public interface MigrationStore {

	StoreName name();

	/**
	 * Return what runs the migrations.
	 * @return name and version of the engine, separated by a slash
	 */
	String engine();

	/**
	 * Look at the store before a run touches it. Only reads.
	 */
	StoreLook look();

	/**
	 * Look at the store before a run touches one that comes before it. Only reads, and
	 * leaves for later what may need that other one.
	 */
	StoreLook lookAhead();

	/**
	 * Apply what is pending, once, under the store's lock. Returns when nothing of it is
	 * pending any more, whoever applied it, or if a hold binds this build.
	 */
	StoreResult migrate(MigrationRun run, PlanGuard guard);

	/**
	 * Plan what a run would execute. Only reads, and creates nothing.
	 * @return the pending migrations, in order, and those that are held back
	 */
	List<PlanStep> plan(boolean exact);

	/**
	 * Plan a rollback. Only reads, and creates nothing.
	 * @param target how far to roll back
	 * @throws MigrationException if the store cannot be read, or if what is to be undone
	 * is not what was applied last
	 */
	StoreRollback planRollback(RollbackTarget target);

	/**
	 * Undo what was applied last, under the store's lock, after a hold was written that
	 * keeps newer builds from applying it again.
	 * @param target how far to roll back
	 * @param reason why, {@code null} if no reason was given
	 * @throws MigrationException if something cannot be undone, or if an undo failed
	 */
	StoreResult rollback(RollbackTarget target, MigrationRun run, PlanGuard guard, @Nullable String reason);

	/**
	 * Rehearse what is pending: apply each migration, undo it and apply it again, and
	 * compare what was there at each point.
	 * @param scope where, and on how much data
	 */
	List<RehearsalResult> rehearse(RehearsalScope scope);

	/**
	 * Look for a hold. Only reads.
	 * @return the hold that a rollback has left, whether it binds this build or not
	 */
	Optional<Hold> hold();

	/**
	 * Compare this build with the history. Only reads.
	 */
	Validation validate();

	/**
	 * Look who holds the lock. Only reads.
	 */
	StoreLock lock();

	/**
	 * Read the history of some migrations. Only reads.
	 * @return every attempt to execute one of them, the oldest first
	 */
	List<Execution> executions(Collection<MigrationEntry> entries);

	/**
	 * Look what an operation would do. Only reads.
	 * @return what would be done, a line each, {@code null} if the store cannot tell
	 */
	default @Nullable List<String> preview(Operation operation) {
		return null;
	}

	/**
	 * Change what is recorded, and nothing else in the store.
	 */
	List<String> perform(Operation operation, MigrationRun run);

}
