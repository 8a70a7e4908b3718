package io.gemforce.migrations.actuate.observation;

import java.util.Locale;

/**
 * Result of what was observed.
 */
public enum Outcome {

	/**
	 * It is not over yet.
	 */
	UNKNOWN,

	/**
	 * It did what it should.
	 */
	SUCCESS,

	/**
	 * It failed.
	 */
	FAILURE,

	/**
	 * It was not begun, for a reason that was given.
	 */
	REFUSED;

	String tag() {
		return name().toLowerCase(Locale.ROOT);
	}

}
