package io.gemforce.migrations.store;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;

/**
 * What a rollback would do to a store.
 *
 * @param store the store
 * @param steps what would be undone, in this order; a step that cannot be says why
 * @param version the version that the store would be at, {@code 0} if nothing stays
 * @param applicationVersion the version of the service that applied the newest migration
 * that stays, {@code null} if that is not known
 */
public record StoreRollback(StoreName store, List<PlanStep> steps, Version version,
		@Nullable String applicationVersion) {

	public StoreRollback {
		steps = List.copyOf(steps);
	}

	/**
	 * Return what a rollback over stores would do as one plan.
	 */
	public static Plan plan(List<StoreRollback> rollbacks) {
		return new Plan(rollbacks.stream().flatMap((rollback) -> rollback.steps().stream()).toList(), List.of());
	}

}
