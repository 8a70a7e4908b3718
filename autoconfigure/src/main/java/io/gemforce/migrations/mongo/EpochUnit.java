package io.gemforce.migrations.mongo;

/**
 * In what numbers count that stand for points in time, from the beginning of 1970 in UTC.
 */
public enum EpochUnit {

	/**
	 * Milliseconds.
	 */
	MS,

	/**
	 * Seconds.
	 */
	S

}
