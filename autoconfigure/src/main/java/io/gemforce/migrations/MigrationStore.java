package io.gemforce.migrations;

import java.util.Collection;
import java.util.List;

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
	 * Apply what is pending, once, under the store's lock. Returns when nothing of it is
	 * pending any more, whoever applied it.
	 * @param run the run that this is part of
	 * @return what was done
	 * @throws MigrationException if something is wrong, or if a migration failed
	 */
	StoreResult migrate(MigrationRun run);

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
	 * Change what is recorded, and nothing else in the store.
	 * @param operation what to do
	 * @param run the run that does it
	 * @return what was done, a line each
	 * @throws MigrationException if it is refused, or if the store cannot be reached
	 */
	List<String> perform(Operation operation, MigrationRun run);

}
