package io.gemforce.migrations.postgres.sql;

import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

import io.gemforce.migrations.Causes;

/**
 * The server's message of an error without values of rows. The driver puts all that the
 * server sends into one message, and detail and context repeat values ({@code Failing row
 * contains (…)}, {@code Key (email)=(…) already exists.}, {@code COPY t, line 1: "…"}),
 * as do the messages about a value that does not fit.
 */
public final class ServerMessages {

	private static final String DRIVER = "org.postgresql.util.PSQLException";

	// Errors whose detail is about objects and sessions
	private static final Pattern DETAIL_WITHOUT_ROWS = Pattern.compile("2BP01|40...|42...|55...");

	private static final Pattern QUOTED_VALUE = Pattern
		.compile("(?<!\\b(?:type|column|relation|table|encoding|enum|domain|constraint|function|parameter) )"
				+ "[\"„“»«].*[\"“”«»]", Pattern.DOTALL);

	private ServerMessages() {
	}

	public static @Nullable String message(SQLException error) {
		return error.getClass().getName().equals(DRIVER) ? Postgres.message(error) : error.getMessage();
	}

	/**
	 * Returns an exception that is safe to print whole; the stack trace stays.
	 */
	public static RuntimeException withoutRows(RuntimeException failure) {
		List<SQLException> telling = Causes.of(failure)
			.stream()
			.filter(SQLException.class::isInstance)
			.map(SQLException.class::cast)
			.filter((error) -> !Objects.equals(message(error), error.getMessage()))
			.toList();
		if (telling.isEmpty()) {
			return failure;
		}
		SQLException error = telling.get(telling.size() - 1);
		SQLException cause = new SQLException(message(error), error.getSQLState());
		cause.setStackTrace(error.getStackTrace());
		FlywayException clean = new FlywayException(firstLine(failure, error), cause);
		clean.setStackTrace(failure.getStackTrace());
		return clean;
	}

	// Flyway begins with the script, and goes on with the whole message of the driver
	private static String firstLine(RuntimeException failure, SQLException error) {
		String line = String.valueOf(failure.getMessage()).lines().findFirst().orElse("");
		String said = String.valueOf(error.getMessage()).lines().findFirst().orElse("");
		return (said.isEmpty() || !line.contains(said)) ? line : String.valueOf(message(error));
	}

	// Loaded only if the driver is there
	private static final class Postgres {

		static @Nullable String message(SQLException error) {
			ServerErrorMessage said = ((PSQLException) error).getServerErrorMessage();
			if (said == null || said.getMessage() == null) {
				return error.getMessage();
			}
			String state = String.valueOf(said.getSQLState());
			StringBuilder message = new StringBuilder();
			if (said.getSeverity() != null) {
				message.append(said.getSeverity()).append(": ");
			}
			message.append(state.startsWith("22") ? withoutValues(said.getMessage()) : said.getMessage());
			if (said.getDetail() != null && DETAIL_WITHOUT_ROWS.matcher(state).matches()) {
				message.append("; ").append(said.getDetail().replaceAll("\\s*\\R\\s*", ", "));
			}
			if (said.getHint() != null) {
				message.append("; ").append(said.getHint());
			}
			return message.toString();
		}

		private static String withoutValues(String message) {
			return QUOTED_VALUE.matcher(message).replaceAll(Matcher.quoteReplacement("***"));
		}

	}

}
