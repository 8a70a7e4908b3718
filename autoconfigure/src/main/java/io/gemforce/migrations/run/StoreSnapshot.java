package io.gemforce.migrations.run;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Execution;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.store.Hold;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.MigrationStore;
import io.gemforce.migrations.store.StoreLock;
import io.gemforce.migrations.store.StoreOverview;
import io.gemforce.migrations.store.StoreStatus;
import io.gemforce.migrations.store.Validation;

/**
 * A store at one moment.
 *
 * @param engine what runs its migrations, {@code null} if the store is switched off
 */
public record StoreSnapshot(StoreName store, @Nullable String engine, StoreStatus status, Validation validation,
		StoreOverview overview, Circumstances circumstances, Instant takenAt) {

	private StoreSnapshot(StoreName store, @Nullable String engine, StoreStatus status, Validation validation,
			Circumstances circumstances, Instant takenAt) {
		this(store, engine, status, validation, StoreOverview.of(validation.entries()), circumstances, takenAt);
	}

	static StoreSnapshot of(MigrationStore store, Validation validation, Circumstances circumstances, Instant takenAt) {
		StoreLock lock = circumstances.lock();
		boolean atWork = lock.held() && (lock.mine() || lock.alive());
		List<MigrationEntry> entries = atWork ? validation.entries()
				: validation.entries().stream().map(StoreSnapshot::withoutRunner).toList();
		Validation seen = new Validation(entries, validation.problems());
		List<Problem> explained = StatusProblems.explain(store.name(), seen);
		List<Problem> problems = (lock.held() && !atWork)
				? Stream.concat(Stream.of(stale(store, lock)), explained.stream()).toList() : explained;
		return new StoreSnapshot(store.name(), store.engine(), status(seen, lock), new Validation(entries, problems),
				circumstances, takenAt);
	}

	private static Problem stale(MigrationStore store, StoreLock lock) {
		return Problem.warning(ProblemCode.LOCK_STALE, store.name(),
				"The lock of store '%s' is held by %s, who has given no sign of life for a lease"
					.formatted(store.name(), lock.owner()),
				"The next run takes it over. Without one, free it with gemforce.migrations.run=release-lock and store=%s"
					.formatted(store.name()));
	}

	// A row that no instance is at work on is not running
	private static MigrationEntry withoutRunner(MigrationEntry entry) {
		return (entry.state() == MigrationState.RUNNING) ? entry.withState(MigrationState.INTERRUPTED) : entry;
	}

	// Whether an instance is at work on a migration that is running was not read
	static StoreSnapshot partial(MigrationStore store, Validation validation, Instant takenAt) {
		return new StoreSnapshot(store.name(), store.engine(), status(validation, StoreLock.FREE),
				new Validation(validation.entries(), StatusProblems.explain(store.name(), validation)),
				Circumstances.NOT_READ, takenAt);
	}

	static StoreSnapshot disabled(StoreName store, Instant takenAt) {
		return new StoreSnapshot(store, null, StoreStatus.DISABLED, new Validation(List.of(), List.of()),
				Circumstances.NOT_READ, takenAt);
	}

	static StoreSnapshot unreadable(MigrationStore store, MigrationException failure, Instant takenAt) {
		StoreStatus status = switch (failure.getCode()) {
			case STORE_UNREACHABLE, AUTH_FAILED, PERMISSION_DENIED -> StoreStatus.UNREACHABLE;
			default -> StoreStatus.INVALID;
		};
		return new StoreSnapshot(store.name(), store.engine(), status, new Validation(List.of(), failure.getProblems()),
				Circumstances.NOT_READ, takenAt);
	}

	private static StoreStatus status(Validation validation, StoreLock lock) {
		StoreStatus status = StoreStatus.UP_TO_DATE;
		if (lock.held()) {
			status = lock.mine() ? StoreStatus.RUNNING : status;
			status = (!lock.mine() && lock.alive()) ? StoreStatus.LOCKED : status;
		}
		if (!validation.errors().isEmpty()) {
			status = status.worse(StoreStatus.INVALID);
		}
		for (MigrationEntry entry : validation.entries()) {
			status = status.worse(status(entry));
		}
		return status;
	}

	private static StoreStatus status(MigrationEntry entry) {
		if (entry.state() == MigrationState.FUTURE) {
			return StoreStatus.AHEAD;
		}
		if (!entry.inBuild()) {
			return StoreStatus.UP_TO_DATE;
		}
		return switch (entry.state()) {
			case FAILED -> StoreStatus.FAILED;
			case INTERRUPTED -> StoreStatus.INTERRUPTED;
			case HELD -> StoreStatus.HELD;
			case RUNNING -> StoreStatus.RUNNING;
			case PENDING, ROLLED_BACK, OUTDATED -> StoreStatus.PENDING;
			default -> StoreStatus.UP_TO_DATE;
		};
	}

	public List<MigrationEntry> entries() {
		return this.validation.entries();
	}

	public List<Problem> problems() {
		return this.validation.problems();
	}

	public StoreLock lock() {
		return this.circumstances.lock();
	}

	public Optional<MigrationEntry> find(String id) {
		return entries().stream().filter((entry) -> entry.id().equals(id)).findFirst();
	}

	/**
	 * What is read beside the history.
	 *
	 * @param lastApplied the newest execution that applied something
	 */
	public record Circumstances(StoreLock lock, @Nullable Hold hold, @Nullable Execution lastApplied) {

		static final Circumstances NOT_READ = new Circumstances(StoreLock.FREE, null, null);

	}

}
