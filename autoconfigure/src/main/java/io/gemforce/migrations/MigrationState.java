package io.gemforce.migrations;

/**
 * State of a migration in a store, and of a single execution of it.
 */
public enum MigrationState {

	/**
	 * In this build and not applied: a run would apply it.
	 */
	PENDING,

	/**
	 * Being executed now, or its execution never finished.
	 */
	RUNNING,

	/**
	 * Executed with success.
	 */
	APPLIED,

	/**
	 * Its newest execution failed.
	 */
	FAILED,

	/**
	 * Its newest execution never finished; what it has done is not known, unless it ran
	 * in a transaction.
	 */
	INTERRUPTED,

	/**
	 * Undone.
	 */
	ROLLED_BACK,

	/**
	 * Counts as applied because the history starts with it.
	 */
	BASELINE,

	/**
	 * Applied, not in this build, and below this build's newest version.
	 */
	MISSING,

	/**
	 * Applied, not in this build, and above this build's newest version.
	 */
	FUTURE,

	/**
	 * Repeatable that has changed since it was applied: a run would apply it again.
	 */
	OUTDATED,

	/**
	 * Repeatable that was applied again later.
	 */
	SUPERSEDED,

	/**
	 * In this build, not applied, and never to be applied by a run.
	 */
	IGNORED,

	/**
	 * Pending, but held back by a decision that a rollback has left.
	 */
	HELD;

	/**
	 * Whether a run would execute a migration in this state.
	 * @return whether the migration still has to be applied
	 */
	public boolean isPending() {
		return switch (this) {
			case PENDING, FAILED, INTERRUPTED, ROLLED_BACK, OUTDATED -> true;
			default -> false;
		};
	}

	/**
	 * Whether the database has what a migration in this state does.
	 * @return whether the migration is applied
	 */
	public boolean isApplied() {
		return switch (this) {
			case APPLIED, BASELINE, MISSING, FUTURE, OUTDATED, SUPERSEDED -> true;
			default -> false;
		};
	}

}
