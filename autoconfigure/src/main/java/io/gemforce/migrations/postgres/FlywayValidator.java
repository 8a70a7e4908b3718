package io.gemforce.migrations.postgres;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.CoreErrorCode;
import org.flywaydb.core.api.CoreMigrationType;
import org.flywaydb.core.api.ErrorDetails;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.ResourceProvider;
import org.flywaydb.core.api.configuration.Configuration;
import org.flywaydb.core.api.output.ValidateOutput;
import org.flywaydb.core.api.output.ValidateResult;
import org.flywaydb.core.api.resolver.MigrationResolver;
import org.flywaydb.core.api.resource.LoadableResource;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Execution;
import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.Severity;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.postgres.history.BuildVersions;
import io.gemforce.migrations.postgres.history.EffectiveHold;
import io.gemforce.migrations.postgres.history.FlywayStates;
import io.gemforce.migrations.postgres.history.InterruptedScripts;
import io.gemforce.migrations.postgres.history.LogSummary;
import io.gemforce.migrations.postgres.history.UnfinishedUndos;
import io.gemforce.migrations.postgres.sql.PsqlCommand;
import io.gemforce.migrations.postgres.undo.UndoScript;
import io.gemforce.migrations.postgres.undo.UndoScripts;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.Validation;

/**
 * Compares this build with Flyway's history. Flyway is asked without the user's
 * permission to ignore pending and future migrations, so that one validation, which takes
 * no lock and writes nothing, tells whether there is anything to do.
 */
final class FlywayValidator {

	private final Flyway flyway;

	private final String application;

	private final boolean failWhenAhead;

	private final UndoScripts undoScripts;

	private final FlywayEntries entries;

	private volatile @Nullable ResourceProvider resources;

	FlywayValidator(Flyway flyway, UndoScripts undoScripts, String application, boolean failWhenAhead) {
		this.undoScripts = undoScripts;
		this.entries = new FlywayEntries(undoScripts);
		this.application = application;
		this.failWhenAhead = failWhenAhead;
		Configuration configuration = flyway.getConfiguration();
		MigrationResolver looking = (context) -> {
			this.resources = context.resourceProvider;
			return List.of();
		};
		this.flyway = Flyway.configure(configuration.getClassLoader())
			.configuration(configuration)
			.resolvers(Stream.concat(Arrays.stream(configuration.getResolvers()), Stream.of(looking))
				.toArray(MigrationResolver[]::new))
			.ignoreMigrationPatterns(strict(configuration))
			.load();
	}

	private static String[] strict(Configuration configuration) {
		return Arrays.stream(configuration.getIgnoreMigrationPatterns())
			.map(Object::toString)
			.flatMap((pattern) -> pattern.endsWith(":*")
					? Stream.of(pattern.replace(":*", ":missing"), pattern.replace(":*", ":ignored"))
					: Stream.of(pattern))
			.filter((pattern) -> !pattern.endsWith(":future") && !pattern.endsWith(":pending"))
			.toArray(String[]::new);
	}

	// Without a complaint, nothing is pending, wrong or newer than this build
	ValidateResult precheck() {
		return this.flyway.validateWithResult();
	}

	FlywayView validate(ValidateResult complaints, Map<String, LogSummary> log, @Nullable EffectiveHold hold) {
		Map<String, List<MigrationInfo>> infos = new LinkedHashMap<>();
		for (MigrationInfo info : this.flyway.info().all()) {
			if (!info.getType().equals(CoreMigrationType.SCHEMA) && !info.getType().equals(CoreMigrationType.DELETE)) {
				infos.computeIfAbsent(FlywayStates.id(info), (id) -> new ArrayList<>()).add(info);
			}
		}
		List<MigrationEntry> entries = new ArrayList<>();
		Map<String, Execution> executions = new HashMap<>();
		Version baseline = FlywayEntries.baseline(infos.values());
		infos.forEach((id, ofOne) -> {
			entries.add(this.entries.entry(ofOne, log.get(id), baseline));
			FlywayEntries.execution(ofOne).ifPresent((execution) -> executions.put(id, execution));
		});
		log.forEach((id, summary) -> {
			if (!infos.containsKey(id)) {
				entries.add(FlywayEntries.entry(summary));
			}
		});
		List<Problem> problems = problems(complaints, infos, log, entries);
		BuildVersions build = BuildVersions.of(entries);
		boolean held = hold != null && hold.binds(build);
		entries.stream()
			.filter((entry) -> entry.isPending() && entry.state() == MigrationState.INTERRUPTED)
			.map((entry) -> log.get(entry.id()))
			.filter((summary) -> summary != null && summary.isUnfinished())
			.map((summary) -> InterruptedScripts.problem(summary, held ? Severity.WARNING : Severity.ERROR))
			.forEach(problems::add);
		if (hold != null && held) {
			entries.replaceAll((entry) -> entry.isPending() ? entry.withState(MigrationState.HELD) : entry);
			problems.add(hold.problem());
		}
		return new FlywayView(new Validation(entries, problems), executions, build, hold);
	}

	private List<Problem> problems(ValidateResult complaints, Map<String, List<MigrationInfo>> infos,
			Map<String, LogSummary> log, List<MigrationEntry> entries) {
		List<Problem> problems = new ArrayList<>();
		boolean ahead = entries.stream().anyMatch((entry) -> entry.state() == MigrationState.FUTURE);
		for (ValidateOutput complaint : Objects.requireNonNullElse(complaints.invalidMigrations,
				List.<ValidateOutput>of())) {
			String id = id(complaint);
			List<MigrationInfo> concerned = infos.getOrDefault(id, List.of());
			Problem problem = concerned.isEmpty() ? null
					: problem(complaint.errorDetails, FlywayEntries.newest(concerned), log.get(id), ahead);
			if (problem != null) {
				problems.add(problem);
			}
		}
		entries.stream()
			.filter((entry) -> infos.containsKey(entry.id()))
			.forEach((entry) -> unfinishedUndo(entry, log.get(entry.id())).ifPresent(problems::add));
		entries.stream().filter(MigrationEntry::isPending).forEach((entry) -> problems.addAll(unreadable(entry)));
		if (ahead) {
			problems.add(ahead(entries));
		}
		if (infos.isEmpty()) {
			problems.add(noMigrations());
		}
		return problems;
	}

	private @Nullable Problem problem(ErrorDetails complaint, MigrationInfo info, @Nullable LogSummary log,
			boolean ahead) {
		if (!(complaint.errorCode instanceof CoreErrorCode code)) {
			return null;
		}
		return switch (code) {
			case CHECKSUM_MISMATCH, TYPE_MISMATCH, DESCRIPTION_MISMATCH ->
				(log != null && isForeign(info, log)) ? foreign(info, log) : edited(info, complaint);
			case APPLIED_VERSIONED_MIGRATION_NOT_RESOLVED, APPLIED_REPEATABLE_MIGRATION_NOT_RESOLVED ->
				(FlywayStates.state(info.getState()) == MigrationState.FUTURE) ? null : missing(info);
			case FAILED_VERSIONED_MIGRATION, FAILED_REPEATABLE_MIGRATION -> failed(info);
			case RESOLVED_VERSIONED_MIGRATION_NOT_APPLIED ->
				(info.getState() == org.flywaydb.core.api.MigrationState.IGNORED) ? outOfOrder(info, ahead) : null;
			default -> null;
		};
	}

	// A migration that another service applied with other content and name was not edited
	private boolean isForeign(MigrationInfo info, LogSummary log) {
		return !log.application().equals(this.application) && !info.isChecksumMatching()
				&& !info.getScript().equals(file(info));
	}

	private static Problem foreign(MigrationInfo info, LogSummary log) {
		return Problem.error(ProblemCode.FOREIGN_HISTORY, StoreName.POSTGRES,
				("Version %s was applied by application '%s' as %s, and is %s in this build: the history is another "
						+ "service's")
					.formatted(info.getVersion(), log.application(), describe(info), file(info)),
				"Give each service that shares a database a schema of its own (spring.flyway.default-schema), or a history "
						+ "of its own (spring.flyway.table)");
	}

	private static Problem edited(MigrationInfo info, ErrorDetails complaint) {
		String difference = info.isChecksumMatching()
				? complaint.errorMessage.lines().map(String::strip).collect(Collectors.joining(" "))
				: "checksum '%s' then, '%s' now".formatted(info.getAppliedChecksum(), info.getResolvedChecksum());
		return Problem.error(ProblemCode.CHECKSUM_MISMATCH, StoreName.POSTGRES,
				"Migration %s was edited after it was applied: %s".formatted(describe(info), difference),
				"Restore %s as it was applied, and make the change in a new migration".formatted(info.getScript()));
	}

	// Every other property of an applied migration describes what was applied
	private static @Nullable String file(MigrationInfo info) {
		String location = info.getPhysicalLocation();
		return (location != null) ? location.substring(location.replace('\\', '/').lastIndexOf('/') + 1) : null;
	}

	private static Problem missing(MigrationInfo info) {
		return Problem
			.error(ProblemCode.MISSING_MIGRATION, StoreName.POSTGRES,
					"Migration %s was applied but is not in this build".formatted(describe(info)),
					("Restore %s. If it was removed on purpose, set "
							+ "spring.flyway.ignore-migration-patterns=*:missing,*:future")
						.formatted(info.getScript()));
	}

	// A build without the failed migration can do without it, as Flyway says, too
	private static Problem failed(MigrationInfo info) {
		if (info.getState() == org.flywaydb.core.api.MigrationState.FUTURE_FAILED) {
			return Problem.warning(ProblemCode.PREVIOUSLY_FAILED, StoreName.POSTGRES,
					("Migration %s of a newer build failed when it ran without a transaction, so it may be applied in "
							+ "part")
						.formatted(describe(info)),
					("Nothing is to be done while this build runs. Before the newer one is started again, take back what "
							+ "%s has left and remove the failed entry with gemforce.migrations.run=repair")
						.formatted(info.getScript()));
		}
		return Problem.error(ProblemCode.PREVIOUSLY_FAILED, StoreName.POSTGRES,
				("Migration %s failed when it ran without a transaction, so it may be applied in part")
					.formatted(describe(info)),
				("Look at the schema, take back what %s has left, remove the failed entry with "
						+ "gemforce.migrations.run=repair, then start again")
					.formatted(info.getScript()));
	}

	// A build that does not have the migration does not need it either
	private static Optional<Problem> unfinishedUndo(MigrationEntry entry, @Nullable LogSummary log) {
		if (log == null || !log.isUndoUnfinished() || log.newest() == MigrationState.RUNNING
				|| entry.state().isPending() && !entry.isUndoUnfinished()) {
			return Optional.empty();
		}
		return Optional.of(UnfinishedUndos.problem(entry.toString(), log.newest() == MigrationState.FAILED,
				entry.inBuild() ? Severity.ERROR : Severity.WARNING));
	}

	// A migration is not applied while its undo script is known not to work
	private List<Problem> unreadable(MigrationEntry entry) {
		List<Problem> problems = new ArrayList<>();
		ResourceProvider resources = this.resources;
		String name = entry.descriptor().script();
		LoadableResource script = (resources != null && name != null && entry.descriptor().type() != MigrationType.JAVA)
				? resources.getResource(name) : null;
		if (script != null) {
			PsqlCommand.find(script).ifPresent((command) -> problems.add(unreadable(entry, "it", command.describe())));
		}
		this.undoScripts.find(entry.version())
			.flatMap(UndoScript::flaw)
			.ifPresent((flaw) -> problems.add(unreadable(entry, "its undo", flaw)));
		return problems;
	}

	private static Problem unreadable(MigrationEntry entry, String what, String flaw) {
		return Problem.error(ProblemCode.INVALID_DEFINITION, StoreName.POSTGRES,
				"Migration %s of store 'postgres' is not applied, as %s cannot be run: %s".formatted(entry, what, flaw),
				PsqlCommand.action());
	}

	private static Problem outOfOrder(MigrationInfo info, boolean ahead) {
		return Problem.error(ProblemCode.OUT_OF_ORDER, StoreName.POSTGRES,
				"Migration %s is pending but a newer version is already applied%s".formatted(describe(info),
						ahead ? " by a newer build than this one" : ""),
				ahead ? "Deploy a build that has the newer version, too"
						: "Give %s a version above the applied ones, or set spring.flyway.out-of-order=true"
							.formatted(info.getScript()));
	}

	private Problem ahead(List<MigrationEntry> entries) {
		List<String> future = entries.stream()
			.filter((entry) -> entry.state() == MigrationState.FUTURE)
			.map(MigrationEntry::toString)
			.toList();
		return new Problem(this.failWhenAhead ? Severity.ERROR : Severity.WARNING, ProblemCode.SCHEMA_AHEAD,
				StoreName.POSTGRES,
				"Store 'postgres' has migrations that this build does not know: %s; nothing is run, repeatables included"
					.formatted(String.join(", ", future)),
				this.failWhenAhead ? "Deploy a build that has them, or set gemforce.migrations.on-schema-ahead=warn"
						: "Nothing is to be done while an older build runs beside a newer one, or after a rollback of the "
								+ "service");
	}

	Problem noMigrations() {
		Configuration configuration = this.flyway.getConfiguration();
		return Problem.warning(ProblemCode.NO_MIGRATIONS_FOUND, StoreName.POSTGRES,
				"Store 'postgres' has no migrations: found none in %s and %d beans of type JavaMigration"
					.formatted(Arrays.toString(configuration.getLocations()), configuration.getJavaMigrations().length),
				"Put the scripts into a location of spring.flyway.locations, or set "
						+ "gemforce.migrations.postgres.enabled=false");
	}

	private static String id(ValidateOutput complaint) {
		return MigrationDescriptor.id(complaint.version.isEmpty() ? null : complaint.version, complaint.description);
	}

	private static String describe(MigrationInfo info) {
		return "%s (%s)".formatted(info.getScript(), info.getDescription());
	}

}
