package io.gemforce.migrations.postgres.sql;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.flywaydb.core.api.resource.LoadableResource;

/**
 * A meta command of psql in a script, such as {@code \restrict} of {@code pg_dump} or
 * {@code \copy}, which only psql understands. Outside of text constants, quoted names,
 * comments and the data of {@code COPY}, SQL has no backslash.
 */
public record PsqlCommand(String script, int line, String command) {

	// What a backslash may be part of; any other one, the last alternative, is a command
	private static final Pattern TOKEN = Pattern.compile(
			"""
					--[^\\n]*+|(?<![\\w$])[eE]'(?:[^'\\\\]|\\\\.|'')*+(?:'|\\z)|'[^']*+(?:'|\\z)|"[^"]*+(?:"|\\z)\
					|(?<![\\w$])(?<tag>\\$(?:[A-Za-z_\\x80-\\uffff][\\w\\x80-\\uffff]*)?\\$).*?(?:\\k<tag>|\\z)|(?<comment>/\\*)|(?<end>;)\
					|(?<command>\\\\\\S*)""",
			Pattern.DOTALL);

	private static final Pattern COPY = Pattern.compile("(?is)COPY\\b.*\\bFROM\\s+STDIN\\b.*");

	private static final Pattern END_OF_DATA = Pattern.compile("(?m)^\\\\\\.\\r?$");

	public static Optional<PsqlCommand> find(LoadableResource script) {
		return find(script.getFilename(), QuotedResource.text(script));
	}

	static Optional<PsqlCommand> find(String script, String text) {
		if (text.indexOf('\\') < 0) {
			return Optional.empty();
		}
		Matcher token = TOKEN.matcher(text);
		int statement = 0;
		int position = 0;
		while (token.find(position)) {
			position = token.end();
			if (token.group("command") != null) {
				int line = (int) text.substring(0, token.start()).chars().filter((c) -> c == '\n').count() + 1;
				return Optional.of(new PsqlCommand(script, line, token.group("command")));
			}
			if (token.group("comment") != null) {
				position = endOfComment(text, token.start());
			}
			else if (token.group("end") != null) {
				String sql = StatementText.simplify(text.substring(statement, token.start()));
				if (COPY.matcher(sql).matches()) {
					Matcher end = END_OF_DATA.matcher(text);
					position = end.find(position) ? end.end() : text.length();
				}
				statement = position;
			}
		}
		return Optional.empty();
	}

	private static int endOfComment(String text, int start) {
		int depth = 0;
		int position = start;
		do {
			if (text.startsWith("/*", position)) {
				depth++;
				position += 2;
			}
			else if (text.startsWith("*/", position)) {
				depth--;
				position += 2;
			}
			else {
				position++;
			}
		}
		while (depth > 0 && position < text.length());
		return Math.min(position, text.length());
	}

	public String describe() {
		return "line %d of %s is a psql meta command, '%s', and no SQL".formatted(this.line, this.script, this.command);
	}

	public static String action() {
		return "Take it out: \\restrict and \\unrestrict of pg_dump are of no use here, \\connect is Flyway's business, and "
				+ "\\copy is COPY … FROM STDIN with its data";
	}

}
