package io.gemforce.migrations.mongo.change;

import java.util.List;
import java.util.stream.Collectors;

import io.gemforce.migrations.Problem;

/**
 * Thrown when changes are not declared correctly. Carries all problems.
 */
public final class InvalidChangesException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final transient List<Problem> problems;

	InvalidChangesException(List<Problem> problems) {
		super(problems.stream().map(Problem::message).collect(Collectors.joining("\n")));
		this.problems = List.copyOf(problems);
	}

	public List<Problem> getProblems() {
		return this.problems;
	}

}
