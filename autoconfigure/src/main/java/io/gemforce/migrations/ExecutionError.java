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

	public ExecutionError {
		message = (message != null) ? Secrets.bounded(message) : null;
	}

}
