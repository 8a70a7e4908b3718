package io.gemforce.migrations.mongo.change;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a text is not even well-formed.
 */
final class UnreadableException extends Exception {

	private static final long serialVersionUID = 1L;

	private final transient @Nullable Position position;

	private final String action;

	UnreadableException(@Nullable Position position, String message, String action) {
		super(message);
		this.position = position;
		this.action = action;
	}

	/**
	 * Return where the text is not well-formed.
	 * @return the place, {@code null} if there is none
	 */
	@Nullable Position position() {
		return this.position;
	}

	/**
	 * Return what to do about it.
	 * @return a sentence without a period
	 */
	String action() {
		return this.action;
	}

}
