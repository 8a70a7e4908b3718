package io.gemforce.migrations.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.configuration.Configuration;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.postgres.history.FlywayStates;
import io.gemforce.migrations.postgres.sql.ScriptReader;
import io.gemforce.migrations.postgres.sql.ScriptReader.ReadScript;
import io.gemforce.migrations.postgres.sql.StatementLocks;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.PlanStep;
import io.gemforce.migrations.store.PlannedWork;
import io.gemforce.migrations.store.Validation;

/**
 * Plans what Flyway would execute: versions in order, then repeatables by description.
 */
final class FlywayPlanner {

	private static final Set<String> NEVER_TO_BE_RUN = Set.of(MigrationState.BELOW_BASELINE.name(),
			MigrationState.BASELINE_IGNORED.name());

	private final Configuration configuration;

	FlywayPlanner(Configuration configuration) {
		this.configuration = configuration;
	}

	List<PlanStep> plan(FlywayView view) {
		List<MigrationEntry> entries = view.validation()
			.entries()
			.stream()
			.filter((entry) -> entry.inBuild() && isToBeApplied(entry))
			.sorted(FlywayStates.ORDER)
			.toList();
		Map<String, ReadScript> scripts = new ScriptReader(this.configuration).read(entries.stream()
			.map(MigrationEntry::descriptor)
			.filter((migration) -> migration.type() != MigrationType.JAVA)
			.map(MigrationDescriptor::script)
			.filter(Objects::nonNull)
			.collect(Collectors.toSet()));
		return entries.stream().map((entry) -> step(entry, view, scripts)).toList();
	}

	private static boolean isToBeApplied(MigrationEntry entry) {
		return switch (entry.state()) {
			case PENDING, FAILED, INTERRUPTED, ROLLED_BACK, OUTDATED, HELD -> !entry.isUndoUnfinished();
			case IGNORED -> !NEVER_TO_BE_RUN.contains(entry.status().engineState());
			default -> false;
		};
	}

	private PlanStep step(MigrationEntry entry, FlywayView view, Map<String, ReadScript> scripts) {
		String name = entry.descriptor().script();
		ReadScript script = scripts.get(name);
		return new PlanStep(StoreName.POSTGRES, entry.descriptor(), entry.status().phase(), Direction.UP,
				(script != null) ? work(name, script) : code(name), entry.undo(), heldBack(entry, view));
	}

	private static PlannedWork work(@Nullable String name, ReadScript script) {
		int statements = script.statements().size();
		return new PlannedWork("Run %s, %d statement%s".formatted(name, statements, (statements == 1) ? "" : "s"),
				script.text(), null, StatementLocks.of(script.statements()), script.transactional());
	}

	private static PlannedWork code(@Nullable String name) {
		return new PlannedWork("Run %s, which is code".formatted(name), null, null, List.of("unknown (code)"), null);
	}

	private List<String> heldBack(MigrationEntry entry, FlywayView view) {
		Validation validation = view.validation();
		List<String> reasons = new ArrayList<>();
		if (entry.state() == io.gemforce.migrations.MigrationState.HELD && view.hold() != null) {
			reasons.add("the store is %s".formatted(view.hold().hold().describe()));
		}
		validation.errors()
			.forEach((problem) -> reasons.add("nothing is run: %s: %s".formatted(problem.code(), problem.message())));
		if (MigrationState.ABOVE_TARGET.name().equals(entry.status().engineState())) {
			reasons.add("it is above the target version %s".formatted(this.configuration.getTarget()));
		}
		else if (MigrationState.IGNORED.name().equals(entry.status().engineState())) {
			reasons.add("a newer version is applied");
		}
		if (validation.isAhead() && entry.isRepeatable()) {
			reasons.add("the store has migrations that this build does not know, so nothing is run");
		}
		return reasons;
	}

}
