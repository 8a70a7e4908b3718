package io.gemforce.migrations.actuate.observation;

import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.ExecutionError;
import io.gemforce.migrations.ExecutionStart;

/**
 * {@link Observation.Context} of the execution of a migration.
 */
public class ExecutionObservationContext extends StoreObservationContext {

	private final ExecutionStart execution;

	private @Nullable ExecutionError executionError;

	public ExecutionObservationContext(ExecutionStart execution) {
		super(execution.run(), execution.store());
		this.execution = execution;
	}

	public ExecutionStart getExecution() {
		return this.execution;
	}

	public @Nullable ExecutionError getExecutionError() {
		return this.executionError;
	}

	public void setExecutionError(@Nullable ExecutionError executionError) {
		this.executionError = executionError;
	}

}
