package io.gemforce.migrations.report;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.Severity;

/**
 * Something that stops a run, or that the operator should look at.
 *
 * @param store absent if the problem is not that of one store
 */
public record ProblemReport(Severity severity, ProblemCode code, @Nullable String store, String message, String action,
		String docs) {

	static ProblemReport of(Problem problem) {
		return new ProblemReport(problem.severity(), problem.code(),
				(problem.store() != null) ? problem.store().id() : null, problem.message(), problem.action(),
				docs(problem.code().name()));
	}

	public static List<ProblemReport> of(Collection<Problem> problems) {
		return problems.stream().map(ProblemReport::of).toList();
	}

	String describe() {
		return "%s %s: %s\n  %s".formatted(this.severity, this.code, this.message, this.action);
	}

	static String docs(String code) {
		return "errors.md#" + code.toLowerCase(Locale.ROOT);
	}

}
