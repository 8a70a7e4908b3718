package io.gemforce.migrations;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells runners that the process is about to end: the current step finishes or is rolled
 * back, no next one begins, the lock is released.
 */
public final class StopSignal {

	private final Set<Runnable> listeners = ConcurrentHashMap.newKeySet();

	private volatile boolean stopped;

	/**
	 * Give the signal.
	 */
	public void stop() {
		this.stopped = true;
		this.listeners.forEach(Runnable::run);
	}

	/**
	 * Whether the signal was given.
	 * @return whether no next step may begin
	 */
	public boolean isStopped() {
		return this.stopped;
	}

	/**
	 * Make sure that a next step may begin.
	 * @param store the store that is being migrated
	 * @param databaseState the state that the database is in
	 * @throws MigrationException if the signal was given
	 */
	public void check(StoreName store, String databaseState) {
		if (this.stopped) {
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
	 * Listen to the signal, for those who wait.
	 * @param listener run when the signal is given
	 * @return stops listening
	 */
	public Runnable listen(Runnable listener) {
		this.listeners.add(listener);
		if (this.stopped) {
			listener.run();
		}
		return () -> this.listeners.remove(listener);
	}

}
