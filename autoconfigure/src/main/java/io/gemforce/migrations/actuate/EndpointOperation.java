package io.gemforce.migrations.actuate;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What can be done over HTTP, if the user allows it.
 */
public enum EndpointOperation {

	/**
	 * Compare the store with this build now.
	 */
	VALIDATE("Compares the store with this build now. Changes nothing."),

	/**
	 * Apply what is pending, as a plan has it.
	 */
	MIGRATE("Applies what the plan has, and nothing else."),

	/**
	 * Apply a migration again that failed.
	 */
	RETRY("Applies the migration again, and what is pending after it."),

	/**
	 * Undo the migration that was applied last.
	 */
	ROLLBACK("Undoes the migration, and holds newer builds back from applying it again."),

	/**
	 * Accept the checksums of this build, close what was left open.
	 */
	REPAIR("Accepts the checksums of this build and closes what was left open. Says what it would do unless dryRun "
			+ "is false."),

	/**
	 * Record a migration as applied without running it.
	 */
	MARK_APPLIED("Records the migration as applied, without running it."),

	/**
	 * Record a migration as not applied without undoing it.
	 */
	MARK_ROLLED_BACK("Records the migration as rolled back, without undoing it."),

	/**
	 * Take the lock from a holder that is gone.
	 */
	RELEASE_LOCK("Takes the lock from a holder that is gone; with force, from one that is alive."),

	/**
	 * Let a store that was rolled back be migrated again.
	 */
	RELEASE_HOLD("Lets the store be migrated again.");

	private final String effect;

	EndpointOperation(String effect) {
		this.effect = effect;
	}

	public String id() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	String effect() {
		return this.effect;
	}

	boolean isOfMigration() {
		return switch (this) {
			case RETRY, ROLLBACK, MARK_APPLIED, MARK_ROLLED_BACK -> true;
			case VALIDATE, MIGRATE, REPAIR, RELEASE_LOCK, RELEASE_HOLD -> false;
		};
	}

	boolean isLong() {
		return this == MIGRATE || this == RETRY || this == ROLLBACK;
	}

	boolean needsLock() {
		return this != VALIDATE && this != RELEASE_LOCK;
	}

	static Optional<EndpointOperation> find(String id) {
		return Arrays.stream(values()).filter((operation) -> operation.id().equals(id)).findFirst();
	}

}
