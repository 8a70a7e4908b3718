package io.gemforce.migrations.actuate.observation;

import org.jspecify.annotations.Nullable;

/**
 * The conventions that the user has set, {@code null} for the default.
 */
public record ObservationConventions(@Nullable RunObservationConvention run, @Nullable StoreObservationConvention store,
		@Nullable ExecutionObservationConvention execution) {

	static final RunObservationConvention DEFAULT_RUN = new DefaultRunObservationConvention();

	static final StoreObservationConvention DEFAULT_STORE = new DefaultStoreObservationConvention();

	static final ExecutionObservationConvention DEFAULT_EXECUTION = new DefaultExecutionObservationConvention();

}
