package io.gemforce.migrations.actuate.observation;

import io.micrometer.observation.Observation;

import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.StoreName;

/**
 * {@link Observation.Context} of what a run does to a store.
 */
public class StoreObservationContext extends RunObservationContext {

	private final StoreName store;

	public StoreObservationContext(MigrationRun run, StoreName store) {
		super(run);
		this.store = store;
	}

	public StoreName getStore() {
		return this.store;
	}

}
