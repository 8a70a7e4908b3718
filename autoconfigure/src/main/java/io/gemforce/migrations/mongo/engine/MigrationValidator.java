package io.gemforce.migrations.mongo.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationEntry;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Phase;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.Requirement;
import io.gemforce.migrations.Requirements;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Undo;
import io.gemforce.migrations.Validation;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.history.History;
import io.gemforce.migrations.mongo.history.HistoryRow;

/**
 * Compares the migrations of this build with the history.
 */
final class MigrationValidator {

	private final String application;

	private final MongoSettings.Policy policy;

	private final Requirements requirements;

	/**
	 * Create a validator.
	 * @param application the name of this service
	 * @param policy what is accepted, and how far to go
	 * @param requirements tells what the other store has applied
	 */
	MigrationValidator(String application, MongoSettings.Policy policy, Requirements requirements) {
		this.application = application;
		this.policy = policy;
		this.requirements = requirements;
	}

	Validation validate(Discovery discovery, History history) {
		return new Comparison(discovery, history).validate();
	}

	/**
	 * Whether the history is to begin with the baseline that the user has set.
	 * @param history the history
	 * @return whether the baseline has yet to be recorded
	 */
	boolean isBaselineMissing(History history) {
		return this.policy.baseline() != null && history.rows().stream().noneMatch((row) -> row.version() != null);
	}

	/**
	 * Return the baseline that the user has set.
	 * @return the version, {@code null} if there is none
	 */
	@Nullable Version baseline() {
		return this.policy.baseline();
	}

	/**
	 * One comparison of a build with a history.
	 */
	private final class Comparison {

		private final Map<Version, BeanMigration> build;

		private final Map<Version, VersionHistory> recorded;

		private final @Nullable Version newest;

		private final @Nullable Version highestApplied;

		private final @Nullable Version baseline;

		private final List<Problem> problems;

		private final List<MigrationEntry> entries = new ArrayList<>();

		private Comparison(Discovery discovery, History history) {
			this.build = discovery.byVersion();
			this.recorded = byVersion(history.rows());
			this.newest = this.build.keySet().stream().max(Comparator.naturalOrder()).orElse(null);
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
			this.problems = new ArrayList<>(discovery.problems());
		}

		private static Map<Version, VersionHistory> byVersion(Collection<HistoryRow> rows) {
			Map<Version, List<HistoryRow>> grouped = new TreeMap<>();
			for (HistoryRow row : rows) {
				if (row.version() != null) {
					grouped.computeIfAbsent(row.version(), (version) -> new ArrayList<>()).add(row);
				}
			}
			Map<Version, VersionHistory> histories = new TreeMap<>();
			grouped.forEach((version, ofVersion) -> histories.put(version, new VersionHistory(version, ofVersion)));
			return histories;
		}

		private Validation validate() {
			boolean discoveredNothing = this.build.isEmpty() && this.problems.isEmpty();
			TreeSet<Version> versions = new TreeSet<>(this.build.keySet());
			versions.addAll(this.recorded.keySet());
			for (Version version : versions) {
				BeanMigration migration = this.build.get(version);
				VersionHistory past = this.recorded.getOrDefault(version, new VersionHistory(version, List.of()));
				if (migration != null) {
					compare(migration, past);
				}
				else {
					compare(past);
				}
			}
			if (isAhead()) {
				this.problems.add(MongoProblems.ahead(Objects.requireNonNull(this.highestApplied), this.newest,
						this.recorded.get(this.highestApplied), MigrationValidator.this.policy.failWhenAhead()));
			}
			if (discoveredNothing) {
				this.problems.add(MongoProblems.noMigrations());
			}
			return new Validation(this.entries, this.problems);
		}

		private boolean isAhead() {
			return this.newest != null && isBelow(this.newest, this.highestApplied);
		}

		private static boolean isBelow(Version version, @Nullable Version limit) {
			return limit != null && version.compareTo(limit) < 0;
		}

		private void compare(BeanMigration migration, VersionHistory past) {
			MigrationState state = state(migration, past);
			HistoryRow applied = past.applied();
			this.entries.add(new MigrationEntry(migration.version().toString(), migration.version().toString(),
					migration.description(), MigrationType.BEAN, Phase.EXPAND, state, null, true, past.newestRank(),
					past.ranks(), migration.script(), null, (applied != null) ? applied.checksum() : null,
					migration.checksum(), null, Undo.none("not looked for"), List.of(), List.of()));
			if (applied != null) {
				compareApplied(migration, applied);
			}
			else if (state.isPending()) {
				checkPending(migration, past);
			}
		}

		private MigrationState state(BeanMigration migration, VersionHistory past) {
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
			HistoryRow row = past.newest();
			MigrationState state = past.state();
			if (past.isApplied() && state != MigrationState.BASELINE) {
				boolean future = this.newest == null || isBelow(this.newest, past.version());
				state = future ? MigrationState.FUTURE : MigrationState.MISSING;
				if (!future && !MigrationValidator.this.policy.ignoreMissing()) {
					this.problems.add(MongoProblems.missing(past));
				}
			}
			this.entries.add(new MigrationEntry(past.version().toString(), past.version().toString(), row.description(),
					row.type(), Phase.EXPAND, state, null, false, past.newestRank(), past.ranks(), row.script(), null,
					row.checksum(), null, null, Undo.none("not looked for"), List.of(), List.of()));
		}

		private void checkPending(BeanMigration migration, VersionHistory past) {
			if (isBelow(migration.version(), this.highestApplied) && !MigrationValidator.this.policy.outOfOrder()) {
				this.problems
					.add(MongoProblems.outOfOrder(migration, Objects.requireNonNull(this.highestApplied), isAhead()));
			}
			HistoryRow unfinished = past.unfinished();
			if (unfinished != null && onInterrupted(migration, unfinished) == OnInterrupted.STOP) {
				this.problems.add(MongoProblems.interrupted(migration, unfinished));
			}
			migration.requires().forEach((requirement) -> check(migration, requirement));
		}

		private void check(BeanMigration migration, Requirement requirement) {
			switch (status(migration, requirement)) {
				case MET -> {
				}
				case UNMET -> this.problems.add(MongoProblems.blocked(migration, requirement, "is not applied"));
				case NO_STORE -> this.problems.add(MongoProblems.blocked(migration, requirement,
						"cannot be looked for: this service does not have that store, or has switched it off"));
				case UNKNOWN -> this.problems.add(MongoProblems.unknownRequirement(migration, requirement));
			}
		}

		// What is pending and lower runs before
		private Requirements.Status status(BeanMigration migration, Requirement requirement) {
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

		private static OnInterrupted onInterrupted(BeanMigration migration, HistoryRow unfinished) {
			OnInterrupted byDefault = unfinished.transactional() ? OnInterrupted.RETRY : OnInterrupted.STOP;
			return Objects.requireNonNullElse(migration.onInterrupted(), byDefault);
		}

		private void compareApplied(BeanMigration migration, HistoryRow applied) {
			if (isForeign(migration, applied)) {
				this.problems.add(MongoProblems.foreign(migration, applied));
				return;
			}
			String before = applied.checksum();
			String now = migration.checksum();
			if (before != null && now != null && !before.equals(now)) {
				this.problems.add(MongoProblems.edited(migration, before, now));
			}
		}

		// Application and description differ, and the class does, too: what was applied
		// under this version is not ours. An application that was renamed keeps its
		// migrations, so this does not take them for another one's
		private boolean isForeign(BeanMigration migration, HistoryRow applied) {
			return applied.application() != null && !applied.application().equals(MigrationValidator.this.application)
					&& !applied.description().equals(migration.description())
					&& (applied.type() == MigrationType.BEAN || applied.type() == MigrationType.FILE)
					&& !migration.script().equals(applied.script());
		}

	}

}
