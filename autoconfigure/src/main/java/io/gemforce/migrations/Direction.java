package io.gemforce.migrations;

/**
 * Whether an execution applies a migration or undoes it.
 */
public enum Direction {

	/**
	 * Applies the migration.
	 */
	UP,

	/**
	 * Undoes the migration.
	 */
	DOWN

}
