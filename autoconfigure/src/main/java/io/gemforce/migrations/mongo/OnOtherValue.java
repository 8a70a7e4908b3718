package io.gemforce.migrations.mongo;

/**
 * What becomes of a value for which a mapping of values has no entry.
 */
public enum OnOtherValue {

	/**
	 * Refuse the migration before anything is written.
	 */
	FAIL,

	/**
	 * Leave the value as it is.
	 */
	KEEP

}
