package io.gemforce.migrations;

import org.jspecify.annotations.Nullable;

/**
 * Why an execution failed.
 *
 * @param type the class of the error
 * @param message what it said, {@code null} if it said nothing
 * @param code the database's code for it, {@code null} if it has none
 */
public record ExecutionError(String type, @Nullable String message, @Nullable String code) {

	private static final int MAX_MESSAGE = 16 * 1024;

	public ExecutionError {
		if (message != null) {
			message = Secrets.mask(message);
			message = (message.length() > MAX_MESSAGE) ? message.substring(0, MAX_MESSAGE) : message;
		}
	}

}
