package io.gemforce.migrations.mongo.engine;

import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.Severity;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.discovery.ClassChecksum;
import io.gemforce.migrations.mongo.discovery.ResolvedMigration;
import io.gemforce.migrations.mongo.history.History;
import io.gemforce.migrations.mongo.history.HistoryRow;
import io.gemforce.migrations.mongo.history.UnreadableRow;
import io.gemforce.migrations.mongo.lock.LockLostException;
import io.gemforce.migrations.store.Hold;
import io.gemforce.migrations.store.Requirement;

/**
 * Texts of what can be wrong with a build and its history.
 */
final class MongoProblems {

	private static final int MAX_LISTED = 5;

	private MongoProblems() {
	}

	static void requireReadable(History history) {
		List<Problem> problems = unreadable(history);
		if (!problems.isEmpty()) {
			throw new MigrationException(problems, "unchanged", null);
		}
	}

	static List<Problem> unreadable(History history) {
		List<UnreadableRow> rows = history.unreadable();
		if (rows.isEmpty()) {
			return List.of();
		}
		String listed = rows.stream()
			.limit(MAX_LISTED)
			.map((row) -> "row %s: %s".formatted(row.id(), row.reason()))
			.collect(Collectors.joining("; "));
		return List.of(Problem.error(ProblemCode.UNREADABLE_HISTORY, StoreName.MONGO,
				"%d row(s) of the history of store 'mongo' are not understood by this build, so it is not known what is applied; nothing is run (%s)"
					.formatted(rows.size(), listed),
				"If a newer version of Gemforce Migrations wrote them, run a build that has that version. If somebody "
						+ "wrote them by hand, correct them as the documentation describes a row, or take them out"));
	}

	static Problem edited(ResolvedMigration migration, String before, String now) {
		String message = "Migration %s (%s) was edited after it was applied: checksum '%s' then, '%s' now"
			.formatted(migration, migration.script(), before, now);
		if (ClassChecksum.isDerived(before)) {
			return Problem.warning(ProblemCode.CHECKSUM_MISMATCH, StoreName.MONGO, message,
					"If it still does the same, nothing is to be done; otherwise restore it and add a new migration");
		}
		return Problem.error(ProblemCode.CHECKSUM_MISMATCH, StoreName.MONGO, message,
				("Restore migration %s and its checksum '%s', and make the change in a new migration. If it does the "
						+ "same, gemforce.migrations.run=repair accepts the new checksum")
					.formatted(migration.version(), before));
	}

	static Problem foreign(ResolvedMigration migration, HistoryRow applied) {
		return Problem.error(ProblemCode.FOREIGN_HISTORY, StoreName.MONGO,
				("Version %s was applied by application '%s' as '%s', and is '%s' in this build: the history is "
						+ "another service's")
					.formatted(migration.version(), applied.writer().application(), applied.descriptor().description(),
							migration.description()),
				"Give each service that shares a database names of its own: gemforce.migrations.mongo.history-collection "
						+ "and gemforce.migrations.mongo.lock-collection, or gemforce.migrations.mongo.database");
	}

	static Problem missing(VersionHistory past) {
		MigrationDescriptor row = past.newest().descriptor();
		return Problem.error(ProblemCode.MISSING_MIGRATION, StoreName.MONGO,
				"Migration %s (%s) was applied as %s but is not in this build".formatted(past.version(),
						row.description(), row.script()),
				("Restore migration %s; a condition or a profile may have left its bean out. If it was removed on "
						+ "purpose, set gemforce.migrations.mongo.ignore-missing=true")
					.formatted(past.version()));
	}

	static Problem outOfOrder(ResolvedMigration migration, Version highestApplied, boolean ahead) {
		String message = "Migration %s (%s) is pending but version %s is already applied".formatted(migration,
				migration.script(), highestApplied);
		return Problem.error(ProblemCode.OUT_OF_ORDER, StoreName.MONGO,
				ahead ? message + " by a newer build than this one" : message,
				ahead ? "Deploy a build that has version %s, too".formatted(highestApplied)
						: ("Give migration %s a version above %s, or set gemforce.migrations.mongo.out-of-order=true if "
								+ "it does not depend on the order")
							.formatted(migration.version(), highestApplied));
	}

	static Problem interrupted(ResolvedMigration migration, HistoryRow unfinished) {
		String what = (unfinished.state() == MigrationState.FAILED) ? "failed outside of a transaction"
				: "never finished";
		return Problem.error(ProblemCode.INTERRUPTED, StoreName.MONGO,
				"The last attempt of migration %s (%s) %s, so it may be applied in part".formatted(migration,
						migration.script(), what),
				("Look at the data. If migration %1$s does the same however much of it is done, declare "
						+ "%2$s and start again. If you have completed or taken it back yourself, run "
						+ "gemforce.migrations.run=mark-applied or mark-rolled-back with store=mongo, version=%1$s and "
						+ "a reason")
					.formatted(migration.version(), migration.retryDeclaration()));
	}

	static Problem noTransactions(ResolvedMigration migration, String address) {
		return Problem.error(ProblemCode.NO_REPLICA_SET, StoreName.MONGO,
				"Migration %s requires a transaction, but the deployment at %s has none".formatted(migration, address),
				"Use a replica set, one member is enough; or declare another TransactionMode and make the migration "
						+ "repeatable");
	}

	static Problem undoUnfinished(ResolvedMigration migration, HistoryRow unfinished) {
		if (unfinished.state() == MigrationState.FAILED && unfinished.transactional()) {
			return Problem.warning(ProblemCode.INTERRUPTED, StoreName.MONGO,
					"The last undo of migration %s (%s) failed and was rolled back, so it is still applied"
						.formatted(migration, migration.script()),
					"Fix what was in the way and roll back again, or leave it applied");
		}
		return Problem.error(ProblemCode.INTERRUPTED, StoreName.MONGO,
				"The last undo of migration %s (%s) %s, so it may be undone in part".formatted(migration,
						migration.script(),
						(unfinished.state() == MigrationState.FAILED) ? "failed outside of a transaction"
								: "never finished"),
				("Roll back again, which finishes it. If you have completed the undo or taken it back yourself, run "
						+ "gemforce.migrations.run=mark-rolled-back or mark-applied with store=mongo, version=%s and a "
						+ "reason")
					.formatted(migration.version()));
	}

	static Problem held(Hold hold) {
		return Problem.warning(ProblemCode.HELD, StoreName.MONGO,
				"Store 'mongo' is %s; nothing is run".formatted(hold.describe()),
				"Deploy a build that has a migration newer than all that was rolled back, or let this one run with "
						+ "gemforce.migrations.run=release-hold and store=mongo");
	}

	static Problem ahead(Version highestApplied, @Nullable Version newest, @Nullable VersionHistory past,
			boolean fail) {
		String application = (past != null) ? past.newest().writer().application() : null;
		return new Problem(fail ? Severity.ERROR : Severity.WARNING, ProblemCode.SCHEMA_AHEAD, StoreName.MONGO,
				"Store 'mongo' is at version %s, this build knows %s%s; nothing is run".formatted(highestApplied,
						newest, (application != null) ? " (applied by %s)".formatted(application) : ""),
				fail ? "Deploy a build that has version %s, or set gemforce.migrations.on-schema-ahead=warn"
					.formatted(highestApplied)
						: "Nothing is to be done while an older build runs beside a newer one, or after a rollback of the "
								+ "service");
	}

	static Problem noMigrations(List<String> locations) {
		return Problem.warning(ProblemCode.NO_MIGRATIONS_FOUND, StoreName.MONGO,
				"Store 'mongo' has no migrations: found 0 beans that are annotated with @Migration, and no file in %s"
					.formatted(locations),
				"Make the migrations beans, by component scanning or @Bean methods, or put files into a location of "
						+ "gemforce.migrations.mongo.locations, or set gemforce.migrations.mongo.enabled=false");
	}

	static Problem blocked(ResolvedMigration migration, Requirement requirement, String why) {
		return Problem.error(ProblemCode.DEPENDENCY_BLOCKED, StoreName.MONGO,
				"Migration %s requires %s, which %s".formatted(migration, requirement, why),
				"Have %s applied before, or take the requirement away".formatted(requirement));
	}

	static Problem unknownRequirement(ResolvedMigration migration, Requirement requirement) {
		return Problem.error(ProblemCode.UNKNOWN_REQUIRES, StoreName.MONGO,
				"Migration %s requires %s, which neither this build nor the history knows".formatted(migration,
						requirement),
				"Correct the requirement of migration %s".formatted(migration.version()));
	}

	static Problem lockLost(LockLostException ex) {
		return Problem.error(ProblemCode.LOCK_LOST, StoreName.MONGO,
				"The lock of store 'mongo' was lost: %s".formatted(ex.getMessage()),
				"Start again. If this happens often, look for long pauses of the process, or raise "
						+ "gemforce.migrations.lock.lease");
	}

}
