package io.gemforce.migrations;

import java.util.Locale;

/**
 * Stable names of the kinds of problems.
 */
public enum ProblemCode {

	/**
	 * The database did not answer.
	 */
	STORE_UNREACHABLE(ExitCode.UNREACHABLE),

	/**
	 * The database refused the login.
	 */
	AUTH_FAILED(ExitCode.CONFIGURATION),

	/**
	 * The database refused an operation to the user.
	 */
	PERMISSION_DENIED(ExitCode.CONFIGURATION),

	/**
	 * A migration was edited after it was applied.
	 */
	CHECKSUM_MISMATCH(ExitCode.INVALID),

	/**
	 * An applied migration is not in this build.
	 */
	MISSING_MIGRATION(ExitCode.INVALID),

	/**
	 * A pending migration is older than an applied one.
	 */
	OUT_OF_ORDER(ExitCode.INVALID),

	/**
	 * Two migrations have one version.
	 */
	DUPLICATE_VERSION(ExitCode.CONFIGURATION),

	/**
	 * A version or a file name is not well-formed.
	 */
	MALFORMED_NAME(ExitCode.CONFIGURATION),

	/**
	 * No migration was found, or a location that was configured does not exist.
	 */
	NO_MIGRATIONS_FOUND(ExitCode.CONFIGURATION),

	/**
	 * A SQL migration failed.
	 */
	SQL_FAILED(ExitCode.FAILED),

	/**
	 * A MongoDB migration failed.
	 */
	MIGRATION_FAILED(ExitCode.FAILED),

	/**
	 * An execution never finished, or failed without a rollback that was observed.
	 */
	INTERRUPTED(ExitCode.INVALID),

	/**
	 * An execution left a failed entry in Flyway's history.
	 */
	PREVIOUSLY_FAILED(ExitCode.INVALID),

	/**
	 * The lock was not free in time.
	 */
	LOCK_TIMEOUT(ExitCode.LOCK),

	/**
	 * The lock was lost while it was needed.
	 */
	LOCK_LOST(ExitCode.FAILED),

	/**
	 * A transaction is required where there are none.
	 */
	NO_REPLICA_SET(ExitCode.CONFIGURATION),

	/**
	 * A bean that should be a migration is none, or the other way round.
	 */
	WRONG_BEAN_TYPE(ExitCode.CONFIGURATION),

	/**
	 * A migration needs a bean that waits for the migrations.
	 */
	FORBIDDEN_INJECTION(ExitCode.CONFIGURATION),

	/**
	 * Several beans qualify and none is marked as the primary one.
	 */
	AMBIGUOUS_BEAN(ExitCode.CONFIGURATION),

	/**
	 * The database has migrations that are newer than this build.
	 */
	SCHEMA_AHEAD(ExitCode.AHEAD),

	/**
	 * A library that is needed is not on the class path.
	 */
	MISSING_DEPENDENCY(ExitCode.CONFIGURATION),

	/**
	 * A script has a placeholder that nobody gives a value.
	 */
	PLACEHOLDER_MISSING(ExitCode.CONFIGURATION),

	/**
	 * The holder of the lock has given no sign of life for a lease.
	 */
	LOCK_STALE(ExitCode.LOCK),

	/**
	 * There is a schema but no history of it.
	 */
	NON_EMPTY_NO_HISTORY(ExitCode.CONFIGURATION),

	/**
	 * The history was written by another service.
	 */
	FOREIGN_HISTORY(ExitCode.INVALID),

	/**
	 * The history has rows that this build does not understand.
	 */
	UNREADABLE_HISTORY(ExitCode.INVALID),

	/**
	 * Migrations are pending where none may be.
	 */
	PENDING_MIGRATIONS(ExitCode.PENDING),

	/**
	 * A transaction was longer or larger than the server allows.
	 */
	MONGO_TX_LIMIT(ExitCode.FAILED),

	/**
	 * A transaction met conflicting writes for longer than a transaction may last.
	 */
	WRITE_CONFLICT(ExitCode.FAILED),

	/**
	 * A requirement is not well-formed, or nobody knows the migration that it names.
	 */
	UNKNOWN_REQUIRES(ExitCode.CONFIGURATION),

	/**
	 * A migration that is required is not applied.
	 */
	DEPENDENCY_BLOCKED(ExitCode.INVALID),

	/**
	 * An entry of another tool's history is not named as it should be.
	 */
	MALFORMED_IMPORT(ExitCode.CONFIGURATION),

	/**
	 * The holder of a lock that should be released is alive.
	 */
	LOCK_ALIVE(ExitCode.LOCK),

	/**
	 * A run had changed one store when it failed for the other one. Beside the problem
	 * that ended it, which decides on the exit code.
	 */
	PARTIAL_RUN(ExitCode.OK),

	/**
	 * The process was told to end.
	 */
	SHUTTING_DOWN(ExitCode.TERMINATED),

	/**
	 * A migration that should be undone cannot be.
	 */
	NO_DOWN(ExitCode.INVALID),

	/**
	 * What would be run is not what was shown in a plan.
	 */
	PLAN_CHANGED(ExitCode.INVALID),

	/**
	 * A rollback has left a decision not to run the store past a version.
	 */
	HELD(ExitCode.PENDING),

	/**
	 * A migration was undone, but not all of its data, as that has changed since.
	 */
	UNDO_CONFLICT(ExitCode.OK),

	/**
	 * A file of declared changes, or a migration that declares them, is not well-formed.
	 */
	INVALID_DEFINITION(ExitCode.CONFIGURATION),

	/**
	 * A strategy of the application's keeps further histories, which are not looked
	 * after.
	 */
	SEVERAL_HISTORIES(ExitCode.CONFIGURATION),

	/**
	 * A property is missing, unknown or of no use.
	 */
	INVALID_ARGUMENT(ExitCode.CONFIGURATION),

	/**
	 * Something unexpected failed.
	 */
	UNEXPECTED(ExitCode.UNEXPECTED);

	private final int exitCode;

	ProblemCode(int exitCode) {
		this.exitCode = exitCode;
	}

	/**
	 * Return where the documentation says what this kind of problem means for the
	 * database, and what to do about it.
	 * @return the page and the heading, relative to the documentation
	 */
	public String docs() {
		return "errors.md#" + name().toLowerCase(Locale.ROOT);
	}

	/**
	 * Return what a job ends with that has this problem.
	 * @return the exit code of the process
	 */
	public int exitCode() {
		return this.exitCode;
	}

}
