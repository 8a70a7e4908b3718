package io.gemforce.migrations.store;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Phase;
import io.gemforce.migrations.StoreName;

/**
 * One migration that a run would execute, or would execute if nothing held it back.
 *
 * @param summary what it does, a sentence a line
 * @param transactional {@code null} if that is not known before
 * @param heldBack why it would not be executed now, empty if it would
 */
public record PlanStep(StoreName store, String id, String description, @Nullable MigrationType type, Phase phase,
		Direction direction, String summary, @Nullable String script, @Nullable AffectedCount touches,
		List<String> locks, @Nullable Boolean transactional, Undo undo, List<String> heldBack,
		@Nullable String checksum) {

	public PlanStep {
		locks = List.copyOf(locks);
		heldBack = List.copyOf(heldBack);
	}

	public boolean isRunnable() {
		return this.heldBack.isEmpty();
	}

}
