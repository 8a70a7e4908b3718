package io.gemforce.migrations.store;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Execution;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.RehearsalResult;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;

/**
 * A database whose migrations are managed: the only interface between the stores and
 * everything else, which knows neither of their drivers.
 */
public interface MigrationStore {

	StoreName name();

	/**
	 * Return name and version of the engine, separated by a slash.
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
	 * Apply what is pending, once, under the store's lock. Returns when nothing is
	 * pending any more, even if others applied it, or if a hold binds this build.
	 */
	StoreResult migrate(MigrationRun run, PlanGuard guard);

	/**
	 * Plan a run: what is pending, in order, and what is held back. Only reads.
	 */
	StorePlan plan(boolean exact);

	/**
	 * Plan a rollback. Only reads. Throws if the store cannot be read, or if what is to
	 * be undone is not what was applied last.
	 */
	StoreRollback planRollback(RollbackTarget target);

	/**
	 * Undo what was applied last, under the store's lock, after a hold was written that
	 * keeps newer builds from applying it again. Throws if something cannot be undone.
	 */
	StoreResult rollback(RollbackTarget target, MigrationRun run, PlanGuard guard, @Nullable String reason);

	/**
	 * Rehearse what is pending: apply each migration, undo it and apply it again, and
	 * compare what was there at each point.
	 */
	List<RehearsalResult> rehearse(RehearsalScope scope);

	/**
	 * Return the hold of a rollback, whether it binds this build or not. Only reads.
	 */
	Optional<Hold> hold();

	/**
	 * Compare this build with the history. Only reads.
	 */
	Validation validate();

	/**
	 * Tell who holds the lock. Only reads.
	 */
	StoreLock lock();

	/**
	 * Read every attempt to execute one of these, the oldest first. Only reads.
	 */
	List<Execution> executions(Collection<MigrationEntry> entries);

	/**
	 * Say what an operation would do, a line each, {@code null} if the store cannot tell.
	 * Only reads.
	 */
	default @Nullable List<String> preview(Operation operation) {
		return null;
	}

	/**
	 * Change what is recorded, and nothing else in the store.
	 */
	List<String> perform(Operation operation, MigrationRun run);

}
