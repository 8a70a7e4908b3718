package io.gemforce.migrations;

/**
 * Stable names of the kinds of problems.
 */
public enum ProblemCode {

	/**
	 * The database did not answer.
	 */
	STORE_UNREACHABLE,

	/**
	 * The database refused the login.
	 */
	AUTH_FAILED,

	/**
	 * The database refused an operation to the user.
	 */
	PERMISSION_DENIED,

	/**
	 * A migration was edited after it was applied.
	 */
	CHECKSUM_MISMATCH,

	/**
	 * An applied migration is not in this build.
	 */
	MISSING_MIGRATION,

	/**
	 * A pending migration is older than an applied one.
	 */
	OUT_OF_ORDER,

	/**
	 * Two migrations have one version.
	 */
	DUPLICATE_VERSION,

	/**
	 * A version or a file name is not well-formed.
	 */
	MALFORMED_NAME,

	/**
	 * No migration was found, or a location that was configured does not exist.
	 */
	NO_MIGRATIONS_FOUND,

	/**
	 * A SQL migration failed.
	 */
	SQL_FAILED,

	/**
	 * A MongoDB migration failed.
	 */
	MIGRATION_FAILED,

	/**
	 * An execution never finished, or failed without a rollback that was observed.
	 */
	INTERRUPTED,

	/**
	 * An execution left a failed entry in Flyway's history.
	 */
	PREVIOUSLY_FAILED,

	/**
	 * The lock was not free in time.
	 */
	LOCK_TIMEOUT,

	/**
	 * The lock was lost while it was needed.
	 */
	LOCK_LOST,

	/**
	 * A transaction is required where there are none.
	 */
	NO_REPLICA_SET,

	/**
	 * A bean that should be a migration is none, or the other way round.
	 */
	WRONG_BEAN_TYPE,

	/**
	 * A migration needs a bean that waits for the migrations.
	 */
	FORBIDDEN_INJECTION,

	/**
	 * Several beans qualify and none is marked as the primary one.
	 */
	AMBIGUOUS_BEAN,

	/**
	 * The database has migrations that are newer than this build.
	 */
	SCHEMA_AHEAD,

	/**
	 * There is a schema but no history of it.
	 */
	NON_EMPTY_NO_HISTORY,

	/**
	 * The history was written by another service.
	 */
	FOREIGN_HISTORY,

	/**
	 * Migrations are pending where none may be.
	 */
	PENDING_MIGRATIONS

}
