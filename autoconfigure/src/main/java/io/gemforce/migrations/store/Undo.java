package io.gemforce.migrations.store;

import org.jspecify.annotations.Nullable;

/**
 * Whether a migration can be undone.
 *
 * @param available whether it can, as far as is known without looking at its data
 * @param kind what undoes it, {@code null} if nothing does
 * @param reason why it cannot be undone, {@code null} if it can
 */
public record Undo(boolean available, @Nullable UndoKind kind, @Nullable String reason) {

	/**
	 * Say that a migration can be undone.
	 */
	public static Undo by(UndoKind kind) {
		return new Undo(true, kind, null);
	}

	/**
	 * Say that a migration cannot be undone.
	 * @param reason why, a clause without a period
	 */
	public static Undo none(String reason) {
		return new Undo(false, null, reason);
	}

}
