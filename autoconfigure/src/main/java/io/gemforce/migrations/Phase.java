package io.gemforce.migrations;

/**
 * When a migration may run.
 */
public enum Phase {

	/**
	 * Before traffic.
	 */
	EXPAND,

	/**
	 * Online, after traffic.
	 */
	BACKFILL,

	/**
	 * Only through an open gate.
	 */
	CONTRACT

}
