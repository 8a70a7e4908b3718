package io.gemforce.migrations.store;

import org.jspecify.annotations.Nullable;

/**
 * Whether a migration can be undone.
 *
 * @param available whether it can, as far as is known without looking at its data
 */
public record Undo(boolean available, @Nullable UndoKind kind, @Nullable String reason) {

	public static Undo by(UndoKind kind) {
		return new Undo(true, kind, null);
	}

	/**
	 * Say that it cannot be undone. The reason is a clause without a period.
	 */
	public static Undo none(String reason) {
		return new Undo(false, null, reason);
	}

}
