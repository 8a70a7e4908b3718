package io.gemforce.migrations;

/**
 * What began a run.
 */
public enum Trigger {

	/**
	 * The start of the service.
	 */
	STARTUP,

	/**
	 * A process that was started to run migrations and to end.
	 */
	JOB,

	/**
	 * An operator, through the actuator endpoint.
	 */
	ENDPOINT

}
