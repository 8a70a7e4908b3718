package io.gemforce.migrations.store;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;

/**
 * What a rollback would do to a store.
 *
 * @param steps what would be undone, in this order; a step that cannot be says why
 * @param version the version that the store would be at, {@code 0} if nothing stays
 */
public record StoreRollback(StoreName store, List<PlanStep> steps, Version version,
		@Nullable String applicationVersion) {

	public StoreRollback {
		steps = List.copyOf(steps);
	}

	public static Plan plan(List<StoreRollback> rollbacks) {
		return new Plan(rollbacks.stream().flatMap((rollback) -> rollback.steps().stream()).toList(), List.of());
	}

}
