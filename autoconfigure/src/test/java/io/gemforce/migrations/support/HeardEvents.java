package io.gemforce.migrations.support;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.ExecutionEnd;
import io.gemforce.migrations.ExecutionStart;
import io.gemforce.migrations.LockWait;
import io.gemforce.migrations.MigrationListener;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;

/**
 * Remembers what a listener is told.
 */
public final class HeardEvents implements MigrationListener {

	private final List<String> events = new CopyOnWriteArrayList<>();

	private final List<ExecutionStart> starts = new CopyOnWriteArrayList<>();

	private final List<ExecutionEnd> ends = new CopyOnWriteArrayList<>();

	/**
	 * Return what was told, a line each, in order.
	 */
	public List<String> events() {
		return this.events;
	}

	public List<ExecutionStart> starts() {
		return this.starts;
	}

	public List<ExecutionEnd> ends() {
		return this.ends;
	}

	@Override
	public void runBegan(MigrationRun run) {
		this.events.add("run began by " + run.trigger());
	}

	@Override
	public void storeBegan(MigrationRun run, StoreName store) {
		this.events.add(store + " began");
	}

	@Override
	public void lockWaited(MigrationRun run, LockWait wait) {
		this.events.add("%s lock %s".formatted(wait.store(), wait.outcome()));
	}

	@Override
	public void executionBegan(ExecutionStart execution) {
		this.starts.add(execution);
		this.events.add("%s %s %s began".formatted(execution.store(), execution.direction(), execution.migration()));
	}

	@Override
	public void executionEnded(ExecutionStart execution, ExecutionEnd end) {
		this.ends.add(end);
		this.events.add("%s %s %s ended %s".formatted(execution.store(), execution.direction(), execution.migration(),
				end.state()));
	}

	@Override
	public void problemFound(MigrationRun run, Problem problem) {
		this.events.add("%s problem %s".formatted(problem.store(), problem.code()));
	}

	@Override
	public void storeEnded(MigrationRun run, StoreName store, @Nullable StoreResult result,
			@Nullable RuntimeException failure) {
		this.events.add("%s ended %s".formatted(store,
				(result != null) ? result.outcome() : Objects.requireNonNull(failure).getClass().getSimpleName()));
	}

	@Override
	public void runEnded(MigrationRun run, List<StoreResult> results, @Nullable RuntimeException failure) {
		this.events.add("run ended with %d result(s)%s".formatted(results.size(),
				(failure != null) ? " and " + failure.getClass().getSimpleName() : ""));
	}

	@Override
	public void operationEnded(MigrationRun run, StoreName store, Operation operation,
			@Nullable RuntimeException failure) {
		this.events
			.add("%s operation %s %s".formatted(store, operation.kind().id(), (failure != null) ? "failed" : "done"));
	}

}
