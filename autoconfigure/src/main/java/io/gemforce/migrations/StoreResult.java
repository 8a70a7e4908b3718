package io.gemforce.migrations;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What a run did to a store.
 *
 * @param store the store
 * @param outcome what it came to
 * @param from the version before, {@code null} if there was none or it was not read
 * @param to the version after, {@code null} if nothing was applied
 * @param applied the ids of what this instance applied, in order
 * @param duration how long it took
 */
public record StoreResult(StoreName store, Outcome outcome, @Nullable String from, @Nullable String to,
		List<String> applied, Duration duration) {

	public StoreResult {
		applied = List.copyOf(applied);
	}

	/**
	 * What a run of a store can come to.
	 */
	public enum Outcome {

		/**
		 * This instance applied migrations.
		 */
		APPLIED,

		/**
		 * Nothing was left to apply.
		 */
		UP_TO_DATE,

		/**
		 * The store is newer than this build, so nothing was run.
		 */
		AHEAD,

		/**
		 * The mode only looks at the store.
		 */
		CHECKED,

		/**
		 * The store is switched off.
		 */
		DISABLED

	}

}
