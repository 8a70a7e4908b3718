package io.gemforce.migrations.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Phase;
import io.gemforce.migrations.store.AffectedCount;
import io.gemforce.migrations.store.Plan;
import io.gemforce.migrations.store.PlanStep;
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
	 * @param summary what it does, a sentence a line
	 * @param locks the locks that it takes in the database, in words
	 * @param heldBack why it would not be executed now
	 */
	public record Step(String store, String id, String description, @Nullable MigrationType type, Phase phase,
			Direction direction, String summary, @Nullable String script, @Nullable AffectedCount touches,
			List<String> locks, @Nullable Boolean transactional, Undo undo, List<String> heldBack) {

		static Step of(PlanStep step) {
			return new Step(step.store().id(), step.id(), step.description(), step.type(), step.phase(),
					step.direction(), step.summary(), step.script(), step.touches(), step.locks(), step.transactional(),
					step.undo(), step.heldBack());
		}

		Step withoutScript() {
			return new Step(this.store, this.id, this.description, this.type, this.phase, this.direction, this.summary,
					null, this.touches, this.locks, this.transactional, this.undo, this.heldBack);
		}

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
