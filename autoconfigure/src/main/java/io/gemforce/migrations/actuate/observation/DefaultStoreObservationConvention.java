package io.gemforce.migrations.actuate.observation;

import io.micrometer.common.KeyValues;

import io.gemforce.migrations.StoreName;

/**
 * Default {@link StoreObservationConvention}.
 */
public class DefaultStoreObservationConvention implements StoreObservationConvention {

	@Override
	public String getName() {
		return MigrationObservation.STORE.getName();
	}

	@Override
	public String getContextualName(StoreObservationContext context) {
		return "migrations %s".formatted(context.getStore());
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(StoreObservationContext context) {
		return KeyValues.of(MigrationObservation.Tag.STORE.withValue(context.getStore().id()),
				MigrationObservation.Tag.OUTCOME.withValue(context.getOutcome().tag()));
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(StoreObservationContext context) {
		return KeyValues.of(MigrationObservation.Attribute.STORE.withValue(context.getStore().id()),
				MigrationObservation.Attribute.RUN_ID.withValue(context.getRun().id()),
				MigrationObservation.Attribute.DB_SYSTEM.withValue(system(context.getStore())));
	}

	// As OpenTelemetry names databases
	static String system(StoreName store) {
		return switch (store) {
			case POSTGRES -> "postgresql";
			case MONGO -> "mongodb";
		};
	}

}
