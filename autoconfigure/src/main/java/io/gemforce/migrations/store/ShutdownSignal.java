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

	/**
	 * Whether the signal was given.
	 * @return whether no next step may begin
	 */
	public boolean isStopped() {
		return this.stopped.getCount() == 0;
	}

	/**
	 * Say that a step is about to begin that a process must not end in the middle of.
	 */
	public synchronized WorkInProgress begin() {
		this.working++;
		return this::end;
	}

	private synchronized void end() {
		this.working--;
		notifyAll();
	}

	/**
	 * Whether a step is going on.
	 * @return whether a process must not end now
	 */
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

	/**
	 * Make sure that a next step may begin.
	 */
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

	/**
	 * Pause between two looks at something that a step waits for.
	 */
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
	 * Listen to the signal, for those who wait.
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
