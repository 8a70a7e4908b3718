package io.gemforce.migrations;

/**
 * How much a problem matters.
 */
public enum Severity {

	/**
	 * Stops a run.
	 */
	ERROR,

	/**
	 * Should be looked at, stops nothing.
	 */
	WARNING

}
