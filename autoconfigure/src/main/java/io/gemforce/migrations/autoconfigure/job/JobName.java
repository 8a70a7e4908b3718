package io.gemforce.migrations.autoconfigure.job;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What a process can do about migrations instead of being a service.
 */
public enum JobName {

	/**
	 * Apply what is pending.
	 */
	MIGRATE,

	/**
	 * Say whether anything is pending or wrong.
	 */
	VALIDATE,

	/**
	 * Say what would be run.
	 */
	PLAN,

	/**
	 * Undo what was applied last.
	 */
	ROLLBACK,

	/**
	 * Try out what would be run, and its undo, where it does no harm.
	 */
	REHEARSE,

	/**
	 * Report the status.
	 */
	STATUS,

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

	static final String PROPERTY = "gemforce.migrations.run";

	String id() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	public static Optional<JobName> find(String id) {
		return Arrays.stream(values()).filter((job) -> job.id().equals(id)).findFirst();
	}

}
