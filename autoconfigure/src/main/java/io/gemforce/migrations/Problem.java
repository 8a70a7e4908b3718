package io.gemforce.migrations;

import com.fasterxml.jackson.annotation.JsonIgnore;
import org.jspecify.annotations.Nullable;

/**
 * Something that stops a run, or that the operator should look at.
 *
 * @param severity how much it matters
 * @param code the stable name of the kind of problem
 * @param store the store that has the problem, {@code null} if it is not one store's
 * @param message what is wrong, naming the migration
 * @param action what to do about it
 */
public record Problem(Severity severity, ProblemCode code, @Nullable StoreName store, String message, String action) {

	public Problem {
		message = Secrets.bounded(message);
	}

	/**
	 * Create a problem that stops a run.
	 * @param code the kind of problem
	 * @param store the store that has it
	 * @param message what is wrong
	 * @param action what to do about it
	 * @return the problem
	 */
	public static Problem error(ProblemCode code, StoreName store, String message, String action) {
		return new Problem(Severity.ERROR, code, store, message, action);
	}

	/**
	 * Create a problem that stops nothing.
	 * @param code the kind of problem
	 * @param store the store that has it
	 * @param message what is wrong
	 * @param action what to do about it
	 * @return the problem
	 */
	public static Problem warning(ProblemCode code, StoreName store, String message, String action) {
		return new Problem(Severity.WARNING, code, store, message, action);
	}

	/**
	 * Whether this problem stops a run.
	 * @return whether it is an error
	 */
	@JsonIgnore
	public boolean isError() {
		return this.severity == Severity.ERROR;
	}

}
