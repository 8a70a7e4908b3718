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
 * @param store the store
 * @param id the id of the migration
 * @param description its description
 * @param type what it is made of, {@code null} if that is not known
 * @param phase when it may run
 * @param direction whether it is applied or undone
 * @param summary what it does, a sentence a line
 * @param script the text that is executed, {@code null} if there is none to show
 * @param touches how much it touches, {@code null} if that is not known
 * @param locks the locks that it takes in the database, in words
 * @param transactional whether it runs in a transaction, {@code null} if that is not
 * known before
 * @param undo whether it can be undone
 * @param heldBack why it would not be executed now, empty if it would
 * @param checksum the checksum, {@code null} if it has none
 */
public record PlanStep(StoreName store, String id, String description, @Nullable MigrationType type, Phase phase,
		Direction direction, String summary, @Nullable String script, @Nullable AffectedCount touches, List<String> locks,
		@Nullable Boolean transactional, Undo undo, List<String> heldBack, @Nullable String checksum) {

	public PlanStep {
		locks = List.copyOf(locks);
		heldBack = List.copyOf(heldBack);
	}

	/**
	 * Whether a run would execute this now.
	 */
	public boolean isRunnable() {
		return this.heldBack.isEmpty();
	}

}
