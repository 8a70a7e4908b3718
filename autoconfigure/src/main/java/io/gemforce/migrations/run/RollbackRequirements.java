package io.gemforce.migrations.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.store.Requirement;
import io.gemforce.migrations.store.StoreRollback;
import io.gemforce.migrations.store.UndoProblems;

/**
 * Makes sure that a rollback leaves nothing applied that requires what it undoes, in
 * either store.
 */
final class RollbackRequirements {

	private final Migrations migrations;

	private final List<StoreRollback> rollbacks;

	RollbackRequirements(Migrations migrations, List<StoreRollback> rollbacks) {
		this.migrations = migrations;
		this.rollbacks = rollbacks;
	}

	void check() {
		Set<String> undone = this.rollbacks.stream()
			.flatMap((rollback) -> rollback.steps().stream())
			.map((step) -> "%s:%s".formatted(step.store(), step.id()))
			.collect(Collectors.toSet());
		List<Problem> problems = new ArrayList<>();
		if (!undone.isEmpty()) {
			this.migrations.stores()
				.stream()
				.filter((store) -> !this.migrations.isDisabled(store))
				.forEach((store) -> check(store, undone, problems));
		}
		if (!problems.isEmpty()) {
			throw new MigrationException(problems, UndoProblems.NOTHING_UNDONE, null);
		}
	}

	private void check(StoreName store, Set<String> undone, List<Problem> problems) {
		this.migrations.validate(store)
			.entries()
			.stream()
			.filter((entry) -> entry.state().isApplied() && !undone.contains("%s:%s".formatted(store, entry.id())))
			.forEach((entry) -> entry.dependencies()
				.requires()
				.stream()
				.map(Requirement::toString)
				.filter(undone::contains)
				.forEach((required) -> problems.add(Problem.error(ProblemCode.DEPENDENCY_BLOCKED, store,
						"Migration %s of store '%s' is applied and requires %s, which would be undone".formatted(entry,
								store, required),
						"Undo migration %s of store '%s' before, or roll back the runs that applied both"
							.formatted(entry.id(), store)))));
	}

}
