package io.gemforce.migrations;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Tells several listeners, each whether or not another one fails. Who was told first that
 * something began is told last that it ended, so that what one of them has opened is
 * still open for those after it.
 */
public final class MigrationListeners implements MigrationListener {

	private static final Log logger = LogFactory.getLog(MigrationListeners.class);

	private final Supplier<List<MigrationListener>> listeners;

	/**
	 * Create for listeners.
	 * @param listeners asked each time there is something to tell
	 */
	public MigrationListeners(Supplier<List<MigrationListener>> listeners) {
		this.listeners = listeners;
	}

	@Override
	public void runBegan(MigrationRun run) {
		tell((listener) -> listener.runBegan(run));
	}

	@Override
	public void storeBegan(MigrationRun run, StoreName store) {
		tell((listener) -> listener.storeBegan(run, store));
	}

	@Override
	public void lockWaited(MigrationRun run, LockWait wait) {
		tell((listener) -> listener.lockWaited(run, wait));
	}

	@Override
	public void executionBegan(ExecutionStart execution) {
		tell((listener) -> listener.executionBegan(execution));
	}

	@Override
	public void executionEnded(ExecutionStart execution, ExecutionEnd end) {
		tellBackwards((listener) -> listener.executionEnded(execution, end));
	}

	@Override
	public void problemFound(MigrationRun run, Problem problem) {
		tell((listener) -> listener.problemFound(run, problem));
	}

	@Override
	public void storeEnded(MigrationRun run, StoreName store, @Nullable StoreResult result,
			@Nullable RuntimeException failure) {
		tellBackwards((listener) -> listener.storeEnded(run, store, result, failure));
	}

	@Override
	public void runEnded(MigrationRun run, List<StoreResult> results, @Nullable RuntimeException failure) {
		tellBackwards((listener) -> listener.runEnded(run, results, failure));
	}

	@Override
	public void operationEnded(MigrationRun run, StoreName store, Operation operation,
			@Nullable RuntimeException failure) {
		tell((listener) -> listener.operationEnded(run, store, operation, failure));
	}

	private void tell(Consumer<MigrationListener> news) {
		listeners().forEach((listener) -> tell(listener, news));
	}

	private void tellBackwards(Consumer<MigrationListener> news) {
		List<MigrationListener> told = listeners();
		for (int i = told.size() - 1; i >= 0; i--) {
			tell(told.get(i), news);
		}
	}

	private List<MigrationListener> listeners() {
		try {
			return this.listeners.get();
		}
		catch (RuntimeException | LinkageError ex) {
			logger.warn("The listeners to migrations could not be found; the migrations go on", ex);
			return List.of();
		}
	}

	private static void tell(MigrationListener listener, Consumer<MigrationListener> news) {
		try {
			news.accept(listener);
		}
		catch (RuntimeException | LinkageError ex) {
			logger.warn("Listener %s failed; the migrations go on".formatted(listener.getClass().getName()), ex);
		}
	}

}
