package io.gemforce.migrations.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.Validation;

/**
 * Adds to a store's problems whatever keeps it from being up to date, with what to do
 * about it. What a run does by itself stops no run, so a validation does not have it.
 */
final class StatusProblems {

	private static final int MAX_LISTED = 10;

	private static final Set<ProblemCode> OF_ATTEMPTS = Set.of(ProblemCode.INTERRUPTED, ProblemCode.PREVIOUSLY_FAILED);

	private StatusProblems() {
	}

	// Adds one for each failed or interrupted migration and for what is pending
	static List<Problem> explain(StoreName store, Validation validation) {
		List<Problem> problems = new ArrayList<>(validation.problems());
		List<MigrationEntry> waiting = validation.pending()
			.stream()
			.filter((entry) -> entry.state() != MigrationState.FAILED && entry.state() != MigrationState.INTERRUPTED)
			.toList();
		for (MigrationEntry entry : validation.entries()) {
			if (entry.inBuild()) {
				switch (entry.state()) {
					case FAILED -> add(failed(store, entry), entry, problems);
					case INTERRUPTED -> add(interrupted(store, entry), entry, problems);
					default -> {
					}
				}
			}
		}
		if (!waiting.isEmpty()) {
			problems.add(pending(store, waiting));
		}
		return problems;
	}

	private static void add(Problem problem, MigrationEntry entry, List<Problem> problems) {
		boolean told = problems.stream()
			.anyMatch((other) -> OF_ATTEMPTS.contains(other.code())
					&& other.message().contains("(%s)".formatted(entry.description())));
		if (!told) {
			problems.add(problem);
		}
	}

	private static Problem failed(StoreName store, MigrationEntry entry) {
		ProblemCode code = (entry.descriptor().type() == MigrationType.SQL) ? ProblemCode.SQL_FAILED
				: ProblemCode.MIGRATION_FAILED;
		return Problem.error(code, store,
				"The last attempt of migration %s of store '%s' failed, and left nothing behind that stops another one"
					.formatted(entry, store),
				"See the error of its last attempt in the history, fix the cause, and start again: it will run again");
	}

	private static Problem interrupted(StoreName store, MigrationEntry entry) {
		return Problem.warning(ProblemCode.INTERRUPTED, store,
				"The last attempt of migration %s of store '%s' never finished".formatted(entry, store),
				"Nothing but to start again or to run gemforce.migrations.run=migrate, which goes on from there or says "
						+ "what to look at before");
	}

	private static Problem pending(StoreName store, List<MigrationEntry> entries) {
		int shown = Math.min(entries.size(), MAX_LISTED);
		return Problem.warning(ProblemCode.PENDING_MIGRATIONS, store,
				"%d migration(s) of store '%s' are not applied: %s%s".formatted(entries.size(), store,
						entries.subList(0, shown)
							.stream()
							.map(MigrationEntry::toString)
							.collect(Collectors.joining(", ")),
						(shown < entries.size()) ? " and %d more".formatted(entries.size() - shown) : ""),
				"Apply them with gemforce.migrations.run=migrate, or from an instance with gemforce.migrations.mode=migrate");
	}

}
