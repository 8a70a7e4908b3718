package io.gemforce.migrations.actuate.observation;

import org.jspecify.annotations.Nullable;

/**
 * How the user wants observations of migrations to be named.
 *
 * @param run for runs, {@code null} for the default
 * @param store for stores, {@code null} for the default
 * @param execution for executions, {@code null} for the default
 */
public record ObservationConventions(@Nullable RunObservationConvention run, @Nullable StoreObservationConvention store,
		@Nullable ExecutionObservationConvention execution) {

	static final RunObservationConvention DEFAULT_RUN = new DefaultRunObservationConvention();

	static final StoreObservationConvention DEFAULT_STORE = new DefaultStoreObservationConvention();

	static final ExecutionObservationConvention DEFAULT_EXECUTION = new DefaultExecutionObservationConvention();

}
