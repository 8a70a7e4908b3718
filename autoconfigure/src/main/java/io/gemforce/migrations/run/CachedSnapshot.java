package io.gemforce.migrations.run;

import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Execution;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.store.Hold;
import io.gemforce.migrations.store.MigrationStore;
import io.gemforce.migrations.store.StoreLock;
import io.gemforce.migrations.store.Validation;

/**
 * The newest snapshot of a store. One caller at a time reads the store; the others get
 * what was read before, so that a store that does not answer holds up one of them only.
 */
final class CachedSnapshot {

	private final Clock clock;

	private final ReentrantLock reading = new ReentrantLock();

	private volatile @Nullable StoreSnapshot newest;

	private volatile boolean expired;

	CachedSnapshot(Clock clock) {
		this.clock = clock;
	}

	StoreSnapshot get(MigrationStore store, Duration maxAge) {
		StoreSnapshot known = this.newest;
		if (known != null && (isFresh(known, maxAge) || this.reading.isLocked())) {
			return known;
		}
		this.reading.lock();
		try {
			known = this.newest;
			if (known == null || !isFresh(known, maxAge)) {
				this.expired = false;
				known = read(store);
				this.newest = known;
			}
			return known;
		}
		finally {
			this.reading.unlock();
		}
	}

	// However old it is
	Optional<StoreSnapshot> known() {
		return Optional.ofNullable(this.newest);
	}

	boolean isFresh(Duration maxAge) {
		StoreSnapshot known = this.newest;
		return known != null && isFresh(known, maxAge);
	}

	// The next caller reads the store
	void expire() {
		this.expired = true;
	}

	// From a caller that has not read all of the store
	void storePartial(StoreSnapshot snapshot) {
		this.newest = snapshot;
		this.expired = true;
	}

	private boolean isFresh(StoreSnapshot snapshot, Duration maxAge) {
		return !this.expired && !snapshot.takenAt().plus(maxAge).isBefore(this.clock.instant());
	}

	private StoreSnapshot read(MigrationStore store) {
		try {
			Validation validation = store.validate();
			StoreLock lock = store.lock();
			Execution lastApplied = lastApplied(store, validation);
			return StoreSnapshot.of(store, validation,
					new StoreSnapshot.Circumstances(lock, hold(store, validation), lastApplied), this.clock.instant());
		}
		catch (MigrationException ex) {
			return StoreSnapshot.unreadable(store, ex, this.clock.instant());
		}
		catch (RuntimeException ex) {
			return StoreSnapshot.unreadable(store,
					new MigrationException(
							Problem.error(ProblemCode.UNEXPECTED, store.name(),
									"Store '%s' could not be read: %s".formatted(store.name(), ex), "Fix the cause"),
							"unchanged", ex),
					this.clock.instant());
		}
	}

	// A rollback leaves a hold, so that one is looked for only where something was undone
	private static @Nullable Hold hold(MigrationStore store, Validation validation) {
		boolean undone = validation.entries()
			.stream()
			.anyMatch((entry) -> entry.state() == MigrationState.ROLLED_BACK || entry.state() == MigrationState.HELD);
		return undone ? store.hold().orElse(null) : null;
	}

	private static @Nullable Execution lastApplied(MigrationStore store, Validation validation) {
		return validation.entries()
			.stream()
			.filter((entry) -> entry.state().isApplied() && entry.rank() != null)
			.max(Comparator.comparing((entry) -> Objects.requireNonNull(entry.rank())))
			.flatMap((entry) -> store.executions(List.of(entry))
				.stream()
				.filter((execution) -> execution.status().state() == MigrationState.APPLIED)
				.reduce((first, second) -> second))
			.orElse(null);
	}

}
