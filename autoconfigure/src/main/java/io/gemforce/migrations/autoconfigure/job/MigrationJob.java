package io.gemforce.migrations.autoconfigure.job;

import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeansException;
import org.springframework.util.StringUtils;

import io.gemforce.migrations.ExitCode;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.Severity;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.autoconfigure.settings.MigrationsProperties;
import io.gemforce.migrations.report.JobReport;
import io.gemforce.migrations.report.MigrationReports;
import io.gemforce.migrations.report.PlanReport;
import io.gemforce.migrations.report.ProblemReport;
import io.gemforce.migrations.report.RehearsalReport;
import io.gemforce.migrations.report.StatusReport;
import io.gemforce.migrations.report.TextReports;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.run.RunOutcome;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.Plan;
import io.gemforce.migrations.store.RehearsalScope;
import io.gemforce.migrations.store.RollbackTarget;
import io.gemforce.migrations.store.StoreRollback;
import io.gemforce.migrations.store.Validation;

/**
 * The job that {@code gemforce.migrations.run} asks for.
 */
public final class MigrationJob {

	private static final Log logger = LogFactory.getLog(MigrationJob.class);

	private final Migrations migrations;

	private final MigrationsProperties properties;

	public MigrationJob(Migrations migrations, MigrationsProperties properties) {
		this.migrations = migrations;
		this.properties = properties;
	}

	JobResult run() {
		try {
			return switch (job()) {
				case MIGRATE -> migrate();
				case VALIDATE -> validate();
				case STATUS -> status();
				case PLAN -> plan();
				case ROLLBACK -> rollback();
				case REHEARSE -> rehearse();
				case REPAIR -> perform(Operation.Kind.REPAIR);
				case MARK_APPLIED -> perform(Operation.Kind.MARK_APPLIED);
				case MARK_ROLLED_BACK -> perform(Operation.Kind.MARK_ROLLED_BACK);
				case RELEASE_LOCK -> perform(Operation.Kind.RELEASE_LOCK);
				case RELEASE_HOLD -> perform(Operation.Kind.RELEASE_HOLD);
			};
		}
		catch (MigrationException ex) {
			return result(ex.getCode().exitCode(), List.of(), List.of(), ex);
		}
	}

	private JobName job() {
		return JobName.find(name())
			.orElseThrow(() -> invalid("gemforce.migrations.run is '%s', which is no job".formatted(name()),
					"Use one of %s".formatted(
							Arrays.stream(JobName.values()).map(JobName::id).collect(Collectors.joining(", ")))));
	}

	private String name() {
		return Objects.requireNonNullElse(this.properties.getRun(), "");
	}

	private JobResult migrate() {
		return result(this.migrations.migrate(stores(), this.properties.getExpectPlan()));
	}

	private JobResult result(RunOutcome outcome) {
		List<String> done = outcome.results().stream().map(TextReports::describe).toList();
		List<Problem> notes = outcome.results().stream().flatMap((result) -> result.notes().stream()).toList();
		return result(outcome.exitCode(), done, notes, outcome.failure());
	}

	private JobResult plan() {
		Plan plan = this.migrations.plan(stores(), true);
		PlanReport report = PlanReport.of(plan);
		boolean changes = this.properties.getPlan().isDetailedExitcode() && !plan.runnable().isEmpty();
		return new JobResult(changes ? ExitCode.PENDING : ExitCode.OK, report);
	}

	private JobResult rehearse() {
		RehearsalReport report = RehearsalReport
			.of(this.migrations.rehearse(stores(), RehearsalScope.scratch(sample())));
		return new JobResult(report.passed() ? ExitCode.OK : ExitCode.INVALID, report);
	}

	private long sample() {
		String sample = this.properties.getRehearse().getSample();
		if (sample.equals("all")) {
			return RehearsalScope.ALL;
		}
		try {
			long number = Long.parseLong(sample);
			if (number >= 0) {
				return number;
			}
		}
		catch (NumberFormatException ex) {
			logger.debug("Not a number", ex);
		}
		throw invalid("gemforce.migrations.rehearse.sample is '%s', which is no number of documents".formatted(sample),
				"Use a number from 0 on, or 'all'");
	}

	private JobResult rollback() {
		RollbackTarget target = rollbackTarget();
		List<StoreRollback> rollbacks = this.migrations.planRollback(target);
		PlanReport report = PlanReport.of(rollbacks);
		String plan = report.describe();
		if (report.steps().isEmpty()) {
			return result(ExitCode.OK, List.of("nothing to undo"), List.of(), null);
		}
		MigrationsProperties.Rollback rollback = this.properties.getRollback();
		if (!rollback.isYes() && rollback.getConfirm() == null
				&& report.steps().stream().allMatch((step) -> step.undo().available())) {
			PlanReport unconfirmed = report
				.withNext("Nothing was undone. To undo this and nothing else, run again with "
						+ "gemforce.migrations.rollback.confirm=" + report.planHash());
			return new JobResult(ExitCode.PENDING, unconfirmed);
		}
		logger.info(plan);
		return result(this.migrations.rollback(target, rollback.getConfirm(), this.properties.getReason()));
	}

	private RollbackTarget rollbackTarget() {
		MigrationsProperties.Rollback rollback = this.properties.getRollback();
		boolean byVersion = rollback.getStore() != null || rollback.getTo() != null;
		if (byVersion == !rollback.getRunId().isEmpty()) {
			throw invalid(
					"A rollback needs either gemforce.migrations.rollback.store and rollback.to, or rollback.run-id",
					"Set one or the other");
		}
		if (!byVersion) {
			return new RollbackTarget.OfRuns(Set.copyOf(rollback.getRunId()));
		}
		StoreName store = store("rollback.store", rollback.getStore());
		if (this.migrations.isDisabled(store)) {
			throw invalid("Store '%s' is switched off".formatted(store), "Switch it on to roll it back");
		}
		return new RollbackTarget.ToVersion(store, version("rollback.to", rollback.getTo()));
	}

	private List<StoreName> stores() {
		return (this.properties.getStore() != null) ? List.of(store("store", this.properties.getStore()))
				: this.migrations.stores();
	}

	private StoreName store(String property, @Nullable String store) {
		String action = "Name the store: %s"
			.formatted(this.migrations.stores().stream().map(StoreName::id).collect(Collectors.joining(" or ")));
		if (store == null) {
			throw invalid("gemforce.migrations.%s is missing".formatted(property), action);
		}
		return StoreName.find(store)
			.filter(this.migrations::isResponsibleFor)
			.orElseThrow(() -> invalid(
					"gemforce.migrations.%s is '%s', and this service has no such store".formatted(property, store),
					action));
	}

	private JobResult validate() {
		List<String> done = new ArrayList<>();
		List<Problem> problems = new ArrayList<>();
		int exitCode = ExitCode.OK;
		for (StoreName store : stores()) {
			if (this.migrations.isDisabled(store)) {
				done.add(skipped(store));
				continue;
			}
			try {
				Validation validation = this.migrations.validate(store);
				problems.addAll(validation.problems());
				done.add("%s %s".formatted(store, describe(validation)));
				exitCode = worse(exitCode, exitCode(validation));
			}
			catch (MigrationException ex) {
				problems.addAll(ex.getProblems());
				done.add("%s not validated".formatted(store));
				exitCode = worse(exitCode, ex.getCode().exitCode());
			}
			catch (BeansException ex) {
				if (exitCode != ExitCode.PENDING) {
					throw ex;
				}
				problems.add(
						Problem
							.warning(ProblemCode.DEPENDENCY_BLOCKED, store,
									"Store '%s' cannot be validated before what is pending is applied: %s"
										.formatted(store, JobFailureReporter.describe(ex)),
									"Apply what is pending, and validate again"));
				done.add("%s not validated".formatted(store));
			}
		}
		return result(exitCode, done, problems, null);
	}

	private static String skipped(StoreName store) {
		return "%s off, skipped".formatted(store);
	}

	private static String describe(Validation validation) {
		List<MigrationEntry> open = validation.open();
		return open.isEmpty() ? "nothing pending" : "%d pending: %s".formatted(open.size(),
				open.stream().map(MigrationEntry::toString).collect(Collectors.joining(", ")));
	}

	// What is wrong counts more than what is pending, and what was found first more than
	// what was found later
	private static int worse(int exitCode, int other) {
		return (exitCode == ExitCode.OK || (exitCode == ExitCode.PENDING && other != ExitCode.OK)) ? other : exitCode;
	}

	private static int exitCode(Validation validation) {
		if (!validation.errors().isEmpty()) {
			return invalid(validation.errors().stream().map(Problem::code).toList());
		}
		return validation.open().isEmpty() ? ExitCode.OK : ExitCode.PENDING;
	}

	private static int invalid(List<ProblemCode> errors) {
		return errors.stream().allMatch((code) -> code == ProblemCode.SCHEMA_AHEAD) ? ExitCode.AHEAD : ExitCode.INVALID;
	}

	private JobResult status() {
		StatusReport report = new MigrationReports(this.migrations, Clock.systemUTC()).status();
		return new JobResult(exitCode(report), report);
	}

	private static int exitCode(StatusReport report) {
		List<ProblemCode> errors = report.problems()
			.stream()
			.filter((problem) -> problem.severity() == Severity.ERROR)
			.map(ProblemReport::code)
			.toList();
		return switch (report.status()) {
			case UNREACHABLE ->
				errors.contains(ProblemCode.STORE_UNREACHABLE) ? ExitCode.UNREACHABLE : ExitCode.CONFIGURATION;
			case FAILED -> ExitCode.FAILED;
			case INTERRUPTED -> ExitCode.INVALID;
			case INVALID -> invalid(errors);
			case HELD, PENDING, RUNNING, LOCKED -> ExitCode.PENDING;
			case AHEAD, UP_TO_DATE, DISABLED -> ExitCode.OK;
		};
	}

	private JobResult perform(Operation.Kind kind) {
		StoreName store = store("store", this.properties.getStore());
		if (this.migrations.isDisabled(store)) {
			return result(ExitCode.OK, List.of(skipped(store)), List.of(), null);
		}
		boolean ofOneVersion = kind == Operation.Kind.MARK_APPLIED || kind == Operation.Kind.MARK_ROLLED_BACK;
		String reason = this.properties.getReason();
		if (ofOneVersion && !StringUtils.hasText(reason)) {
			throw invalid("gemforce.migrations.reason is missing", "Say why, for the record");
		}
		Operation operation = new Operation(kind,
				ofOneVersion ? version("version", this.properties.getVersion()) : null, reason,
				this.properties.isForce());
		List<String> done = this.migrations.perform(store, operation);
		return result(ExitCode.OK, done.stream().map((line) -> "%s %s".formatted(store, line)).toList(), List.of(),
				null);
	}

	private static Version version(String property, @Nullable String version) {
		if (version == null) {
			throw invalid("gemforce.migrations.%s is missing".formatted(property), "Name the version of the migration");
		}
		return Version.parse(version)
			.orElseThrow(
					() -> invalid("gemforce.migrations.%s is '%s', which is not a version".formatted(property, version),
							"Write the version as numbers separated by '.' or '_'"));
	}

	private static MigrationException invalid(String message, String action) {
		return new MigrationException(new Problem(Severity.ERROR, ProblemCode.INVALID_ARGUMENT, null, message, action),
				"unchanged", null);
	}

	private JobResult result(int exitCode, List<String> done, List<Problem> found, @Nullable MigrationException ex) {
		List<Problem> problems = new ArrayList<>(found);
		if (ex != null) {
			problems.addAll(ex.getProblems());
		}
		JobReport report = JobReport.of(name(), exitCode, this.migrations.run().id(), done, problems,
				(ex != null) ? ex.getDatabaseState() : null);
		return new JobResult(exitCode, report);
	}

}
