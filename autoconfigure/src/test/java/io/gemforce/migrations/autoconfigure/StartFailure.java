package io.gemforce.migrations.autoconfigure;

import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.ProblemCode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a user reads when the service does not start.
 *
 * @param code the code
 * @param description the description
 * @param action the action
 */
record StartFailure(ProblemCode code, String description, String action) {

	static StartFailure of(AssertableApplicationContext context) {
		assertThat(context).hasFailed();
		FailureAnalysis analysis = new MigrationFailureAnalyzer().analyze(context.getStartupFailure());
		assertThat(analysis).as("analysis of %s", context.getStartupFailure()).isNotNull();
		return new StartFailure(((MigrationException) analysis.getCause()).getCode(), analysis.getDescription(),
				analysis.getAction());
	}

}
