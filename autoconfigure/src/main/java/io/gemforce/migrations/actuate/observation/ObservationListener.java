package io.gemforce.migrations.actuate.observation;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;

import io.gemforce.migrations.ExecutionEnd;
import io.gemforce.migrations.ExecutionStart;
import io.gemforce.migrations.MigrationListener;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;

/**
 * Makes {@link MigrationObservation observations} of what happens. The registry is looked
 * up on first use, which is before most beans are created.
 * <p>
 * A run has no scope of its own: other beans are created between its stores.
 */
public final class ObservationListener implements MigrationListener, Ordered {

	/**
	 * First, so that what other listeners write carries the ids of the trace.
	 */
	public static final int ORDER = Ordered.HIGHEST_PRECEDENCE;

	private final Supplier<ObservationRegistry> registry;

	private final Supplier<ObservationConventions> conventions;

	private final Map<String, Observed> runs = new ConcurrentHashMap<>();

	private final Map<String, Observed> stores = new ConcurrentHashMap<>();

	private final Map<ExecutionStart, Observed> executions = new ConcurrentHashMap<>();

	public ObservationListener(Supplier<ObservationRegistry> registry, Supplier<ObservationConventions> conventions) {
		this.registry = registry;
		this.conventions = conventions;
	}

	@Override
	public void runBegan(MigrationRun run) {
		RunObservationContext context = new RunObservationContext(run);
		Observation observation = MigrationObservation.RUN.observation(this.conventions.get().run(),
				ObservationConventions.DEFAULT_RUN, () -> context, this.registry.get());
		this.runs.put(run.id(), new Observed(observation.start(), context, null));
	}

	@Override
	public void storeBegan(MigrationRun run, StoreName store) {
		StoreObservationContext context = new StoreObservationContext(run, store);
		Observation observation = MigrationObservation.STORE.observation(this.conventions.get().store(),
				ObservationConventions.DEFAULT_STORE, () -> context, this.registry.get());
		this.stores.put(key(run, store), begin(observation, context, this.runs.get(run.id())));
	}

	private static String key(MigrationRun run, StoreName store) {
		return run.id() + store;
	}

	@Override
	public void executionBegan(ExecutionStart execution) {
		ExecutionObservationContext context = new ExecutionObservationContext(execution);
		Observation observation = MigrationObservation.EXECUTION.observation(this.conventions.get().execution(),
				ObservationConventions.DEFAULT_EXECUTION, () -> context, this.registry.get());
		this.executions.put(execution,
				begin(observation, context, this.stores.get(key(execution.run(), execution.store()))));
	}

	private static Observed begin(Observation observation, RunObservationContext context, @Nullable Observed parent) {
		if (parent != null) {
			observation.parentObservation(parent.observation());
		}
		observation.start();
		return new Observed(observation, context, observation.openScope());
	}

	@Override
	public void executionEnded(ExecutionStart execution, ExecutionEnd end) {
		Observed observed = this.executions.remove(execution);
		if (observed != null) {
			((ExecutionObservationContext) observed.context()).setExecutionError(end.error());
			observed.end(end.failure());
		}
	}

	@Override
	public void storeEnded(MigrationRun run, StoreName store, @Nullable StoreResult result,
			@Nullable RuntimeException failure) {
		end(this.stores.remove(key(run, store)), failure);
	}

	@Override
	public void runEnded(MigrationRun run, List<StoreResult> results, @Nullable RuntimeException failure) {
		end(this.runs.remove(run.id()), failure);
	}

	private static void end(@Nullable Observed observed, @Nullable Throwable failure) {
		if (observed != null) {
			observed.end(failure);
		}
	}

	@Override
	public int getOrder() {
		return ORDER;
	}

	private record Observed(Observation observation, RunObservationContext context, Observation.@Nullable Scope scope) {

		private void end(@Nullable Throwable failure) {
			this.context.setOutcome((failure != null) ? Outcome.FAILURE : Outcome.SUCCESS);
			if (failure != null) {
				this.observation.error(failure);
			}
			if (this.scope != null) {
				this.scope.close();
			}
			this.observation.stop();
		}

	}

}
