package io.gemforce.migrations.mongo;

/**
 * Whether a migration runs in a transaction.
 */
public enum TransactionMode {

	/**
	 * In a transaction where the deployment has them. Declared changes need none: they
	 * open small ones where it makes a difference.
	 */
	AUTO,

	/**
	 * In a transaction; without them the service does not start.
	 */
	REQUIRED,

	/**
	 * Never in a transaction, so that the migration may create indexes, or take longer
	 * than a transaction may last.
	 */
	NEVER

}
