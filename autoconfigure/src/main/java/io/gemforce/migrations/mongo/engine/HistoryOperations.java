package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.discovery.ResolvedMigration;
import io.gemforce.migrations.mongo.history.History;
import io.gemforce.migrations.mongo.history.HistoryRow;
import io.gemforce.migrations.mongo.history.Mark;
import io.gemforce.migrations.store.Hold;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.Validation;

/**
 * Operator commands on the history and the lock. Each runs under the lock and adds a row
 * that says who did it and why.
 */
final class HistoryOperations {

	private static final String UNCHANGED = "unchanged";

	private final MigrationLocker locker;

	private final MigrationValidator validator;

	private final Duration lease;

	HistoryOperations(MigrationLocker locker, MigrationValidator validator, Duration lease) {
		this.locker = locker;
		this.validator = validator;
		this.lease = lease;
	}

	List<String> perform(Operation operation, MigrationRun run) {
		return switch (operation.kind()) {
			case REPAIR -> repair(operation, run);
			case MARK_APPLIED -> markApplied(operation, run);
			case MARK_ROLLED_BACK -> markRolledBack(operation, run);
			case RELEASE_LOCK -> releaseLock(operation, run);
			case RELEASE_HOLD -> releaseHold(operation, run);
		};
	}

	private LockedHistory lock(MigrationRun run) {
		return this.locker.acquire(run, (history) -> true).orElseThrow();
	}

	private List<String> repair(Operation operation, MigrationRun run) {
		List<String> done = new ArrayList<>();
		try (LockedHistory locked = lock(run)) {
			long open = locked.history().read().rows().stream().filter(HistoryRow::isOpen).count();
			History history = readable(locked);
			if (open > 0) {
				done.add("closed %d open row(s) as interrupted".formatted(open));
			}
			long rank = history.nextRank();
			for (MigrationEntry entry : this.validator.validate(history, Optional::empty).entries()) {
				String now = entry.descriptor().checksum();
				String before = entry.recorded().checksum();
				if (entry.inBuild() && entry.state() == MigrationState.APPLIED && now != null && !now.equals(before)) {
					Mark mark = applied(entry.descriptor(), operation);
					while (!locked.record(rank, mark)) {
						rank = locked.read().nextRank();
					}
					rank++;
					done.add("accepted checksum '%s' of migration %s, which was '%s'".formatted(now, entry, before));
				}
			}
		}
		return done.isEmpty() ? List.of("nothing to repair") : done;
	}

	private static Mark applied(MigrationDescriptor descriptor, Operation operation) {
		return new Mark(descriptor.as(MigrationType.MARK), MigrationState.APPLIED, operation.reason());
	}

	private List<String> markApplied(Operation operation, MigrationRun run) {
		Version version = Objects.requireNonNull(operation.version());
		ResolvedMigration migration = this.validator.discovery().find(version);
		if (migration == null) {
			throw this.validator.discovery()
				.whyLeftOut(version)
				.map((reason) -> refused("Version %s of store 'mongo' is left out here: %s".formatted(version, reason),
						"Mark it where its condition is met"))
				.orElseGet(() -> refused("Version %s of store 'mongo' is not in this build".formatted(version),
						"Name a version that this build has"));
		}
		try (LockedHistory locked = lock(run)) {
			MigrationEntry entry = find(locked, version);
			if (entry != null && !entry.isPending()) {
				throw refused("Migration %s of store 'mongo' is already %s".formatted(migration, entry.state()),
						"Nothing is to be done");
			}
			locked.record(applied(migration.descriptor(), operation));
		}
		return List.of("recorded migration %s as applied, without running it".formatted(migration));
	}

	private List<String> markRolledBack(Operation operation, MigrationRun run) {
		Version version = Objects.requireNonNull(operation.version());
		try (LockedHistory locked = lock(run)) {
			MigrationEntry entry = find(locked, version);
			if (entry == null || entry.recorded().attempts().isEmpty() || entry.state() == MigrationState.ROLLED_BACK) {
				throw refused("Version %s of store 'mongo' is not applied".formatted(version), "Nothing is to be done");
			}
			requireNewest(locked, entry, version);
			MigrationDescriptor applied = entry.descriptor().withChecksum(entry.recorded().checksum());
			locked.record(new Mark(applied.as(MigrationType.MARK), MigrationState.ROLLED_BACK, operation.reason()));
			return List.of("recorded migration %s as rolled back, without undoing it".formatted(entry));
		}
	}

	private void requireNewest(LockedHistory locked, MigrationEntry entry, Version version) {
		boolean newerApplied = entry.state().isApplied() && entries(locked).stream()
			.filter((other) -> other.state().isApplied())
			.anyMatch((other) -> Objects.requireNonNull(other.version()).compareTo(version) > 0);
		if (newerApplied) {
			throw refused("Version %s of store 'mongo' is not the newest one that is applied".formatted(version),
					"Mark the newer ones as rolled back before");
		}
	}

	private @Nullable MigrationEntry find(LockedHistory locked, Version version) {
		return entries(locked).stream().filter((entry) -> version.equals(entry.version())).findFirst().orElse(null);
	}

	private List<MigrationEntry> entries(LockedHistory locked) {
		Validation validation = this.validator.validate(readable(locked), locked.holds()::find);
		return validation.entries();
	}

	private static History readable(LockedHistory locked) {
		History history = locked.read();
		MongoProblems.requireReadable(history);
		return history;
	}

	private List<String> releaseHold(Operation operation, MigrationRun run) {
		try (LockedHistory locked = lock(run)) {
			locked.read();
			Optional<Hold> hold = locked.holds().find();
			if (hold.isEmpty()) {
				return List.of("there is no hold");
			}
			locked.remove(hold.get());
			locked.record(Mark.holdReleased(operation.reason()));
			return List.of("released the hold; the store was %s".formatted(hold.get().describe()));
		}
	}

	private List<String> releaseLock(Operation operation, MigrationRun run) {
		if (operation.force()) {
			try (LockedHistory locked = this.locker.seize(run, operation.holder(), operation.reason())
				.orElseThrow(() -> heldByAnother(operation))) {
				locked.read();
				return List.of("released the lock%s".formatted(locked.lease().isTakenOver()
						? ", which was held, and closed what was left open" : ", which was free"));
			}
		}
		try (LockedHistory locked = this.locker.acquire(run, this.lease.plusSeconds(1), (history) -> true)
			.orElseThrow()) {
			locked.read();
			return List.of(locked.lease().isTakenOver()
					? "released the lock, whose holder was gone, and closed what was left open" : "the lock is free");
		}
		catch (MigrationException ex) {
			if (ex.getCode() != ProblemCode.LOCK_TIMEOUT) {
				throw ex;
			}
			throw new MigrationException(Problem.error(ProblemCode.LOCK_ALIVE, StoreName.MONGO,
					"The holder of the lock of store 'mongo' is alive: " + ex.getProblems().get(0).message(),
					"Wait until it is done. If it hangs, end it; force=true takes the lock although it is alive"),
					UNCHANGED, ex);
		}
	}

	private static MigrationException heldByAnother(Operation operation) {
		return new MigrationException(Problem.error(ProblemCode.LOCK_ALIVE, StoreName.MONGO,
				"The lock of store 'mongo' is no longer held by %s but by another one".formatted(operation.holder()),
				"Look again who holds it"), UNCHANGED, null);
	}

	private static MigrationException refused(String message, String action) {
		return new MigrationException(Problem.error(ProblemCode.INVALID_ARGUMENT, StoreName.MONGO, message, action),
				UNCHANGED, null);
	}

}
