package io.gemforce.migrations.run;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.Severity;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;

/**
 * Says of a failure what the same run had done to other stores before.
 */
final class PartialRuns {

	private static final int MAX_LISTED = 10;

	private PartialRuns() {
	}

	static MigrationException explain(MigrationException failure, Collection<StoreResult> results) {
		String changed = results.stream()
			.filter((result) -> result.store() != failure.getStore() && result.isChanged())
			.map(PartialRuns::describe)
			.collect(Collectors.joining(", and "));
		if (changed.isEmpty()) {
			return failure;
		}
		List<Problem> problems = new ArrayList<>(failure.getProblems());
		problems.add(new Problem(Severity.WARNING, ProblemCode.PARTIAL_RUN, failure.getStore(),
				"Before %sfailed, this run had %s".formatted(store(failure.getStore()), changed),
				"Fix what failed and run again: what is done is not done again"));
		return new MigrationException(problems, failure.getDatabaseState(), failure);
	}

	private static String store(@Nullable StoreName store) {
		return (store != null) ? "store '%s' ".formatted(store) : "it ";
	}

	private static String describe(StoreResult result) {
		List<String> ids = result.executed();
		int shown = Math.min(ids.size(), MAX_LISTED);
		return "%s %s%s in store '%s'".formatted(
				(result.outcome() == StoreResult.Outcome.ROLLED_BACK) ? "undone" : "applied",
				String.join(", ", ids.subList(0, shown)),
				(shown < ids.size()) ? " and %d more".formatted(ids.size() - shown) : "", result.store());
	}

}
