package io.gemforce.migrations;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What a run over the stores came to.
 *
 * @param run the run
 * @param results what it did to each store, in order
 * @param failure what ended it, {@code null} if it went through
 */
public record RunOutcome(MigrationRun run, List<StoreResult> results, @Nullable MigrationException failure) {

	public RunOutcome {
		results = List.copyOf(results);
	}

	/**
	 * Whether one store is as it should be and the other one is not.
	 * @return whether the run went through for a store and failed for another one. Where
	 * nothing was executed in the other one, that counts only if something was applied in
	 * this one; being told to end is no failure
	 */
	public boolean isPartial() {
		if (this.failure == null || this.failure.getCode() == ProblemCode.SHUTTING_DOWN) {
			return false;
		}
		boolean executed = this.failure.getCode().exitCode() == ExitCode.FAILED;
		return this.results.stream()
			.anyMatch((result) -> result.outcome() == StoreResult.Outcome.APPLIED
					|| (executed && result.outcome() == StoreResult.Outcome.UP_TO_DATE));
	}

	/**
	 * Return what a job ends with that did this.
	 * @return the exit code of the process
	 */
	public int exitCode() {
		if (this.failure == null) {
			return this.results.stream().anyMatch((result) -> result.outcome() == StoreResult.Outcome.HELD)
					? ExitCode.PENDING : ExitCode.OK;
		}
		return isPartial() ? ExitCode.PARTIAL : this.failure.getCode().exitCode();
	}

}
