package io.gemforce.migrations.run;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Execution;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.store.Hold;
import io.gemforce.migrations.store.MigrationCounts;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.MigrationStore;
import io.gemforce.migrations.store.StoreLock;
import io.gemforce.migrations.store.StoreStatus;
import io.gemforce.migrations.store.Validation;

/**
 * A store at one moment.
 *
 * @param engine what runs its migrations, {@code null} if the store is switched off
 */
public record StoreSnapshot(StoreName store, @Nullable String engine, StoreStatus status, List<MigrationEntry> entries,
		List<Problem> problems, StoreLock lock, @Nullable Hold hold, @Nullable Execution lastApplied, Instant takenAt,
		@Nullable String currentVersion, @Nullable String latestVersion, MigrationCounts counts) {

	// What is told of all migrations is found out once, not at each call
	private StoreSnapshot(StoreName store, @Nullable String engine, StoreStatus status, List<MigrationEntry> entries,
			List<Problem> problems, StoreLock lock, @Nullable Hold hold, @Nullable Execution lastApplied,
			Instant takenAt) {
		this(store, engine, status, entries, problems, lock, hold, lastApplied, takenAt,
				newestVersion(entries, (entry) -> entry.state().isApplied()),
				newestVersion(entries, MigrationEntry::inBuild), MigrationCounts.of(entries));
	}

	static StoreSnapshot of(MigrationStore store, Validation validation, StoreLock lock, @Nullable Hold hold,
			@Nullable Execution lastApplied, Instant takenAt) {
		boolean atWork = lock.held() && (lock.mine() || lock.alive());
		List<MigrationEntry> entries = atWork ? validation.entries()
				: validation.entries().stream().map(StoreSnapshot::withoutRunner).toList();
		Validation seen = new Validation(entries, validation.problems());
		List<Problem> explained = StatusProblems.explain(store.name(), seen);
		List<Problem> problems = (lock.held() && !atWork)
				? Stream.concat(Stream.of(stale(store, lock)), explained.stream()).toList() : explained;
		return new StoreSnapshot(store.name(), store.engine(), status(seen, lock), entries, problems, lock, hold,
				lastApplied, takenAt);
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
		return new StoreSnapshot(store.name(), store.engine(), status(validation, StoreLock.FREE), validation.entries(),
				StatusProblems.explain(store.name(), validation), StoreLock.FREE, null, null, takenAt);
	}

	static StoreSnapshot disabled(StoreName store, Instant takenAt) {
		return new StoreSnapshot(store, null, StoreStatus.DISABLED, List.of(), List.of(), StoreLock.FREE, null, null,
				takenAt);
	}

	static StoreSnapshot unreadable(MigrationStore store, MigrationException failure, Instant takenAt) {
		StoreStatus status = switch (failure.getCode()) {
			case STORE_UNREACHABLE, AUTH_FAILED, PERMISSION_DENIED -> StoreStatus.UNREACHABLE;
			default -> StoreStatus.INVALID;
		};
		return new StoreSnapshot(store.name(), store.engine(), status, List.of(), failure.getProblems(), StoreLock.FREE,
				null, null, takenAt);
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

	private static @Nullable String newestVersion(List<MigrationEntry> entries, Predicate<MigrationEntry> matching) {
		return entries.stream()
			.filter(matching)
			.map(MigrationEntry::version)
			.filter(Objects::nonNull)
			.max(Comparator.comparing((version) -> Version.parse(version).orElse(null),
					Comparator.nullsFirst(Comparator.naturalOrder())))
			.orElse(null);
	}

	public Optional<MigrationEntry> find(String id) {
		return this.entries.stream().filter((entry) -> entry.id().equals(id)).findFirst();
	}

}
