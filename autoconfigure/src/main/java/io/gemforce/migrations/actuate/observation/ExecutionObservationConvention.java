package io.gemforce.migrations.actuate.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * {@link ObservationConvention} for the execution of a migration. A bean of this type
 * takes the place of the {@link DefaultExecutionObservationConvention default}.
 */
public interface ExecutionObservationConvention extends ObservationConvention<ExecutionObservationContext> {

	@Override
	default boolean supportsContext(Observation.Context context) {
		return context.getClass() == ExecutionObservationContext.class;
	}

}
