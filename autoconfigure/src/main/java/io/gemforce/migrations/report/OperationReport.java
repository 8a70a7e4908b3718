package io.gemforce.migrations.report;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import org.jspecify.annotations.Nullable;

/**
 * Result of an operation that a caller has asked for.
 *
 * @param runId absent if nothing was run
 * @param finished false if it goes on
 * @param done what was done, or would be, a line each
 * @param plan what would be executed, absent unless that was asked for
 */
public record OperationReport(@JsonUnwrapped Subject subject, @Nullable String runId, boolean dryRun, boolean finished,
		List<String> done, List<ProblemReport> problems, @Nullable PlanReport plan) {

	/**
	 * What was asked for.
	 *
	 * @param id the migration, absent if it was about the store
	 */
	public record Subject(String action, String store, @Nullable String id) {

	}

}
