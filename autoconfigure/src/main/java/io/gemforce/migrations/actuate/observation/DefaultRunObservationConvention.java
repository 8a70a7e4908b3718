package io.gemforce.migrations.actuate.observation;

import java.util.Locale;

import io.micrometer.common.KeyValues;

/**
 * Default {@link RunObservationConvention}.
 */
public class DefaultRunObservationConvention implements RunObservationConvention {

	@Override
	public String getName() {
		return MigrationObservation.RUN.getName();
	}

	@Override
	public String getContextualName(RunObservationContext context) {
		return "migrations run";
	}

	@Override
	public KeyValues getLowCardinalityKeyValues(RunObservationContext context) {
		return KeyValues.of(
				MigrationObservation.Tag.TRIGGER.withValue(context.getRun().trigger().name().toLowerCase(Locale.ROOT)),
				MigrationObservation.Tag.OUTCOME.withValue(context.getOutcome().tag()));
	}

	@Override
	public KeyValues getHighCardinalityKeyValues(RunObservationContext context) {
		return KeyValues.of(MigrationObservation.Attribute.RUN_ID.withValue(context.getRun().id()));
	}

}
