package io.gemforce.migrations;

/**
 * What a service does about its migrations when it starts.
 */
public enum MigrationMode {

	/**
	 * Apply what is pending.
	 */
	MIGRATE,

	/**
	 * Start only if nothing is pending or wrong.
	 */
	VALIDATE,

	/**
	 * Start whatever is pending or wrong, and report it.
	 */
	OBSERVE

}
