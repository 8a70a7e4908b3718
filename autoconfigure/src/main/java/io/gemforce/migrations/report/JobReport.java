package io.gemforce.migrations.report;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Problem;

/**
 * What a job did.
 *
 * @param job the job
 * @param exitCode what the process ends with
 * @param runId the run that it was, {@code null} if it was not begun
 * @param done what it did or found, a line each
 * @param problems what is wrong, or should be looked at
 * @param databaseState the state that the database is in, {@code null} if nothing failed
 */
public record JobReport(String job, int exitCode, @Nullable String runId, List<String> done, List<Problem> problems,
		@Nullable String databaseState) {

}
