package io.gemforce.migrations.report;

import java.util.Locale;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.StoreName;

/**
 * Why a request was refused.
 *
 * @param error the stable name of the reason
 * @param runId the run that is in the way
 */
public record ErrorReport(String error, String message, String action, @Nullable String store, String docs,
		@Nullable String runId) implements Report {

	public static ErrorReport of(String error, String message, String action, @Nullable String store) {
		return new ErrorReport(error, message, action, store, "endpoint.md#" + error.toLowerCase(Locale.ROOT), null);
	}

	// The store is null for the one that has the problem
	public static ErrorReport of(MigrationException failure, @Nullable StoreName store) {
		StoreName name = (store != null) ? store : failure.getStore();
		String message = failure.getProblems().stream().map(Problem::message).collect(Collectors.joining("\n"));
		return new ErrorReport(failure.getCode().name(), message, failure.getAction(),
				(name != null) ? name.id() : null, ProblemReport.docs(failure.getCode().name()), null);
	}

	public ErrorReport withRun(String runId) {
		return new ErrorReport(this.error, this.message, this.action, this.store, this.docs, runId);
	}

	@Override
	public String template() {
		return "error";
	}

	@Override
	public String describe() {
		return "%s: %s\n  %s".formatted(this.error, this.message, this.action);
	}

}
