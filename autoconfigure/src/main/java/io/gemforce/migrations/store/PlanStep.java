package io.gemforce.migrations.store;

import java.util.List;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.Phase;
import io.gemforce.migrations.StoreName;

/**
 * One migration that a run would execute, or would execute if nothing held it back.
 *
 * @param heldBack why it would not be executed now, empty if it would
 */
public record PlanStep(StoreName store, MigrationDescriptor descriptor, Phase phase, Direction direction,
		PlannedWork work, Undo undo, List<String> heldBack) {

	public PlanStep {
		heldBack = List.copyOf(heldBack);
	}

	public String id() {
		return this.descriptor.id();
	}

	public boolean isRunnable() {
		return this.heldBack.isEmpty();
	}

}
