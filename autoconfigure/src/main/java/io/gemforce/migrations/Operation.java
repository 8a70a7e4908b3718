package io.gemforce.migrations;

import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Something that an operator does to the records of a store, and to nothing else in it.
 *
 * @param kind what to do
 * @param version the version to do it to, {@code null} if it is done to the store
 * @param reason why
 * @param force whether to do it even if another instance may be at work
 * @param holder the only holder that the lock may be taken from, {@code null} for whoever
 * holds it
 */
public record Operation(Kind kind, @Nullable Version version, @Nullable String reason, boolean force,
		@Nullable String holder) {

	/**
	 * Create an operation that is meant for whoever holds the lock.
	 * @param kind what to do
	 * @param version the version to do it to, {@code null} if it is done to the store
	 * @param reason why
	 * @param force whether to do it even if another instance may be at work
	 */
	public Operation(Kind kind, @Nullable Version version, @Nullable String reason, boolean force) {
		this(kind, version, reason, force, null);
	}

	/**
	 * What can be done.
	 */
	public enum Kind {

		/**
		 * Accept the checksums of this build, close what was left open.
		 */
		REPAIR,

		/**
		 * Record a migration as applied without running it.
		 */
		MARK_APPLIED,

		/**
		 * Record a migration as not applied without undoing it.
		 */
		MARK_ROLLED_BACK,

		/**
		 * Take the lock from a holder that is gone.
		 */
		RELEASE_LOCK,

		/**
		 * Let a store that was rolled back be migrated again.
		 */
		RELEASE_HOLD;

		/**
		 * Return the name as users write it.
		 * @return the name in lower case, with hyphens
		 */
		public String id() {
			return name().toLowerCase(Locale.ROOT).replace('_', '-');
		}

	}

}
