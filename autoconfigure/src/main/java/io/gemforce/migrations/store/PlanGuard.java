package io.gemforce.migrations.store;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.Severity;
import io.gemforce.migrations.StoreName;

/**
 * Lets a run execute nothing but what was shown in a plan. Asked under the store's lock,
 * before each migration.
 */
public final class PlanGuard {

	private final @Nullable List<PlanStep> expected;

	private final Consumer<String> listener;

	private int position;

	private PlanGuard(@Nullable List<PlanStep> expected, Consumer<String> listener) {
		this.expected = expected;
		this.listener = listener;
	}

	/**
	 * Return a guard that lets everything pass.
	 */
	public static PlanGuard open() {
		return new PlanGuard(null, (id) -> {
		});
	}

	/**
	 * Return a guard that lets pass what a plan has, in its order. What another instance
	 * has executed meanwhile may be missing.
	 */
	public static PlanGuard of(Plan plan) {
		return new PlanGuard(plan.runnable(), (id) -> {
		});
	}

	/**
	 * Return a guard that also tells a listener the id of each migration that has passed.
	 */
	public PlanGuard withProgress(Consumer<String> listener) {
		return new PlanGuard(this.expected, listener);
	}

	/**
	 * Throw unless a migration may be executed. May be asked about the same one again.
	 */
	public void check(StoreName store, String id, Direction direction, Supplier<String> databaseState) {
		requireExpected(store, id, direction, databaseState);
		this.listener.accept(id);
	}

	public boolean allows(StoreName store, String id, Direction direction) {
		return this.expected == null || find(this.expected, store, id, direction) >= 0;
	}

	private int find(List<PlanStep> steps, StoreName store, String id, Direction direction) {
		for (int next = this.position; next < steps.size(); next++) {
			PlanStep step = steps.get(next);
			if (step.store() == store && step.id().equals(id) && step.direction() == direction) {
				return next;
			}
		}
		return -1;
	}

	private void requireExpected(StoreName store, String id, Direction direction, Supplier<String> databaseState) {
		if (this.expected == null) {
			return;
		}
		int found = find(this.expected, store, id, direction);
		if (found >= 0) {
			this.position = found;
			return;
		}
		throw changed(store, "migration %s of store '%s' would be %s, which is not in the plan".formatted(id, store,
				(direction == Direction.UP) ? "applied" : "undone"), databaseState.get());
	}

	public static void requireUnchanged(Plan plan, String hash) {
		if (!plan.hash().equals(hash.trim())) {
			List<String> now = plan.runnable()
				.stream()
				.map((step) -> "%s %s %s".formatted(step.direction(), step.store(), step.id()))
				.toList();
			throw changed(null, "the plan was %s and is %s now: %s".formatted(hash, plan.hash(),
					now.isEmpty() ? "nothing to do" : String.join(", ", now)), "unchanged");
		}
	}

	private static MigrationException changed(@Nullable StoreName store, String what, String databaseState) {
		return new MigrationException(
				new Problem(Severity.ERROR, ProblemCode.PLAN_CHANGED, store, "Not what was planned: %s".formatted(what),
						"Look at the plan again (gemforce.migrations.run=plan) and run with its hash"),
				databaseState, null);
	}

}
