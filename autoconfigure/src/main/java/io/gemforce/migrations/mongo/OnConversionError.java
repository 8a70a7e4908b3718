package io.gemforce.migrations.mongo;

/**
 * What becomes of a value that cannot be converted without loss.
 */
public enum OnConversionError {

	/**
	 * Refuse the migration before anything is written.
	 */
	FAIL,

	/**
	 * Leave the value as it is.
	 */
	KEEP,

	/**
	 * Remove the field from the document.
	 */
	UNSET

}
