package io.gemforce.migrations.autoconfigure;

import java.util.stream.Collectors;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;

import io.gemforce.migrations.MigrationException;

/**
 * {@link FailureAnalyzer} for a {@link MigrationException}.
 */
class MigrationFailureAnalyzer extends AbstractFailureAnalyzer<MigrationException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, MigrationException cause) {
		return new FailureAnalysis(cause.getMessage(),
				"%s%nDocumentation: %s".formatted(cause.getAction(), docs(cause)), cause);
	}

	private static String docs(MigrationException failure) {
		return failure.getProblems()
			.stream()
			.map((problem) -> problem.code().docs())
			.distinct()
			.collect(Collectors.joining(", "));
	}

}
