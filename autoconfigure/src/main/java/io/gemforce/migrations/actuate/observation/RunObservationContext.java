package io.gemforce.migrations.actuate.observation;

import io.micrometer.observation.Observation;

import io.gemforce.migrations.MigrationRun;

/**
 * {@link Observation.Context} of a run.
 */
public class RunObservationContext extends Observation.Context {

	private final MigrationRun run;

	private Outcome outcome = Outcome.UNKNOWN;

	public RunObservationContext(MigrationRun run) {
		this.run = run;
	}

	public MigrationRun getRun() {
		return this.run;
	}

	public Outcome getOutcome() {
		return this.outcome;
	}

	public void setOutcome(Outcome outcome) {
		this.outcome = outcome;
	}

}
