package io.gemforce.migrations.run;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.ExitCode;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.StoreResult;

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
	 * Whether one store was changed and the other one failed.
	 * @return whether the run had applied or undone something in a store when it failed
	 */
	public boolean isPartial() {
		return this.failure != null && this.results.stream().anyMatch(StoreResult::isChanged);
	}

	/**
	 * Return what a job ends with that did this.
	 * @return the exit code of the process: where the run failed, that of what failed,
	 * whatever it had done before
	 */
	public int exitCode() {
		if (this.failure != null) {
			return this.failure.getCode().exitCode();
		}
		return this.results.stream().anyMatch((result) -> result.outcome() == StoreResult.Outcome.HELD)
				? ExitCode.PENDING : ExitCode.OK;
	}

}
