package io.gemforce.migrations.actuate.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * {@link ObservationConvention} for a run. A bean of this type takes the place of the
 * {@link DefaultRunObservationConvention default}.
 */
public interface RunObservationConvention extends ObservationConvention<RunObservationContext> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context.getClass() == RunObservationContext.class;
	}

}
