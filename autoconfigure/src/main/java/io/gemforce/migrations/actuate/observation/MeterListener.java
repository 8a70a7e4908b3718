package io.gemforce.migrations.actuate.observation;

import java.util.function.Consumer;
import java.util.function.Supplier;

import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.ExitCode;
import io.gemforce.migrations.LockWait;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationListener;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.StoreName;

/**
 * Counts what is not an observation. The registry is looked up on first use, which is
 * before most beans are created.
 */
public final class MeterListener implements MigrationListener {

	private final Supplier<@Nullable MeterRegistry> registry;

	public MeterListener(Supplier<@Nullable MeterRegistry> registry) {
		this.registry = registry;
	}

	@Override
	public void lockWaited(MigrationRun run, LockWait wait) {
		count((counters) -> counters.lockWait(wait.store(), wait.outcome()).record(wait.duration()));
	}

	@Override
	public void problemFound(MigrationRun run, Problem problem) {
		StoreName store = problem.store();
		if (store != null && MigrationCounters.isFoundByValidation(problem.code())) {
			count((counters) -> counters.validationFailures(store, problem.code()).increment());
		}
	}

	@Override
	public void operationEnded(MigrationRun run, StoreName store, Operation operation,
			@Nullable RuntimeException failure) {
		count((counters) -> counters.operations(store, operation.kind(), outcome(failure)).increment());
	}

	private static Outcome outcome(@Nullable RuntimeException failure) {
		if (failure == null) {
			return Outcome.SUCCESS;
		}
		if (!(failure instanceof MigrationException problem)) {
			return Outcome.FAILURE;
		}
		return switch (problem.getCode().exitCode()) {
			case ExitCode.CONFIGURATION, ExitCode.INVALID, ExitCode.LOCK -> Outcome.REFUSED;
			default -> Outcome.FAILURE;
		};
	}

	private void count(Consumer<MigrationCounters> work) {
		MeterRegistry found = this.registry.get();
		if (found != null) {
			work.accept(new MigrationCounters(found));
		}
	}

}
