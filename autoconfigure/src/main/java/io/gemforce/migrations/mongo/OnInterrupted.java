package io.gemforce.migrations.mongo;

/**
 * What the next run does with an attempt that never finished, or that failed without a
 * rollback that was observed.
 */
public enum OnInterrupted {

	/**
	 * Execute the migration again: it does the same however much of it is already done.
	 */
	RETRY,

	/**
	 * Stop until an operator has looked at the data.
	 */
	STOP

}
