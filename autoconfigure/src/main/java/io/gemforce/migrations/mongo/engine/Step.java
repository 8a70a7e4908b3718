package io.gemforce.migrations.mongo.engine;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationState;

/**
 * A migration that is about to be applied or undone.
 *
 * @param migration the migration
 * @param direction whether it is applied or undone
 * @param cycle the rank of the first attempt to apply it since it was not applied,
 * {@code null} if this is that attempt
 */
record Step(ResolvedMigration migration, Direction direction, @Nullable Long cycle) {

	/**
	 * Return the state of a row that records the success of this.
	 * @return the state
	 */
	MigrationState done() {
		return isUp() ? MigrationState.APPLIED : MigrationState.ROLLED_BACK;
	}

	boolean isUp() {
		return this.direction == Direction.UP;
	}

	/**
	 * Say briefly what this is, for the middle of a sentence.
	 * @return the version, or its undo
	 */
	String brief() {
		return (isUp() ? "migration %s" : "the undo of migration %s").formatted(this.migration.version());
	}

	/**
	 * Say what this is, for the middle of a sentence.
	 * @return the migration, or its undo
	 */
	@Override
	public String toString() {
		return isUp() ? "migration %s".formatted(this.migration) : "the undo of migration %s".formatted(this.migration);
	}

}
