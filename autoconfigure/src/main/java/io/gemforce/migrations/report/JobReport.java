package io.gemforce.migrations.report;

import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Problem;

/**
 * What a job did.
 *
 * @param job the job
 * @param exitCode what the process ends with
 * @param runId the run that it was, absent if it was not begun
 * @param done what it did or found, a line each
 * @param problems what is wrong, or should be looked at
 * @param databaseState the state that the database is in, absent if nothing failed
 */
public record JobReport(String job, int exitCode, @Nullable String runId, List<String> done,
		List<ProblemReport> problems, @Nullable String databaseState) implements Report {

	/**
	 * Report on a job.
	 * @param done what it did or found, a line each
	 * @param problems what is wrong, or should be looked at
	 */
	public static JobReport of(String job, int exitCode, @Nullable String runId, List<String> done,
			Collection<Problem> problems, @Nullable String databaseState) {
		return new JobReport(job, exitCode, runId, done, ProblemReport.of(problems), databaseState);
	}

	@Override
	public String template() {
		return "job";
	}

}
