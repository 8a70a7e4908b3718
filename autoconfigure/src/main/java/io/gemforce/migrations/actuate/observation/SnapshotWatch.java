package io.gemforce.migrations.actuate.observation;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.run.StoreSnapshot;
import io.gemforce.migrations.store.StoreStatus;

/**
 * Keeps snapshots fresh for callers that must not wait, such as health and meters: they
 * get the newest one at once. If it is old, one background thread reads the store, and
 * the next caller gets the result. Without callers nothing is read.
 * <p>
 * Of a store where nothing is to be done a minute is old; of another one, what is old for
 * the endpoint.
 */
public final class SnapshotWatch implements AutoCloseable {

	private static final Duration CALM = Duration.ofSeconds(60);

	private static final int IDLE_SECONDS = 10;

	private final Migrations migrations;

	private final Duration snapshotMaxAge;

	private final ExecutorService reader;

	private final Set<StoreName> reading = ConcurrentHashMap.newKeySet();

	private final Map<StoreName, StoreSnapshot> readable = new ConcurrentHashMap<>();

	private final List<Consumer<StoreSnapshot>> listeners = new CopyOnWriteArrayList<>();

	// No thread starts before something is to be read
	public SnapshotWatch(Migrations migrations, Duration snapshotMaxAge) {
		this.migrations = migrations;
		this.snapshotMaxAge = snapshotMaxAge;
		ThreadPoolExecutor reader = new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), SnapshotWatch::thread, new ThreadPoolExecutor.DiscardPolicy());
		reader.allowCoreThreadTimeOut(true);
		this.reader = reader;
	}

	private static Thread thread(Runnable work) {
		Thread thread = new Thread(work, "migrations-snapshot");
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * Return what is known at once; if it is old, begin to read the store.
	 */
	public Optional<StoreSnapshot> look(StoreName store) {
		Optional<StoreSnapshot> known = known(store);
		if (!this.migrations.isDisabled(store) && !this.migrations.isKnown(store, maxAge(known))
				&& this.reading.add(store)) {
			this.reader.execute(() -> read(store));
		}
		return known;
	}

	/**
	 * Return what is known, however old it is; reads nothing.
	 */
	public Optional<StoreSnapshot> known(StoreName store) {
		Optional<StoreSnapshot> known = this.migrations.known(store);
		known.filter((snapshot) -> snapshot.status() != StoreStatus.UNREACHABLE).ifPresent((snapshot) -> {
			if (this.readable.put(store, snapshot) != snapshot) {
				this.listeners.forEach((listener) -> listener.accept(snapshot));
			}
		});
		return known;
	}

	void listen(Consumer<StoreSnapshot> listener) {
		this.listeners.add(listener);
	}

	/**
	 * Return the newest snapshot in which the store could be reached.
	 */
	public Optional<StoreSnapshot> lastReadable(StoreName store) {
		return Optional.ofNullable(this.readable.get(store));
	}

	private Duration maxAge(Optional<StoreSnapshot> known) {
		boolean calm = known.map(StoreSnapshot::status)
			.filter((status) -> status == StoreStatus.UP_TO_DATE || status == StoreStatus.AHEAD)
			.isPresent();
		return (calm && this.snapshotMaxAge.compareTo(CALM) < 0) ? CALM : this.snapshotMaxAge;
	}

	private void read(StoreName store) {
		try {
			this.migrations.snapshot(store);
			known(store);
		}
		finally {
			this.reading.remove(store);
		}
	}

	@Override
	public void close() {
		this.reader.shutdownNow();
	}

}
