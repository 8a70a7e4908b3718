package io.gemforce.migrations.report;

import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Problem;

/**
 * What a job did.
 *
 * @param runId absent if no run was begun
 * @param done what it did or found, a line each
 * @param databaseState the state that the database is in, absent if nothing failed
 */
public record JobReport(String job, int exitCode, @Nullable String runId, List<String> done,
		List<ProblemReport> problems, @Nullable String databaseState) implements Report {

	public static JobReport of(String job, int exitCode, @Nullable String runId, List<String> done,
			Collection<Problem> problems, @Nullable String databaseState) {
		return new JobReport(job, exitCode, runId, done, ProblemReport.of(problems), databaseState);
	}

	@Override
	public String template() {
		return "job";
	}

	@Override
	public String describe() {
		StringBuilder text = new StringBuilder("migrations %s: ".formatted(this.job))
			.append(this.done.isEmpty() ? "failed" : String.join("; ", this.done));
		this.problems.forEach((problem) -> text.append('\n').append(problem.describe()));
		if (this.databaseState != null) {
			text.append("\nDatabase state: ").append(this.databaseState);
		}
		text.append('\n');
		if (this.runId != null) {
			text.append("run=%s ".formatted(this.runId));
		}
		return text.append("exit code %d".formatted(this.exitCode)).toString();
	}

}
