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

	/**
	 * Create a context.
	 * @param execution the execution
	 */
	public ExecutionObservationContext(ExecutionStart execution) {
		super(execution.run(), execution.store());
		this.execution = execution;
	}

	/**
	 * Return the execution.
	 * @return the execution
	 */
	public ExecutionStart getExecution() {
		return this.execution;
	}

	/**
	 * Return why it failed.
	 * @return the error, {@code null} if it has not failed
	 */
	public @Nullable ExecutionError getExecutionError() {
		return this.executionError;
	}

	/**
	 * Set why it failed.
	 * @param executionError the error
	 */
	public void setExecutionError(@Nullable ExecutionError executionError) {
		this.executionError = executionError;
	}

}
