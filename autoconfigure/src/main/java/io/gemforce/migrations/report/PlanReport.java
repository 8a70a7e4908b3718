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

	}

}
