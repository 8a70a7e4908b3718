package io.gemforce.migrations;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * What came of rehearsing a migration.
 *
 * @param store the store
 * @param id the id of the migration
 * @param description its description
 * @param outcome what came of it
 * @param reason why, {@code null} if all went well
 * @param up how long applying it took, {@code null} if it was not applied
 * @param down how long undoing it took, {@code null} if it was not undone
 */
public record RehearsalResult(StoreName store, String id, String description, Outcome outcome, @Nullable String reason,
		@Nullable Duration up, @Nullable Duration down) {

	public RehearsalResult {
		reason = (reason != null) ? Secrets.mask(reason) : null;
	}

	/**
	 * What can come of it.
	 */
	public enum Outcome {

		/**
		 * Applied, undone and applied again, with the same schema and data each time.
		 */
		PASSED,

		/**
		 * Applied; it has no undo.
		 */
		NO_DOWN,

		/**
		 * It failed, or its undo did not restore what was there before.
		 */
		FAILED,

		/**
		 * Not run, as it could have reached the real databases.
		 */
		NOT_REHEARSED

	}

}
