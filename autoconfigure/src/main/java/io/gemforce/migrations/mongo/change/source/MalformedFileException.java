package io.gemforce.migrations.mongo.change.source;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a text is not even well-formed.
 */
public final class MalformedFileException extends Exception {

	private static final long serialVersionUID = 1L;

	private final transient @Nullable Position position;

	private final String action;

	public MalformedFileException(@Nullable Position position, String message, String action) {
		super(message);
		this.position = position;
		this.action = action;
	}

	public @Nullable Position position() {
		return this.position;
	}

	public String action() {
		return this.action;
	}

}
