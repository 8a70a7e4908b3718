package io.gemforce.migrations.store;

import java.util.List;

/**
 * What a run would execute in a store, in order, and the comparison that says so.
 */
public record StorePlan(List<PlanStep> steps, Validation validation) {

	public StorePlan {
		steps = List.copyOf(steps);
	}

}
