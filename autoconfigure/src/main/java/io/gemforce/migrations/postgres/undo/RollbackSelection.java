package io.gemforce.migrations.postgres.undo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.postgres.history.FlywayHistory;
import io.gemforce.migrations.postgres.history.FlywayHistory.Entry;
import io.gemforce.migrations.postgres.history.MigrationLog.AppliedBy;
import io.gemforce.migrations.store.RollbackTarget;
import io.gemforce.migrations.store.UndoProblems;

/**
 * What a rollback undoes: always what was executed last, as newer migrations may build on
 * older ones. What counts is the order of execution, not that of versions.
 *
 * @param undone the versions to undo, newest execution first
 * @param staying the versions that stay applied, in the order of execution
 * @param holdAt the version that the store is to be held at
 */
public record RollbackSelection(List<Entry> undone, List<Entry> staying, Version holdAt) {

	static RollbackSelection of(RollbackTarget target, FlywayHistory history, Map<String, AppliedBy> appliedBy) {
		Predicate<Entry> wanted;
		if (target instanceof RollbackTarget.ToVersion to) {
			wanted = (entry) -> target.concerns(StoreName.POSTGRES)
					&& entry.versions().anyMatch((version) -> version.compareTo(to.version()) > 0);
		}
		else if (target instanceof RollbackTarget.OfRuns of) {
			wanted = (entry) -> Optional.ofNullable(appliedBy.get(entry.id()))
				.filter((by) -> of.runIds().contains(by.runId()))
				.isPresent();
		}
		else {
			throw new IllegalArgumentException("Unknown target %s".formatted(target));
		}
		return select(wanted, history.versions(),
				(target instanceof RollbackTarget.ToVersion to) ? to.version() : null);
	}

	/**
	 * Fails if another version was executed later.
	 */
	public static RollbackSelection of(Version version, FlywayHistory history) {
		return select((entry) -> version.equals(entry.version()), history.versions(), null);
	}

	private static RollbackSelection select(Predicate<Entry> wanted, List<Entry> versions, @Nullable Version target) {
		int first = 0;
		while (first < versions.size() && !wanted.test(versions.get(first))) {
			first++;
		}
		List<Entry> undone = new ArrayList<>(versions.subList(first, versions.size()));
		List<Entry> later = undone.stream().filter(wanted.negate()).toList();
		if (!later.isEmpty()) {
			throw blocked(undone.stream().filter(wanted).toList(), later);
		}
		Collections.reverse(undone);
		List<Entry> staying = versions.subList(0, first);
		return new RollbackSelection(undone, staying, (target != null) ? target : below(undone, staying));
	}

	private static MigrationException blocked(List<Entry> wanted, List<Entry> later) {
		return new MigrationException(Problem.error(ProblemCode.DEPENDENCY_BLOCKED, StoreName.POSTGRES,
				"Migration %s of store 'postgres' cannot be undone, as migration %s was executed later"
					.formatted(describe(wanted), describe(later)),
				"Undo %s as well: choose an older version or name all runs, or take back what you want to take back "
					.formatted(later.stream().map(Entry::id).collect(Collectors.joining(", ")))
						+ "with a new migration"),
				UndoProblems.NOTHING_UNDONE, null);
	}

	private static String describe(List<Entry> entries) {
		return entries.stream().map((entry) -> entry.descriptor().toString()).collect(Collectors.joining(", "));
	}

	// A version that was executed out of order may lie below one that stays
	private static Version below(List<Entry> undone, List<Entry> staying) {
		Optional<Version> oldest = versions(undone).min(Comparator.naturalOrder());
		return versions(staying).filter((version) -> oldest.filter((limit) -> version.compareTo(limit) < 0).isPresent())
			.max(Comparator.naturalOrder())
			.orElse(Version.ZERO);
	}

	private static Stream<Version> versions(List<Entry> entries) {
		return entries.stream().flatMap(Entry::versions);
	}

	// The newest version that stays, 0 if none does
	Version version() {
		return versions(this.staying).max(Comparator.naturalOrder()).orElse(Version.ZERO);
	}

	/**
	 * {@code script} returns {@code null} if the operator has undone the entry already.
	 */
	public List<UndoStep> steps(Function<Entry, @Nullable UndoScript> script) {
		List<UndoStep> steps = new ArrayList<>();
		for (int i = 0; i < this.undone.size(); i++) {
			Entry entry = this.undone.get(i);
			Version version = Objects.requireNonNullElse(entry.version(), Version.ZERO);
			boolean belowLive = Stream
				.concat(versions(this.staying), versions(this.undone.subList(i, this.undone.size())))
				.anyMatch((live) -> live.compareTo(version) > 0);
			steps.add(new UndoStep(entry, script.apply(entry), belowLive));
		}
		return steps;
	}

}
