package io.gemforce.migrations.postgres.history;

import java.sql.SQLException;
import java.util.List;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.flywaydb.core.api.CoreErrorCode;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;

import io.gemforce.migrations.Causes;
import io.gemforce.migrations.ExecutionError;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.postgres.sql.ServerMessages;
import io.gemforce.migrations.store.StoreLock;

/**
 * Explains the exceptions of Flyway and of the JDBC driver. SQLSTATE comes first, as
 * Flyway's own codes say little about what PostgreSQL refused.
 */
public final class FlywayFailures {

	private static final Pattern MISSING_PLACEHOLDER = Pattern
		.compile("No value provided for placeholder: \\$\\{([^}]+)}");

	private FlywayFailures() {
	}

	public static ExecutionError error(Throwable failure) {
		SQLException sql = find(failure);
		if (sql == null) {
			return new ExecutionError(Causes.type(failure), Causes.message(failure), null);
		}
		return new ExecutionError(sql.getClass().getName(), ServerMessages.message(sql), sql.getSQLState());
	}

	public static MigrationException explain(RuntimeException failure, LogEntry attempt, boolean recorded,
			List<LogEntry> rolledBack) {
		ExecutionError error = error(failure);
		String name = "%s (%s)".formatted(attempt.script(), attempt.descriptor().description());
		Problem problem = connection(failure);
		if (problem == null) {
			problem = placeholder(failure);
		}
		if (problem == null) {
			ProblemCode code = (attempt.descriptor().type() == MigrationType.JAVA) ? ProblemCode.MIGRATION_FAILED
					: ProblemCode.SQL_FAILED;
			problem = Problem.error(code, StoreName.POSTGRES,
					"Migration %s of store 'postgres' failed: %s%s".formatted(name, error.message(), sqlState(error)),
					attempt.transactional() ? "Fix %s and start again: it will run again".formatted(attempt.script())
							: ("Look at the schema, take back what %s has left, fix it, remove the failed entry with "
									+ "gemforce.migrations.run=repair, and start again")
								.formatted(attempt.script()));
		}
		if (!recorded && !attempt.descriptor().isRepeatable()) {
			problem = Problem.error(problem.code(), StoreName.POSTGRES, problem.message(),
					InterruptedScripts.action(attempt.id()));
		}
		return new MigrationException(problem, databaseState(name, attempt.transactional(), recorded, rolledBack),
				ServerMessages.withoutRows(failure));
	}

	private static String databaseState(String name, boolean transactional, boolean recorded,
			List<LogEntry> rolledBack) {
		if (!recorded) {
			return "it is not known how much of migration %s is done, as it cannot run in a transaction"
				.formatted(name);
		}
		if (!transactional) {
			return "what migration %s did before it failed is still there, as it cannot run in a transaction"
				.formatted(name);
		}
		return "what migration %s did was rolled back%s".formatted(name,
				rolledBack.isEmpty() ? "" : ", and so was %s, which shared its transaction"
					.formatted(rolledBack.stream().map(LogEntry::script).collect(Collectors.joining(", "))));
	}

	public static MigrationException explainUndo(RuntimeException failure, String script, String migration,
			@Nullable LogEntry attempt, String databaseState) {
		ExecutionError error = error(failure);
		Problem problem = connection(failure);
		if (problem == null && attempt == null) {
			problem = setup(failure);
		}
		if (problem == null) {
			boolean transactional = attempt != null && attempt.transactional();
			problem = Problem.error(ProblemCode.SQL_FAILED, StoreName.POSTGRES,
					"The undo %s of migration %s of store 'postgres' failed: %s%s".formatted(script, migration,
							error.message(), sqlState(error)),
					transactional ? "Fix %s and roll back again".formatted(script)
							: ("Look at the schema, fix %s so that it goes on from there, and roll back again. Or undo the "
									+ "rest by hand and record it with gemforce.migrations.run=mark-rolled-back")
								.formatted(script));
		}
		return new MigrationException(problem, databaseState, ServerMessages.withoutRows(failure));
	}

	private static String sqlState(ExecutionError error) {
		return (error.code() != null) ? " (SQLSTATE %s)".formatted(error.code()) : "";
	}

	static MigrationException lockTimeout(StoreLock lock) {
		return new MigrationException(error(ProblemCode.LOCK_TIMEOUT,
				"Flyway's lock was not free in time%s"
					.formatted((lock.owner() != null) ? ", it is held by %s".formatted(lock.owner()) : ""),
				"If another instance is still migrating, wait, or raise gemforce.migrations.lock.wait-timeout; "
						+ "if it hangs, end it, or run gemforce.migrations.run=release-lock with store=postgres "
						+ "and force=true"),
				"unchanged by this instance", null);
	}

	public static MigrationException lockLost(String script, String databaseState) {
		return new MigrationException(lockLost("Script %s has released Flyway's lock".formatted(script)), databaseState,
				null);
	}

	private static Problem lockLost(String what) {
		return error(ProblemCode.LOCK_LOST, "%s, and another instance has acquired it".formatted(what),
				"Take DISCARD ALL and pg_advisory_unlock_all out of scripts, and start again");
	}

	/**
	 * Explains a failure before or between migrations.
	 */
	public static MigrationException explain(RuntimeException failure) {
		Problem problem = connection(failure);
		if (problem == null) {
			problem = placeholder(failure);
		}
		if (problem == null) {
			problem = setup(failure);
		}
		return new MigrationException(problem, "unchanged by what failed", ServerMessages.withoutRows(failure));
	}

	public static <T> T explaining(Supplier<T> read) {
		try {
			return read.get();
		}
		catch (FlywayException | DataAccessException ex) {
			throw explain(ex);
		}
		catch (IllegalArgumentException ex) {
			throw isOfAnotherEdition(ex) ? explain(ex) : ex;
		}
	}

	private static @Nullable Problem connection(Throwable failure) {
		SQLException sql = find(failure);
		String state = (sql != null && sql.getSQLState() != null) ? sql.getSQLState() : "";
		if (state.startsWith("08") || state.startsWith("57P")) {
			return Problem.error(ProblemCode.STORE_UNREACHABLE, StoreName.POSTGRES,
					"Store 'postgres' cannot be reached: %s".formatted(message(sql)),
					"Check spring.datasource.url or spring.flyway.url, the network, and that the server runs; then start "
							+ "again");
		}
		if (state.startsWith("28")) {
			return Problem.error(ProblemCode.AUTH_FAILED, StoreName.POSTGRES,
					"Store 'postgres' refused the login: %s".formatted(message(sql)),
					"Check user and password in spring.datasource.*, or in spring.flyway.* where they are set");
		}
		if (state.equals("42501")) {
			return Problem.error(ProblemCode.PERMISSION_DENIED, StoreName.POSTGRES,
					"Store 'postgres' refused an operation to its user: %s".formatted(message(sql)),
					"Grant the user CREATE and USAGE on the schema, or set spring.flyway.user to one who has them");
		}
		return null;
	}

	private static @Nullable Problem placeholder(Throwable failure) {
		for (Throwable cause : Causes.of(failure)) {
			Matcher missing = MISSING_PLACEHOLDER.matcher(String.valueOf(Causes.message(cause)));
			if (missing.find()) {
				return error(ProblemCode.PLACEHOLDER_MISSING,
						String.valueOf(Causes.message(cause)).lines().findFirst().orElse(""),
						("Set spring.flyway.placeholders.%s; where the text is no placeholder, set "
								+ "spring.flyway.placeholder-replacement=false, or placeholderReplacement=false in a file "
								+ "beside the script that is named like it with .conf at the end")
							.formatted(missing.group(1)));
			}
		}
		return null;
	}

	private static Problem setup(RuntimeException failure) {
		RuntimeException clean = ServerMessages.withoutRows(failure);
		String message = (clean != failure) ? "%s: %s".formatted(Causes.message(clean), message(find(clean)))
				: String.valueOf(Causes.message(failure));
		if (message.startsWith("Unsupported Database: PostgreSQL")) {
			return error(ProblemCode.MISSING_DEPENDENCY,
					"Flyway's support of PostgreSQL is not on the class path: " + message,
					"Add org.flywaydb:flyway-database-postgresql at runtime. Maven: <dependency><groupId>org.flywaydb"
							+ "</groupId><artifactId>flyway-database-postgresql</artifactId><scope>runtime</scope>"
							+ "</dependency>; Gradle: runtimeOnly(\"org.flywaydb:flyway-database-postgresql\")");
		}
		Object code = (failure instanceof FlywayException flyway) ? flyway.getErrorCode() : null;
		if (code == CoreErrorCode.DUPLICATE_VERSIONED_MIGRATION || code == CoreErrorCode.DUPLICATE_REPEATABLE_MIGRATION
				|| message.startsWith("Found more than one migration")
				|| message.startsWith("Found more than one repeatable migration")) {
			return error(ProblemCode.DUPLICATE_VERSION, message,
					"Give each migration a version of its own; one that is already applied keeps its version");
		}
		if (message.startsWith("Invalid SQL filenames found")) {
			return error(ProblemCode.MALFORMED_NAME, message,
					"Name scripts V<version>__<description>.sql or R__<description>.sql, or set "
							+ "spring.flyway.validate-migration-naming=false");
		}
		if (message.startsWith("Unable to resolve location")
				|| message.startsWith("Failed to find filesystem location")) {
			return error(ProblemCode.NO_MIGRATIONS_FOUND, message,
					"Create the location or take it out of spring.flyway.locations");
		}
		if (message.startsWith("No migration with a target version")) {
			return error(ProblemCode.INVALID_ARGUMENT, message,
					"Set gemforce.migrations.postgres.target, or spring.flyway.target, to a version that this build has, "
							+ "or put a question mark behind it");
		}
		if (code == CoreErrorCode.NON_EMPTY_SCHEMA_WITHOUT_SCHEMA_HISTORY_TABLE) {
			return error(ProblemCode.NON_EMPTY_NO_HISTORY, message,
					"If this is the right database and it is new to Flyway, set spring.flyway.baseline-on-migrate=true "
							+ "and spring.flyway.baseline-version");
		}
		if (message.startsWith("Unable to obtain connection from database")) {
			return error(ProblemCode.STORE_UNREACHABLE, message.lines().findFirst().orElse(""),
					"Check spring.datasource.* and the size of the connection pool: Flyway needs one connection, a second "
							+ "one for its transactional lock, and a third one for callbacks around a run");
		}
		if (isOfAnotherEdition(failure)) {
			return otherEdition();
		}
		if (message.contains(" contains a failed repeatable migration ")
				|| message.contains(" contains a failed migration to version ")) {
			return error(ProblemCode.PREVIOUSLY_FAILED, message,
					"Look at the schema, take back what that migration has left, remove its failed entry with "
							+ "gemforce.migrations.run=repair, then try again");
		}
		if (message.startsWith("Unable to release PostgreSQL advisory lock")) {
			return lockLost("A script has released Flyway's lock");
		}
		if (message.contains("Number of retries exceeded while attempting to acquire")) {
			return error(ProblemCode.LOCK_TIMEOUT, "Flyway's lock was not free in time",
					"If another instance is still migrating, wait, or raise gemforce.migrations.lock.wait-timeout");
		}
		return error(ProblemCode.SQL_FAILED, message, "Fix the cause and start again");
	}

	// Until version 11 Flyway did not expect an entry of such an undo
	private static boolean isOfAnotherEdition(RuntimeException failure) {
		String message = String.valueOf(Causes.message(failure));
		return message.startsWith("Unknown migration type 'UNDO_")
				|| message.startsWith("No enum constant") && message.contains("MigrationType.UNDO_");
	}

	// The free edition refuses the undo entries of other editions or, worse, ignores them
	static Problem otherEdition() {
		return error(ProblemCode.FOREIGN_HISTORY,
				"Flyway's table has entries of type UNDO_SQL or the like, of the undo of another edition of Flyway, which "
						+ "this one cannot read",
				"Run the edition that wrote them; or, to stay with this one, give them the type that it understands: "
						+ "UPDATE <Flyway's table> SET type = 'DELETE' WHERE type LIKE 'UNDO%'");
	}

	// Another table has the name of one of this library's
	static MigrationException foreignTable(String table, String property) {
		return new MigrationException(error(ProblemCode.FOREIGN_HISTORY,
				"Table %s is not this library's, which would use one of that name".formatted(table),
				"Set %s to the name of a table that is not there yet".formatted(property)), "unchanged", null);
	}

	private static Problem error(ProblemCode code, String message, String action) {
		return Problem.error(code, StoreName.POSTGRES,
				"Store 'postgres': %s".formatted(message.strip().replaceAll("\\s*\\R\\s*", "; ")), action);
	}

	private static String message(@Nullable SQLException sql) {
		return (sql != null) ? String.valueOf(ServerMessages.message(sql)) : "";
	}

	private static @Nullable SQLException find(Throwable failure) {
		SQLException found = null;
		for (Throwable cause : Causes.of(failure)) {
			if (cause instanceof SQLException sql && (found == null || sql.getSQLState() != null)) {
				found = sql;
			}
		}
		return found;
	}

}
