package io.gemforce.migrations.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Phase;
import io.gemforce.migrations.store.Plan;
import io.gemforce.migrations.store.PlanStep;
import io.gemforce.migrations.store.PlannedWork;
import io.gemforce.migrations.store.StoreRollback;
import io.gemforce.migrations.store.Undo;

/**
 * What a run or a rollback would do.
 *
 * @param planHash the hash that lets a run do this and nothing else
 * @param result how a rollback would leave each store, by name; absent for a run
 * @param next what to do now, absent if nothing is to be done
 */
public record PlanReport(String schema, String planHash, List<Step> steps, List<ProblemReport> problems,
		@Nullable Map<String, Result> result, @Nullable String next) implements Report {

	/**
	 * Name and version of this shape.
	 */
	public static final String SCHEMA = "migrations-plan/1";

	public static PlanReport of(Plan plan) {
		return of(plan, null);
	}

	public static PlanReport of(List<StoreRollback> rollbacks) {
		Map<String, Result> result = new LinkedHashMap<>();
		rollbacks.stream()
			.filter((rollback) -> !rollback.steps().isEmpty())
			.forEach((rollback) -> result.put(rollback.store().id(),
					new Result(rollback.version().toString(), rollback.applicationVersion())));
		return of(StoreRollback.plan(rollbacks), result);
	}

	private static PlanReport of(Plan plan, @Nullable Map<String, Result> result) {
		return new PlanReport(SCHEMA, plan.hash(), plan.steps().stream().map(Step::of).toList(),
				ProblemReport.of(plan.problems()), result, null);
	}

	public PlanReport withNext(String next) {
		return new PlanReport(this.schema, this.planHash, this.steps, this.problems, this.result, next);
	}

	// Scripts may carry data
	public PlanReport withoutScripts() {
		return new PlanReport(this.schema, this.planHash, this.steps.stream().map(Step::withoutScript).toList(),
				this.problems, this.result, this.next);
	}

	@Override
	public String template() {
		return "plan";
	}

	@Override
	public String describe() {
		StringBuilder text = new StringBuilder(
				"migrations plan: %d step(s), planHash %s".formatted(this.steps.size(), this.planHash));
		int number = 1;
		for (Step step : this.steps) {
			text.append("\n%d. %s".formatted(number++, step.describe()));
		}
		if (this.result != null) {
			this.result.forEach((store, result) -> text.append('\n').append(store).append(result.describe()));
		}
		this.problems.forEach((problem) -> text.append('\n').append(problem.describe()));
		return ((this.next != null) ? text.append('\n').append(this.next) : text).toString();
	}

	/**
	 * One migration that would be executed.
	 *
	 * @param heldBack why it would not be executed now
	 */
	public record Step(@JsonUnwrapped Subject subject, Phase phase, Direction direction,
			@JsonUnwrapped PlannedWork work, Undo undo, List<String> heldBack) {

		static Step of(PlanStep step) {
			MigrationDescriptor descriptor = step.descriptor();
			return new Step(
					new Subject(step.store().id(), descriptor.id(), descriptor.description(), descriptor.type()),
					step.phase(), step.direction(), step.work(), step.undo(), step.heldBack());
		}

		private String describe() {
			StringBuilder text = new StringBuilder("%s %s %s (%s), %s".formatted(this.direction, this.subject.store(),
					this.subject.id(), this.subject.description(), this.phase));
			if (this.subject.type() != null) {
				text.append(", ").append(this.subject.type());
			}
			if (this.work.transactional() != null) {
				text.append(this.work.transactional() ? ", in a transaction" : ", not in a transaction");
			}
			text.append(this.undo.available() ? ", undo: %s".formatted(this.undo.kind())
					: ", no undo: %s".formatted(this.undo.reason()));
			this.heldBack.forEach((reason) -> text.append("\n   HELD BACK: ").append(reason));
			this.work.summary().lines().forEach((line) -> text.append("\n   ").append(line));
			this.work.locks().forEach((lock) -> text.append("\n   lock: ").append(lock));
			if (this.work.script() != null) {
				this.work.script().lines().forEach((line) -> text.append("\n   | ").append(line));
			}
			return text.toString();
		}

		Step withoutScript() {
			return new Step(this.subject, this.phase, this.direction, this.work.withoutScript(), this.undo,
					this.heldBack);
		}

	}

	/**
	 * Which migration it is.
	 */
	public record Subject(String store, String id, String description, @Nullable MigrationType type) {

	}

	/**
	 * How a rollback would leave a store.
	 *
	 * @param version the version that it would be at, {@code 0} if nothing stays
	 * @param applicationVersion the version of the service that applied the newest
	 * migration that stays
	 */
	public record Result(String version, @Nullable String applicationVersion) {

		private String describe() {
			return " would be at version %s%s".formatted(this.version, (this.applicationVersion != null)
					? ", which application version %s was the last to run on".formatted(this.applicationVersion) : "");
		}

	}

}
