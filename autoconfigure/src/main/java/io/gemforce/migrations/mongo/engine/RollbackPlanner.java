package io.gemforce.migrations.mongo.engine;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.discovery.DiscoveredMigrations;
import io.gemforce.migrations.mongo.discovery.ResolvedMigration;
import io.gemforce.migrations.mongo.history.History;
import io.gemforce.migrations.mongo.history.HistoryRow;
import io.gemforce.migrations.store.RollbackTarget;
import io.gemforce.migrations.store.UndoProblems;

/**
 * Selects what a rollback undoes: the newest application first, and none is skipped.
 */
final class RollbackPlanner {

	private final DiscoveredMigrations discovery;

	RollbackPlanner(DiscoveredMigrations discovery) {
		this.discovery = discovery;
	}

	// Throws if something that stays was applied after something that is to be undone
	List<VersionHistory> select(RollbackTarget target, History history) {
		MongoProblems.requireReadable(history);
		List<VersionHistory> applied = applied(history);
		List<VersionHistory> selected = applied.stream().filter((past) -> isSelected(past, target)).toList();
		List<VersionHistory> newest = applied.subList(0, selected.size());
		if (!newest.equals(selected)) {
			throw blocked(newest.stream().filter((past) -> !selected.contains(past)).toList());
		}
		return selected;
	}

	private static List<VersionHistory> applied(History history) {
		return VersionHistory.byVersion(history.rows())
			.values()
			.stream()
			.filter(VersionHistory::isApplied)
			.sorted(Comparator.comparing((VersionHistory past) -> application(past).rank()).reversed())
			.toList();
	}

	private static HistoryRow application(VersionHistory past) {
		return Objects.requireNonNull(past.application());
	}

	private static boolean isSelected(VersionHistory past, RollbackTarget target) {
		if (target instanceof RollbackTarget.ToVersion to) {
			return past.version().compareTo(to.version()) > 0;
		}
		Collection<String> runIds = ((RollbackTarget.OfRuns) target).runIds();
		String runId = application(past).writer().runId();
		return runId != null && runIds.contains(runId);
	}

	private static MigrationException blocked(List<VersionHistory> inTheWay) {
		List<Problem> problems = inTheWay.stream()
			.map((past) -> Problem.error(ProblemCode.DEPENDENCY_BLOCKED, StoreName.MONGO,
					"Migration %s (%s) of store 'mongo' was applied after what is to be undone"
						.formatted(past.version(), past.newest().descriptor().description()),
					"Undo it, too: roll back to an older version, or name the run that applied it as well (%s)"
						.formatted(application(past).writer().runId())))
			.toList();
		return new MigrationException(problems, UndoProblems.NOTHING_UNDONE, null);
	}

	Optional<PendingExecution> next(RollbackTarget target, History history) {
		return select(target, history).stream()
			.findFirst()
			.map((past) -> new PendingExecution(requireMigration(past), Direction.DOWN, past.appliedCycle()));
	}

	private ResolvedMigration requireMigration(VersionHistory past) {
		ResolvedMigration migration = find(past);
		if (migration == null) {
			Optional<String> leftOut = this.discovery.whyLeftOut(past.version());
			throw new MigrationException(
					Problem.error(ProblemCode.NO_DOWN, StoreName.MONGO,
							"Migration %s (%s) of store 'mongo' is %s".formatted(past.version(),
									past.newest().descriptor().description(),
									leftOut.map((reason) -> "left out here: " + reason).orElse("not in this build")),
							leftOut.isPresent() ? "Roll back where its condition is met"
									: "Roll back with the build that has it"),
					"unchanged by what cannot be undone", null);
		}
		return migration;
	}

	// Null if the build does not have it
	@Nullable ResolvedMigration find(VersionHistory past) {
		return this.discovery.find(past.version());
	}

	Version versionAfter(RollbackTarget target, History history) {
		if (target instanceof RollbackTarget.ToVersion to) {
			return to.version();
		}
		return staying(target, history).stream()
			.map(VersionHistory::version)
			.max(Comparator.naturalOrder())
			.orElse(Version.ZERO);
	}

	List<VersionHistory> staying(RollbackTarget target, History history) {
		return applied(history).stream().filter((past) -> !isSelected(past, target)).toList();
	}

}
