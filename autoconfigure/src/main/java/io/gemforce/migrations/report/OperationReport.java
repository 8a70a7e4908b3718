package io.gemforce.migrations.report;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What became of an operation that somebody has asked for.
 *
 * @param action the operation
 * @param store the store
 * @param id the migration, absent if it was about the store
 * @param runId the run that does it, absent if nothing was run
 * @param dryRun whether it only says what would be done
 * @param finished whether it is done, or goes on
 * @param done what was done, or would be, a line each
 * @param problems what the operator should look at
 * @param plan what would be executed, absent unless that was asked for
 */
public record OperationReport(String action, String store, @Nullable String id, @Nullable String runId, boolean dryRun,
		boolean finished, List<String> done, List<ProblemReport> problems, @Nullable PlanReport plan) {

}
