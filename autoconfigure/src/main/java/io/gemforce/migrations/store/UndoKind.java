package io.gemforce.migrations.store;

/**
 * What undoes a migration.
 */
public enum UndoKind {

	/**
	 * Code of the migration's own.
	 */
	BEAN,

	/**
	 * The reverse of what the migration declares.
	 */
	DERIVED,

	/**
	 * A SQL file.
	 */
	SQL

}
