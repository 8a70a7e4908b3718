package io.gemforce.migrations.actuate.observation;

import java.time.Clock;
import java.util.List;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.run.Migrations;

/**
 * {@link MeterBinder} for the meters of migrations. All of them are registered at the
 * start, with every value that a tag can have; a scrape reads no store.
 */
public final class MigrationMeters implements MeterBinder {

	private final Migrations migrations;

	private final SnapshotWatch watch;

	private final ObservationMeters observations;

	private final Clock clock;

	public MigrationMeters(Migrations migrations, SnapshotWatch watch, ObservationMeters observations, Clock clock) {
		this.migrations = migrations;
		this.watch = watch;
		this.observations = observations;
		this.clock = clock;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		List<StoreName> stores = this.migrations.stores();
		new StoreGauges(this.watch, this.clock, registry).register(stores);
		new MigrationCounters(registry).register(stores);
		this.observations.register(registry, stores);
	}

}
