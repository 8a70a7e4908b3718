package io.gemforce.migrations.autoconfigure;

import java.util.List;

import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a user reads when the service does not start.
 *
 * @param problems all that was found
 * @param description the description
 * @param action the action
 */
record StartFailure(List<Problem> problems, String description, String action) {

	static StartFailure of(AssertableApplicationContext context) {
		assertThat(context).hasFailed();
		FailureAnalysis analysis = new MigrationFailureAnalyzer().analyze(context.getStartupFailure());
		assertThat(analysis).as("analysis of %s", context.getStartupFailure()).isNotNull();
		return new StartFailure(((MigrationException) analysis.getCause()).getProblems(), analysis.getDescription(),
				analysis.getAction());
	}

	ProblemCode code() {
		return this.problems.get(0).code();
	}

}
