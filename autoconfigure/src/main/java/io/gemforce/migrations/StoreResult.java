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
 * @param to the version after, {@code null} if there is none
 * @param executed the ids of what this instance applied or undid, in order
 * @param notes what the operator should look at
 * @param duration how long it took
 */
public record StoreResult(StoreName store, Outcome outcome, @Nullable String from, @Nullable String to,
		List<String> executed, List<Problem> notes, Duration duration) {

	public StoreResult {
		executed = List.copyOf(executed);
		notes = List.copyOf(notes);
	}

	/**
	 * Whether this instance applied or undid something in the store.
	 * @return whether the store was changed
	 */
	public boolean isChanged() {
		return !this.executed.isEmpty();
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
		 * This instance undid migrations.
		 */
		ROLLED_BACK,

		/**
		 * A hold binds this build, so nothing was run.
		 */
		HELD,

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
