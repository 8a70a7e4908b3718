package io.gemforce.migrations.actuate.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * {@link ObservationConvention} for what a run does to a store. A bean of this type takes
 * the place of the {@link DefaultStoreObservationConvention default}.
 */
public interface StoreObservationConvention extends ObservationConvention<StoreObservationContext> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context.getClass() == StoreObservationContext.class;
	}

}
