package io.gemforce.migrations;

import java.time.Duration;

/**
 * A wait for the lock of a store.
 *
 * @param store the store
 * @param duration how long it lasted. PostgreSQL's includes the validation that Flyway
 * makes before it asks for its lock
 * @param outcome what came of it
 */
public record LockWait(StoreName store, Duration duration, Outcome outcome) {

	/**
	 * What can come of waiting for a lock.
	 */
	public enum Outcome {

		/**
		 * The lock was acquired.
		 */
		ACQUIRED,

		/**
		 * Another instance has done meanwhile what the lock was wanted for.
		 */
		UNNEEDED,

		/**
		 * The lock was not free in time.
		 */
		TIMEOUT,

		/**
		 * The process was told to end, or the database failed.
		 */
		INTERRUPTED

	}

}
