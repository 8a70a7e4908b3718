package io.gemforce.migrations.mongo.engine;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationEntry;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Phase;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
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

	/**
	 * Create a validator.
	 * @param application the name of this service
	 */
	MigrationValidator(String application) {
		this.application = application;
	}

	Validation validate(Discovery discovery, History history) {
		Map<Version, BeanMigration> build = discovery.byVersion();
		Map<Version, VersionHistory> recorded = byVersion(history.rows());
		Optional<Version> newest = build.keySet().stream().max(Comparator.naturalOrder());
		Optional<Version> highestApplied = recorded.values()
			.stream()
			.filter(VersionHistory::isApplied)
			.map(VersionHistory::version)
			.max(Comparator.naturalOrder());
		List<Problem> problems = new ArrayList<>(discovery.problems());
		List<MigrationEntry> entries = new ArrayList<>();
		TreeSet<Version> versions = new TreeSet<>(build.keySet());
		versions.addAll(recorded.keySet());
		for (Version version : versions) {
			BeanMigration migration = build.get(version);
			VersionHistory past = recorded.getOrDefault(version, new VersionHistory(version, List.of()));
			if (migration != null) {
				entries.add(entry(migration, past));
				check(migration, past, highestApplied, newest, problems);
			}
			else {
				boolean future = newest.isEmpty() || version.compareTo(newest.get()) > 0;
				entries.add(entry(past, future));
				if (past.isApplied() && !future) {
					problems.add(missing(past));
				}
			}
		}
		if (highestApplied.isPresent() && newest.isPresent() && highestApplied.get().compareTo(newest.get()) > 0) {
			problems.add(ahead(highestApplied.get(), newest.get(), recorded.get(highestApplied.get())));
		}
		if (build.isEmpty() && discovery.problems().isEmpty()) {
			problems.add(noMigrations());
		}
		return new Validation(entries, problems);
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

	private static MigrationEntry entry(BeanMigration migration, VersionHistory past) {
		HistoryRow applied = past.applied();
		return new MigrationEntry(migration.version().toString(), migration.version().toString(),
				migration.description(), MigrationType.BEAN, Phase.EXPAND, past.state(), null, true, past.newestRank(),
				past.ranks(), migration.script(), null, (applied != null) ? applied.checksum() : null,
				migration.checksum());
	}

	private static MigrationEntry entry(VersionHistory past, boolean future) {
		HistoryRow row = past.newest();
		MigrationState state = past.state();
		if (past.isApplied()) {
			state = future ? MigrationState.FUTURE : MigrationState.MISSING;
		}
		return new MigrationEntry(past.version().toString(), past.version().toString(), row.description(), row.type(),
				Phase.EXPAND, state, null, false, past.newestRank(), past.ranks(), row.script(), null, row.checksum(),
				null);
	}

	private void check(BeanMigration migration, VersionHistory past, Optional<Version> highestApplied,
			Optional<Version> newest, List<Problem> problems) {
		HistoryRow applied = past.applied();
		if (applied != null) {
			checkApplied(migration, applied, problems);
			return;
		}
		if (highestApplied.isPresent() && highestApplied.get().compareTo(migration.version()) > 0) {
			problems.add(outOfOrder(migration, highestApplied.get(),
					newest.isPresent() && highestApplied.get().compareTo(newest.get()) > 0));
		}
		HistoryRow unfinished = past.unfinished();
		if (unfinished != null && policy(migration, unfinished) == OnInterrupted.STOP) {
			problems.add(interrupted(migration, unfinished));
		}
	}

	private static OnInterrupted policy(BeanMigration migration, HistoryRow unfinished) {
		OnInterrupted byDefault = unfinished.transactional() ? OnInterrupted.RETRY : OnInterrupted.STOP;
		return Objects.requireNonNullElse(migration.onInterrupted(), byDefault);
	}

	private void checkApplied(BeanMigration migration, HistoryRow applied, List<Problem> problems) {
		if (isForeign(migration, applied)) {
			problems.add(foreign(migration, applied));
			return;
		}
		String before = applied.checksum();
		String now = migration.checksum();
		if (before == null || now == null || before.equals(now)) {
			return;
		}
		String message = "Migration %s (%s) was edited after it was applied: checksum '%s' then, '%s' now"
			.formatted(migration, migration.script(), before, now);
		if (ClassChecksum.isDerived(before)) {
			problems.add(Problem.warning(ProblemCode.CHECKSUM_MISMATCH, StoreName.MONGO, message,
					"If it still does the same, nothing is to be done; otherwise restore it and add a new migration"));
		}
		else {
			problems.add(Problem.error(ProblemCode.CHECKSUM_MISMATCH, StoreName.MONGO, message,
					"Restore migration %s and its checksum '%s', and make the change in a new migration"
						.formatted(migration.version(), before)));
		}
	}

	// Application and description differ, and the class does, too: what was applied under
	// this version is not ours. An application that was renamed keeps its migrations, so
	// this does not take them for another one's
	private boolean isForeign(BeanMigration migration, HistoryRow applied) {
		return applied.application() != null && !applied.application().equals(this.application)
				&& !applied.description().equals(migration.description())
				&& (applied.type() == MigrationType.BEAN || applied.type() == MigrationType.FILE)
				&& !migration.script().equals(applied.script());
	}

	private static Problem foreign(BeanMigration migration, HistoryRow applied) {
		return Problem.error(ProblemCode.FOREIGN_HISTORY, StoreName.MONGO,
				("Version %s was applied by application '%s' as '%s', and is '%s' in this build: the history is "
						+ "another service's")
					.formatted(migration.version(), applied.application(), applied.description(),
							migration.description()),
				"Give each service that shares a database names of its own: gemforce.migrations.mongo.history-collection "
						+ "and gemforce.migrations.mongo.lock-collection, or gemforce.migrations.mongo.database");
	}

	private static Problem missing(VersionHistory past) {
		HistoryRow row = past.newest();
		return Problem.error(ProblemCode.MISSING_MIGRATION, StoreName.MONGO,
				"Migration %s (%s) was applied as %s but is not in this build".formatted(past.version(),
						row.description(), row.script()),
				"Restore migration %s; a condition or a profile may have left its bean out".formatted(past.version()));
	}

	private static Problem outOfOrder(BeanMigration migration, Version highestApplied, boolean ahead) {
		String message = "Migration %s (%s) is pending but version %s is already applied".formatted(migration,
				migration.script(), highestApplied);
		return Problem.error(ProblemCode.OUT_OF_ORDER, StoreName.MONGO,
				ahead ? message + " by a newer build than this one" : message,
				ahead ? "Deploy a build that has version %s, too".formatted(highestApplied)
						: "Give migration %s a version above %s".formatted(migration.version(), highestApplied));
	}

	private static Problem interrupted(BeanMigration migration, HistoryRow unfinished) {
		String what = (unfinished.state() == MigrationState.FAILED) ? "failed outside of a transaction"
				: "never finished";
		return Problem.error(ProblemCode.INTERRUPTED, StoreName.MONGO,
				"The last attempt of migration %s (%s) %s, so it may be applied in part".formatted(migration,
						migration.script(), what),
				("Look at the data. If migration %s does the same however much of it is done, declare "
						+ "@Migration(onInterrupted = OnInterrupted.RETRY) and start again")
					.formatted(migration.version()));
	}

	private static Problem ahead(Version highestApplied, Version newest, @Nullable VersionHistory past) {
		String application = (past != null) ? past.newest().application() : null;
		return Problem.warning(ProblemCode.SCHEMA_AHEAD, StoreName.MONGO,
				"Store 'mongo' is at version %s, this build knows %s%s; nothing is run".formatted(highestApplied,
						newest, (application != null) ? " (applied by %s)".formatted(application) : ""),
				"Nothing is to be done while an older build runs beside a newer one, or after a rollback of the service");
	}

	private static Problem noMigrations() {
		return Problem.warning(ProblemCode.NO_MIGRATIONS_FOUND, StoreName.MONGO,
				"Store 'mongo' has no migrations: found 0 beans that are annotated with @Migration",
				"Make the migrations beans, by component scanning or @Bean methods, or set "
						+ "gemforce.migrations.mongo.enabled=false");
	}

}
