package io.gemforce.migrations.store;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;

/**
 * Tells runners that the process is about to end: the current step finishes or is rolled
 * back, no next one begins, the lock is released.
 */
public final class ShutdownSignal {

	private final Set<Runnable> listeners = ConcurrentHashMap.newKeySet();

	private final CountDownLatch stopped = new CountDownLatch(1);

	private int working;

	public void stop() {
		this.stopped.countDown();
		this.listeners.forEach(Runnable::run);
	}

	public boolean isStopped() {
		return this.stopped.getCount() == 0;
	}

	/**
	 * Begin a step that a process must not end in the middle of.
	 */
	public synchronized WorkInProgress begin() {
		this.working++;
		return this::end;
	}

	private synchronized void end() {
		this.working--;
		notifyAll();
	}

	public synchronized boolean isWorking() {
		return this.working > 0;
	}

	/**
	 * Wait until no step is going on.
	 */
	public synchronized void awaitEnd() throws InterruptedException {
		while (isWorking()) {
			wait();
		}
	}

	public void check(StoreName store, String databaseState) {
		if (isStopped()) {
			throw new MigrationException(
					Problem
						.error(ProblemCode.SHUTTING_DOWN, store,
								"The process was told to end, so no further migration of store '%s' was begun"
									.formatted(store),
								"Start again: what is pending will be run"),
					databaseState, null);
		}
	}

	public void pause(Duration pause, StoreName store, String databaseState) throws InterruptedException {
		this.stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS);
		check(store, databaseState);
	}

	/**
	 * Pause. Ends when the signal is given while it lasts.
	 */
	public void await(Duration pause) throws InterruptedException {
		if (isStopped()) {
			Thread.sleep(pause.toMillis());
		}
		else {
			this.stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS);
		}
	}

	/**
	 * Call a listener on the signal, at once if it was given. The result removes it.
	 */
	public Runnable listen(Runnable listener) {
		this.listeners.add(listener);
		if (isStopped()) {
			listener.run();
		}
		return () -> this.listeners.remove(listener);
	}

	/**
	 * A step that is going on.
	 */
	@FunctionalInterface
	public interface WorkInProgress extends AutoCloseable {

		@Override
		void close();

	}

}
