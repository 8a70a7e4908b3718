package io.gemforce.migrations;

/**
 * What a migration is made of.
 */
public enum MigrationType {

	/**
	 * A SQL file.
	 */
	SQL,

	/**
	 * A Java migration of Flyway's.
	 */
	JAVA,

	/**
	 * A bean that migrates MongoDB.
	 */
	BEAN,

	/**
	 * A file of declared changes to MongoDB.
	 */
	FILE,

	/**
	 * The version that a history starts with.
	 */
	BASELINE,

	/**
	 * An entry taken over from another tool's history.
	 */
	IMPORT,

	/**
	 * A note of an operator's, or of a runner that took over from another one.
	 */
	MARK

}
