package io.gemforce.migrations.mongo.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Phase;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.mongo.discovery.DiscoveredMigrations;
import io.gemforce.migrations.mongo.discovery.LeftOutMigration;
import io.gemforce.migrations.mongo.discovery.ResolvedMigration;
import io.gemforce.migrations.mongo.history.History;
import io.gemforce.migrations.mongo.history.HistoryRow;
import io.gemforce.migrations.store.Dependencies;
import io.gemforce.migrations.store.EntryStatus;
import io.gemforce.migrations.store.Hold;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.Requirement;
import io.gemforce.migrations.store.Requirements;
import io.gemforce.migrations.store.Undo;
import io.gemforce.migrations.store.Validation;

/**
 * Compares the migrations of this build with the history.
 */
final class MigrationValidator {

	private final DiscoveredMigrations discovery;

	private final String application;

	private final MongoSettings.Policy policy;

	private final List<String> locations;

	private final Requirements requirements;

	private final Supplier<MongoAccess> access;

	private final OwnCollections own;

	MigrationValidator(DiscoveredMigrations discovery, String application, MongoSettings settings,
			Requirements requirements, Supplier<MongoAccess> access) {
		this.discovery = discovery;
		this.access = access;
		this.own = new OwnCollections(access);
		this.application = application;
		this.policy = settings.policy();
		this.locations = settings.files().locations();
		this.requirements = requirements;
	}

	DiscoveredMigrations discovery() {
		return this.discovery;
	}

	// The hold is asked for only if something is pending and something was rolled back
	Validation validate(History history, Supplier<Optional<Hold>> hold) {
		return new Comparison(history, false).validate(hold);
	}

	// For a run: what is required of the other store must be applied by now
	Validation validateRun(History history, Supplier<Optional<Hold>> hold) {
		return new Comparison(history, true).validate(hold);
	}

	boolean isBaselineMissing(History history) {
		return this.policy.baseline() != null && history.rows().stream().noneMatch((row) -> row.version() != null);
	}

	@Nullable Version baseline() {
		return this.policy.baseline();
	}

	private final class Comparison {

		private final Map<Version, ResolvedMigration> build;

		private final Map<Version, VersionHistory> recorded;

		private final Map<Version, LeftOutMigration> leftOut = new HashMap<>();

		private final @Nullable Version newest;

		// Of all that this build has, what is left out here included
		private final @Nullable Version newestKnown;

		private final @Nullable Version highestApplied;

		private final @Nullable Version baseline;

		private final boolean running;

		private final List<Problem> problems;

		private final List<MigrationEntry> entries = new ArrayList<>();

		private Comparison(History history, boolean running) {
			this.running = running;
			this.build = MigrationValidator.this.discovery.byVersion();
			this.recorded = VersionHistory.byVersion(history.rows());
			MigrationValidator.this.discovery.leftOut()
				.stream()
				.filter((left) -> !this.build.containsKey(left.migration().version()))
				.forEach((left) -> this.leftOut.merge(left.migration().version(), left,
						(first, other) -> isAsApplied(other.migration()) ? other : first));
			this.newest = MigrationValidator.this.discovery.newest();
			this.newestKnown = Stream.concat(this.build.keySet().stream(), this.leftOut.keySet().stream())
				.max(Comparator.naturalOrder())
				.orElse(null);
			this.highestApplied = this.recorded.values()
				.stream()
				.filter(VersionHistory::isApplied)
				.map(VersionHistory::version)
				.max(Comparator.naturalOrder())
				.orElse(null);
			this.baseline = isBaselineMissing(history) ? MigrationValidator.this.policy.baseline()
					: this.recorded.values()
						.stream()
						.filter((past) -> past.state() == MigrationState.BASELINE)
						.map(VersionHistory::version)
						.max(Comparator.naturalOrder())
						.orElse(null);
			this.problems = new ArrayList<>(MigrationValidator.this.discovery.problems());
			this.problems.addAll(MongoProblems.unreadable(history));
		}

		private Validation validate(Supplier<Optional<Hold>> hold) {
			boolean discoveredNothing = this.build.isEmpty() && this.leftOut.isEmpty() && this.problems.isEmpty();
			TreeSet<Version> versions = new TreeSet<>(this.build.keySet());
			versions.addAll(this.recorded.keySet());
			versions.addAll(this.leftOut.keySet());
			for (Version version : versions) {
				ResolvedMigration migration = this.build.get(version);
				VersionHistory past = this.recorded.getOrDefault(version, new VersionHistory(version, List.of()));
				LeftOutMigration left = this.leftOut.get(version);
				if (migration != null) {
					compare(migration, past);
				}
				else if (left != null) {
					compare(left, past);
				}
				else {
					compare(past);
				}
			}
			if (isAhead()) {
				this.problems.add(MongoProblems.ahead(Objects.requireNonNull(this.highestApplied), this.newestKnown,
						this.recorded.get(this.highestApplied), MigrationValidator.this.policy.failWhenAhead()));
			}
			if (discoveredNothing) {
				this.problems.add(MongoProblems.noMigrations(MigrationValidator.this.locations));
			}
			Version rolledBack = VersionHistory.newestRolledBack(this.recorded.values());
			if (rolledBack != null && this.entries.stream().anyMatch(MigrationEntry::isPending)) {
				hold.get().filter((found) -> found.binds(this.newest, rolledBack)).ifPresent(this::hold);
			}
			return new Validation(this.entries, this.problems);
		}

		private void hold(Hold hold) {
			this.entries.replaceAll((entry) -> entry.isPending() ? entry.withState(MigrationState.HELD) : entry);
			this.problems.add(MongoProblems.held(hold));
		}

		// Of several files of one version, each for an environment, one was applied
		private boolean isAsApplied(ResolvedMigration migration) {
			VersionHistory past = this.recorded.get(migration.version());
			HistoryRow applied = (past != null) ? past.applied() : null;
			return applied != null && Objects.equals(migration.script(), applied.descriptor().script());
		}

		private boolean isAhead() {
			return this.newestKnown != null && isBelow(this.newestKnown, this.highestApplied);
		}

		private static boolean isBelow(Version version, @Nullable Version limit) {
			return limit != null && version.compareTo(limit) < 0;
		}

		private void compare(ResolvedMigration migration, VersionHistory past) {
			MigrationState state = state(migration, past);
			HistoryRow applied = past.applied();
			if (applied != null) {
				compareApplied(migration, applied);
			}
			List<String> blockedBy = state.isPending() ? checkPending(migration, past) : List.of();
			this.entries
				.add(new MigrationEntry(migration.descriptor(), new EntryStatus(Phase.EXPAND, state, null), true,
						migration.location(), past.recorded((applied != null) ? applied.descriptor().checksum() : null),
						undo(migration, past), new Dependencies(migration.requires(), blockedBy)));
		}

		private static Undo undo(ResolvedMigration migration, VersionHistory past) {
			return (past.state() == MigrationState.BASELINE) ? Undo.none("the history begins with it")
					: migration.action().undo();
		}

		private MigrationState state(ResolvedMigration migration, VersionHistory past) {
			MigrationState state = past.state();
			if (state != MigrationState.PENDING) {
				return state;
			}
			if (this.baseline != null && migration.version().equals(this.baseline)) {
				return MigrationState.BASELINE;
			}
			Version target = MigrationValidator.this.policy.target();
			boolean aboveTarget = target != null && isBelow(target, migration.version());
			return (isBelow(migration.version(), this.baseline) || aboveTarget) ? MigrationState.IGNORED : state;
		}

		private void compare(VersionHistory past) {
			MigrationState state = past.state();
			if (past.isApplied() && state != MigrationState.BASELINE) {
				boolean future = this.newestKnown == null || isBelow(this.newestKnown, past.version());
				state = future ? MigrationState.FUTURE : MigrationState.MISSING;
				if (!future && !MigrationValidator.this.policy.ignoreMissing()) {
					this.problems.add(MongoProblems.missing(past));
				}
			}
			MigrationDescriptor recorded = past.newest().descriptor();
			this.entries.add(new MigrationEntry(recorded, new EntryStatus(Phase.EXPAND, state, null), false, null,
					past.recorded(recorded.checksum()), Undo.none("it is not in this build"), Dependencies.NONE));
		}

		// Counts as absent, but what is applied of it is known
		private void compare(LeftOutMigration left, VersionHistory past) {
			ResolvedMigration migration = left.migration();
			MigrationState state = past.state();
			HistoryRow applied = past.applied();
			MigrationDescriptor descriptor = (applied == null || isAsApplied(migration)) ? migration.descriptor()
					: applied.descriptor();
			this.entries.add(new MigrationEntry(descriptor,
					new EntryStatus(Phase.EXPAND, (state == MigrationState.PENDING) ? MigrationState.IGNORED : state,
							null),
					false, migration.location(),
					past.recorded((applied != null) ? applied.descriptor().checksum() : null),
					Undo.none("it is left out here: " + left.reason()),
					new Dependencies(migration.requires(), List.of("when: " + left.reason()))));
		}

		private List<String> checkPending(ResolvedMigration migration, VersionHistory past) {
			HistoryRow unfinished = past.unfinished();
			if (past.isUndoUnfinished()) {
				this.problems.add(MongoProblems.undoUnfinished(migration, past.newest()));
				return List.of();
			}
			if (isBelow(migration.version(), this.highestApplied)
					&& (isAhead() || !MigrationValidator.this.policy.outOfOrder())) {
				this.problems
					.add(MongoProblems.outOfOrder(migration, Objects.requireNonNull(this.highestApplied), isAhead()));
			}
			this.problems.addAll(MigrationValidator.this.own.problems(migration));
			boolean transactions = MigrationValidator.this.access.get().hasTransactions();
			if (unfinished != null
					&& migration.onInterrupted(unfinished.transactional(), transactions) == OnInterrupted.STOP) {
				this.problems.add(MongoProblems.interrupted(migration, unfinished));
			}
			if (migration.transaction() == TransactionMode.REQUIRED && !transactions) {
				this.problems
					.add(MongoProblems.noTransactions(migration, MigrationValidator.this.access.get().address()));
			}
			return migration.requires()
				.stream()
				.filter((requirement) -> isBlocked(migration, requirement))
				.map(Requirement::toString)
				.toList();
		}

		private boolean isBlocked(ResolvedMigration migration, Requirement requirement) {
			Requirements.Status status = status(migration, requirement);
			switch (status) {
				case MET -> {
				}
				case PENDING -> {
					if (this.running) {
						this.problems.add(MongoProblems.blocked(migration, requirement, "is not applied"));
					}
				}
				case UNMET -> this.problems.add(MongoProblems.blocked(migration, requirement, "is not applied"));
				case NO_STORE -> this.problems.add(MongoProblems.blocked(migration, requirement,
						"cannot be looked for: this service does not have that store, or has switched it off"));
				case UNKNOWN -> this.problems.add(MongoProblems.unknownRequirement(migration, requirement));
			}
			return status != Requirements.Status.MET;
		}

		// What is pending and lower runs before
		private Requirements.Status status(ResolvedMigration migration, Requirement requirement) {
			if (requirement.store() != StoreName.MONGO) {
				return MigrationValidator.this.requirements.check(requirement);
			}
			VersionHistory past = this.recorded.get(requirement.version());
			if (past != null && past.isApplied()) {
				return Requirements.Status.MET;
			}
			if (!this.build.containsKey(requirement.version())) {
				return Requirements.Status.UNKNOWN;
			}
			return (requirement.version().compareTo(migration.version()) < 0) ? Requirements.Status.MET
					: Requirements.Status.UNMET;
		}

		private void compareApplied(ResolvedMigration migration, HistoryRow applied) {
			if (isForeign(migration, applied)) {
				this.problems.add(MongoProblems.foreign(migration, applied));
				return;
			}
			String before = applied.descriptor().checksum();
			String now = migration.descriptor().checksum();
			if (before != null && now != null && !before.equals(now)) {
				this.problems.add(MongoProblems.edited(migration, before, now));
			}
		}

		// Application and description differ, and the class does, too: what was applied
		// under this version is not ours. An application that was renamed keeps its
		// migrations, so this does not take them for another one's
		private boolean isForeign(ResolvedMigration migration, HistoryRow applied) {
			String application = applied.writer().application();
			MigrationDescriptor then = applied.descriptor();
			return application != null && !application.equals(MigrationValidator.this.application)
					&& !then.description().equals(migration.description())
					&& (then.type() == MigrationType.BEAN || then.type() == MigrationType.FILE)
					&& !Objects.equals(migration.script(), then.script());
		}

	}

}
