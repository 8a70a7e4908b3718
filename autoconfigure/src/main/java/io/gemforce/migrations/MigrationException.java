package io.gemforce.migrations;

import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.springframework.util.Assert;

/**
 * Thrown when a store cannot be migrated, or is not as this build needs it. Carries every
 * problem that was found, the state that the database is in, and what to do.
 */
public class MigrationException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final transient List<Problem> problems;

	private final String databaseState;

	/**
	 * Create an exception for one problem.
	 * @param problem the problem
	 * @param databaseState the state that the database is in, a sentence without a period
	 * @param cause the cause, {@code null} if there is none
	 */
	public MigrationException(Problem problem, String databaseState, @Nullable Throwable cause) {
		this(List.of(problem), databaseState, cause);
	}

	/**
	 * Create an exception.
	 * @param problems the problems, the one that gives the exception its code first
	 * @param databaseState the state that the database is in, a sentence without a period
	 * @param cause the cause, {@code null} if there is none
	 */
	public MigrationException(List<Problem> problems, String databaseState, @Nullable Throwable cause) {
		super(message(problems, databaseState), (cause != null) ? Causes.harmless(cause) : null);
		Assert.notEmpty(problems, "'problems' must not be empty");
		this.problems = List.copyOf(problems);
		this.databaseState = databaseState;
	}

	private static String message(List<Problem> problems, String databaseState) {
		return problems.stream()
			.map((problem) -> "%s: %s".formatted(problem.code(), problem.message()))
			.collect(Collectors.joining("\n")) + "\nDatabase state: " + databaseState;
	}

	/**
	 * Return the kind of the first problem.
	 * @return the code
	 */
	public ProblemCode getCode() {
		return this.problems.get(0).code();
	}

	/**
	 * Return the store that could not be migrated.
	 * @return the store, {@code null} if the problem is not one store's
	 */
	public @Nullable StoreName getStore() {
		return this.problems.get(0).store();
	}

	/**
	 * Return all that was found.
	 * @return the problems, at least one
	 */
	public List<Problem> getProblems() {
		return this.problems;
	}

	/**
	 * Return the state that the database is in.
	 * @return a sentence without a period
	 */
	public String getDatabaseState() {
		return this.databaseState;
	}

	/**
	 * Return what to do.
	 * @return the actions of all problems, each once, a line each
	 */
	public String getAction() {
		return this.problems.stream().map(Problem::action).distinct().collect(Collectors.joining("\n"));
	}

}
