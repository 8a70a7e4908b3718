package io.gemforce.migrations.run;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.ExitCode;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.StoreResult;

/**
 * What a run over the stores came to.
 */
public record RunOutcome(MigrationRun run, List<StoreResult> results, @Nullable MigrationException failure) {

	public RunOutcome {
		results = List.copyOf(results);
	}

	/**
	 * Return the exit code of a job: that of the failure, whatever was done before.
	 */
	public int exitCode() {
		if (this.failure != null) {
			return this.failure.getCode().exitCode();
		}
		return this.results.stream().anyMatch((result) -> result.outcome() == StoreResult.Outcome.HELD)
				? ExitCode.PENDING : ExitCode.OK;
	}

}
