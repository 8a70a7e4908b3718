package io.gemforce.migrations.store;

/**
 * Status of a store, or of all of them, the worst first.
 */
public enum StoreStatus {

	/**
	 * The store could not be read.
	 */
	UNREACHABLE,

	/**
	 * The newest execution of a migration failed.
	 */
	FAILED,

	/**
	 * The newest execution of a migration never finished.
	 */
	INTERRUPTED,

	/**
	 * The history and this build contradict each other.
	 */
	INVALID,

	/**
	 * The store has migrations that are newer than this build.
	 */
	AHEAD,

	/**
	 * A rollback has left a decision not to migrate the store.
	 */
	HELD,

	/**
	 * Another instance holds the lock.
	 */
	LOCKED,

	/**
	 * This instance is migrating the store.
	 */
	RUNNING,

	/**
	 * There are migrations to apply.
	 */
	PENDING,

	/**
	 * All migrations of this build are applied.
	 */
	UP_TO_DATE,

	/**
	 * Switched off by a property.
	 */
	DISABLED;

	public boolean changesSoon() {
		return this == RUNNING || this == LOCKED;
	}

	public StoreStatus worse(StoreStatus other) {
		return (compareTo(other) <= 0) ? this : other;
	}

}
