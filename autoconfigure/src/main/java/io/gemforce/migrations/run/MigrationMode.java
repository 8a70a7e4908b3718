package io.gemforce.migrations.run;

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
	 * Start as soon as another instance has applied what is pending.
	 */
	WAIT,

	/**
	 * Start whatever is pending or wrong, and report it.
	 */
	OBSERVE

}
