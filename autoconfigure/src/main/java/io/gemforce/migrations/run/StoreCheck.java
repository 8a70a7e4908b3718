package io.gemforce.migrations.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.MigrationStore;
import io.gemforce.migrations.store.Validation;

/**
 * What the modes that do not migrate ask of a store.
 */
final class StoreCheck {

	private static final Log logger = LogFactory.getLog(Migrations.class);

	private StoreCheck() {
	}

	static StoreResult requireUpToDate(MigrationStore store, Validation validation) {
		requireUpToDate(store.name(), validation);
		logProblems(validation);
		return checked(store.name(), StoreResult.Outcome.CHECKED);
	}

	static void requireUpToDate(StoreName store, Validation validation) {
		List<Problem> problems = new ArrayList<>(validation.errors());
		List<MigrationEntry> open = validation.open();
		if (!open.isEmpty()) {
			problems.add(Problem.error(ProblemCode.PENDING_MIGRATIONS, store,
					"%d migration(s) of store '%s' are not applied: %s".formatted(open.size(), store, abbreviate(open)),
					"Apply them from an instance with gemforce.migrations.mode=migrate, then start this one again, "
							+ "or set that mode here"));
		}
		if (!problems.isEmpty()) {
			throw new MigrationException(problems, "unchanged, gemforce.migrations.mode=validate only reads", null);
		}
	}

	static void requireValid(Validation validation) {
		if (!validation.errors().isEmpty()) {
			throw new MigrationException(validation.errors(), "unchanged, gemforce.migrations.mode=wait only reads",
					null);
		}
	}

	static void logProblems(Validation validation) {
		validation.problems()
			.forEach((problem) -> logger
				.warn("%s: %s. %s".formatted(problem.code(), problem.message(), problem.action())));
	}

	static String abbreviate(List<MigrationEntry> entries) {
		int shown = Math.min(entries.size(), 10);
		String list = String.join(", ", entries.subList(0, shown).stream().map(MigrationEntry::toString).toList());
		return (shown < entries.size()) ? "%s and %d more".formatted(list, entries.size() - shown) : list;
	}

	static StoreResult checked(StoreName name, StoreResult.Outcome outcome) {
		return new StoreResult(name, outcome, null, null, List.of(), List.of(), Duration.ZERO);
	}

}
