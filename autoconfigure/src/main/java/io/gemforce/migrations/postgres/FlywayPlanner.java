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
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.postgres.history.FlywayStates;
import io.gemforce.migrations.postgres.sql.ScriptReader;
import io.gemforce.migrations.postgres.sql.ScriptReader.ReadScript;
import io.gemforce.migrations.postgres.sql.StatementLocks;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.PlanStep;
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
			.filter((entry) -> entry.type() != MigrationType.JAVA)
			.map(MigrationEntry::script)
			.filter(Objects::nonNull)
			.collect(Collectors.toSet()));
		return entries.stream().map((entry) -> step(entry, view, scripts)).toList();
	}

	private static boolean isToBeApplied(MigrationEntry entry) {
		return switch (entry.state()) {
			case PENDING, FAILED, INTERRUPTED, ROLLED_BACK, OUTDATED, HELD -> !entry.isUndoUnfinished();
			case IGNORED -> !NEVER_TO_BE_RUN.contains(entry.engineState());
			default -> false;
		};
	}

	private PlanStep step(MigrationEntry entry, FlywayView view, Map<String, ReadScript> scripts) {
		ReadScript script = scripts.get(entry.script());
		return new PlanStep(StoreName.POSTGRES, entry.id(), entry.description(), entry.type(), entry.phase(),
				Direction.UP, summary(entry, script), (script != null) ? script.text() : null, null, locks(script),
				(script != null) ? script.transactional() : null, entry.undo(), heldBack(entry, view),
				entry.resolvedChecksum());
	}

	private static String summary(MigrationEntry entry, @Nullable ReadScript script) {
		if (script == null) {
			return "Run %s, which is code".formatted(entry.script());
		}
		int statements = script.statements().size();
		return "Run %s, %d statement%s".formatted(entry.script(), statements, (statements == 1) ? "" : "s");
	}

	private static List<String> locks(@Nullable ReadScript script) {
		return (script != null) ? StatementLocks.of(script.statements()) : List.of("unknown (code)");
	}

	private List<String> heldBack(MigrationEntry entry, FlywayView view) {
		Validation validation = view.validation();
		List<String> reasons = new ArrayList<>();
		if (entry.state() == io.gemforce.migrations.MigrationState.HELD && view.hold() != null) {
			reasons.add("the store is %s".formatted(view.hold().hold().describe()));
		}
		validation.errors()
			.forEach((problem) -> reasons.add("nothing is run: %s: %s".formatted(problem.code(), problem.message())));
		if (MigrationState.ABOVE_TARGET.name().equals(entry.engineState())) {
			reasons.add("it is above the target version %s".formatted(this.configuration.getTarget()));
		}
		else if (MigrationState.IGNORED.name().equals(entry.engineState())) {
			reasons.add("a newer version is applied");
		}
		if (validation.isAhead() && entry.version() == null) {
			reasons.add("the store has migrations that this build does not know, so nothing is run");
		}
		return reasons;
	}

}
