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

	/**
	 * Return which of the stores this is.
	 * @return the name
	 */
	StoreName name();

	/**
	 * Return what runs the migrations.
	 * @return name and version of the engine, separated by a slash
	 */
	String engine();

	/**
	 * Look at the store before a run touches it. Only reads.
	 * @return what is seen
	 */
	StoreLook look();

	/**
	 * Look at the store before a run touches one that comes before it. Only reads, and
	 * leaves for later what may need that other one.
	 * @return what is seen
	 */
	StoreLook lookAhead();

	/**
	 * Apply what is pending, once, under the store's lock. Returns when nothing of it is
	 * pending any more, whoever applied it, or if a hold binds this build.
	 * @param run the run that this is part of
	 * @param guard asked under the lock before each migration
	 * @return what was done
	 * @throws MigrationException if something is wrong, or if a migration failed
	 */
	StoreResult migrate(MigrationRun run, PlanGuard guard);

	/**
	 * Plan what a run would execute. Only reads, and creates nothing.
	 * @param exact whether to count what would be touched, or to estimate it
	 * @return the pending migrations, in order, and those that are held back
	 * @throws MigrationException if the store cannot be read
	 */
	List<PlanStep> plan(boolean exact);

	/**
	 * Plan a rollback. Only reads, and creates nothing.
	 * @param target how far to roll back
	 * @return what would be undone
	 * @throws MigrationException if the store cannot be read, or if what is to be undone
	 * is not what was applied last
	 */
	StoreRollback planRollback(RollbackTarget target);

	/**
	 * Undo what was applied last, under the store's lock, after a hold was written that
	 * keeps newer builds from applying it again.
	 * @param target how far to roll back
	 * @param run the run that this is part of
	 * @param guard asked under the lock before each migration
	 * @param reason why, {@code null} if nobody gave a reason
	 * @return what was done
	 * @throws MigrationException if something cannot be undone, or if an undo failed
	 */
	StoreResult rollback(RollbackTarget target, MigrationRun run, PlanGuard guard, @Nullable String reason);

	/**
	 * Rehearse what is pending: apply each migration, undo it and apply it again, and
	 * compare what was there at each point.
	 * @param scope where, and on how much data
	 * @return what came of each pending migration, in order
	 * @throws MigrationException if the rehearsal cannot be held
	 */
	List<RehearsalResult> rehearse(RehearsalScope scope);

	/**
	 * Look for a hold. Only reads.
	 * @return the hold that a rollback has left, whether it binds this build or not
	 * @throws MigrationException if the store cannot be read
	 */
	Optional<Hold> hold();

	/**
	 * Compare this build with the history. Only reads.
	 * @return every migration with its state, and all problems
	 * @throws MigrationException if the store cannot be read
	 */
	Validation validate();

	/**
	 * Look who holds the lock. Only reads.
	 * @return the lock
	 * @throws MigrationException if the store cannot be read
	 */
	StoreLock lock();

	/**
	 * Read the history of some migrations. Only reads.
	 * @param entries the migrations
	 * @return every attempt to execute one of them, the oldest first
	 * @throws MigrationException if the store cannot be read
	 */
	List<Execution> executions(Collection<MigrationEntry> entries);

	/**
	 * Look what an operation would do. Only reads.
	 * @param operation what to do
	 * @return what would be done, a line each, {@code null} if the store cannot tell
	 * @throws MigrationException if it would be refused, or if the store cannot be read
	 */
	default @Nullable List<String> preview(Operation operation) {
		return null;
	}

	/**
	 * Change what is recorded, and nothing else in the store.
	 * @param operation what to do
	 * @param run the run that does it
	 * @return what was done, a line each
	 * @throws MigrationException if it is refused, or if the store cannot be reached
	 */
	List<String> perform(Operation operation, MigrationRun run);

}
