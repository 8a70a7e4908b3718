package io.gemforce.migrations.postgres.sql;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Describes which locks statements take on existing tables, after the chapter on explicit
 * locking and the pages of the commands in PostgreSQL's manual. Locks of pure reads are
 * left out, as only {@code ACCESS EXCLUSIVE} waits for them. Unknown statements are
 * reported as unknown.
 */
public final class StatementLocks {

	private static final String ACCESS_EXCLUSIVE = "ACCESS EXCLUSIVE";

	private static final String SHARE_ROW_EXCLUSIVE = "SHARE ROW EXCLUSIVE";

	private static final String SHARE_UPDATE_EXCLUSIVE = "SHARE UPDATE EXCLUSIVE";

	private static final String ROW_EXCLUSIVE = "ROW EXCLUSIVE";

	private static final String NAME = "(?:\"[^\"]+\"|[\\w$]+)(?: ?\\. ?(?:\"[^\"]+\"|[\\w$]+))*";

	private static final String ON = "(?<on>" + NAME + ")";

	private static final String LIST = "(?<on>" + NAME + "(?: ?, ?" + NAME + ")*)";

	private static final String IF_EXISTS = "(?:IF EXISTS )?";

	private static final List<Rule> RULES = List.of(
			rule("CREATE INDEX CONCURRENTLY", SHARE_UPDATE_EXCLUSIVE,
					"CREATE (?:UNIQUE )?INDEX CONCURRENTLY .*?\\bON (?:ONLY )?" + ON),
			rule("CREATE INDEX", "SHARE", "CREATE (?:UNIQUE )?INDEX .*?\\bON (?:ONLY )?" + ON),
			ofIndex("DROP INDEX CONCURRENTLY", SHARE_UPDATE_EXCLUSIVE, "DROP INDEX CONCURRENTLY " + IF_EXISTS + ON),
			ofIndex("DROP INDEX", ACCESS_EXCLUSIVE, "DROP INDEX " + IF_EXISTS + LIST),
			ofIndex("ALTER INDEX", ACCESS_EXCLUSIVE, "ALTER INDEX " + IF_EXISTS + ON),
			rule("REINDEX CONCURRENTLY", SHARE_UPDATE_EXCLUSIVE, "REINDEX (?:\\(.*?\\) )?TABLE CONCURRENTLY " + ON),
			rule("REINDEX", "SHARE", "REINDEX (?:\\(.*?\\) )?TABLE " + ON),
			ofIndex("REINDEX CONCURRENTLY", SHARE_UPDATE_EXCLUSIVE, "REINDEX (?:\\(.*?\\) )?INDEX CONCURRENTLY " + ON),
			ofIndex("REINDEX", "SHARE", "REINDEX (?:\\(.*?\\) )?INDEX " + ON),
			rule("DROP TABLE", ACCESS_EXCLUSIVE, "DROP (?:FOREIGN )?TABLE " + IF_EXISTS + LIST),
			rule("TRUNCATE", ACCESS_EXCLUSIVE, "TRUNCATE (?:TABLE )?(?:ONLY )?" + LIST),
			rule("DROP VIEW", ACCESS_EXCLUSIVE, "DROP (?:MATERIALIZED )?VIEW " + IF_EXISTS + LIST),
			rule("ALTER VIEW", ACCESS_EXCLUSIVE, "ALTER (?:MATERIALIZED )?VIEW " + IF_EXISTS + ON),
			rule("CREATE OR REPLACE VIEW", ACCESS_EXCLUSIVE, "CREATE OR REPLACE (?:RECURSIVE )?VIEW " + ON),
			rule("REFRESH MATERIALIZED VIEW CONCURRENTLY", "EXCLUSIVE", "REFRESH MATERIALIZED VIEW CONCURRENTLY " + ON),
			rule("REFRESH MATERIALIZED VIEW", ACCESS_EXCLUSIVE, "REFRESH MATERIALIZED VIEW " + ON),
			rule("DROP SEQUENCE", ACCESS_EXCLUSIVE, "DROP SEQUENCE " + IF_EXISTS + LIST),
			rule("ALTER SEQUENCE", SHARE_ROW_EXCLUSIVE, "ALTER SEQUENCE " + IF_EXISTS + ON),
			rule("VACUUM FULL", ACCESS_EXCLUSIVE,
					"VACUUM (?:FULL|\\([^)]*FULL[^)]*\\)) (?:VERBOSE )?(?:ANALYZE )?" + ON),
			rule("VACUUM", SHARE_UPDATE_EXCLUSIVE, "VACUUM (?:\\([^)]*\\) )?(?:VERBOSE )?(?:ANALYZE )?" + ON),
			rule("ANALYZE", SHARE_UPDATE_EXCLUSIVE, "ANALYZE (?:\\([^)]*\\) )?(?:VERBOSE )?" + ON),
			rule("CLUSTER", ACCESS_EXCLUSIVE, "CLUSTER (?:VERBOSE )?" + ON),
			rule("CREATE TRIGGER", SHARE_ROW_EXCLUSIVE,
					"CREATE (?:OR REPLACE )?(?:CONSTRAINT )?TRIGGER .*?\\bON " + ON),
			rule("DROP TRIGGER", ACCESS_EXCLUSIVE, "DROP TRIGGER .*?\\bON " + ON),
			rule("ALTER TRIGGER", ACCESS_EXCLUSIVE, "ALTER TRIGGER .*?\\bON " + ON),
			rule("POLICY", ACCESS_EXCLUSIVE, "(?:CREATE|DROP|ALTER) POLICY .*?\\bON " + ON),
			rule("CREATE RULE", ACCESS_EXCLUSIVE, "CREATE (?:OR REPLACE )?RULE .*?\\bTO " + ON),
			rule("RULE", ACCESS_EXCLUSIVE, "(?:DROP|ALTER) RULE .*?\\bON " + ON),
			rule("INSERT", ROW_EXCLUSIVE, "INSERT INTO " + ON),
			rule("MERGE", ROW_EXCLUSIVE, "MERGE INTO (?:ONLY )?" + ON),
			rule("UPDATE", ROW_EXCLUSIVE, "UPDATE (?:ONLY )?" + ON),
			rule("DELETE", ROW_EXCLUSIVE, "DELETE FROM (?:ONLY )?" + ON),
			rule("COPY", ROW_EXCLUSIVE, "COPY " + ON + " ?(?:\\(.*?\\) ?)?FROM\\b"),
			rule("COMMENT", SHARE_UPDATE_EXCLUSIVE, "COMMENT ON (?:TABLE|VIEW|MATERIALIZED VIEW) " + ON),
			rule("COMMENT", SHARE_UPDATE_EXCLUSIVE, "COMMENT ON COLUMN (?<on>.+) ?\\. ?(?:\"[^\"]+\"|[\\w$]+) IS\\b"),
			rule("CREATE STATISTICS", SHARE_UPDATE_EXCLUSIVE, "CREATE STATISTICS .*?\\bFROM " + ON));

	private static final Pattern LOCK = pattern(
			"LOCK (?:TABLE )?(?:ONLY )?" + LIST + "(?: IN (?<mode>[A-Z ]+) MODE)?(?: NOWAIT)?");

	private static final Pattern ALTER_TABLE = pattern(
			"ALTER (?:FOREIGN )?TABLE " + IF_EXISTS + "(?:ONLY )?" + ON + " ?\\*? (?<actions>.*)");

	private static final Pattern MILD_ACTION = pattern("VALIDATE CONSTRAINT .*|CLUSTER ON .*|SET WITHOUT CLUSTER"
			+ "|(?:RE)?SET ?\\(.*|ATTACH PARTITION .*|DETACH PARTITION .* (?:CONCURRENTLY|FINALIZE)"
			+ "|ALTER (?:COLUMN )?" + NAME + " (?:SET STATISTICS|(?:RE)?SET ?\\().*");

	private static final Pattern MIDDLE_ACTION = pattern(
			"ADD (?:CONSTRAINT " + NAME + " )?FOREIGN KEY .*|(?:ENABLE|DISABLE) (?:(?:REPLICA|ALWAYS) )?TRIGGER .*");

	private static final Pattern CREATE_TABLE = pattern(
			"CREATE (?:UNLOGGED |(?:GLOBAL |LOCAL )?TEMP(?:ORARY)? )?TABLE .*");

	private static final Pattern PARTITION_OF = pattern("PARTITION OF " + ON);

	private static final Pattern REFERENCES = pattern("REFERENCES " + ON);

	private static final Pattern CHANGE_WITHIN = pattern(
			"(?<what>INSERT|MERGE|UPDATE|DELETE) (?:INTO |FROM )?(?:ONLY )?" + ON);

	private static final Pattern HARMLESS = pattern(
			"(?:CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE|VIEW|RECURSIVE VIEW"
					+ "|MATERIALIZED VIEW|SEQUENCE|TEMP(?:ORARY)? (?:VIEW|SEQUENCE)|TYPE|DOMAIN|SCHEMA|EXTENSION|ROLE|USER|COLLATION"
					+ "|AGGREGATE|CAST|OPERATOR|DATABASE|TABLESPACE|TEXT SEARCH)"
					+ "|DROP (?:FUNCTION|PROCEDURE|TYPE|DOMAIN|SCHEMA|EXTENSION|ROLE|USER|COLLATION|AGGREGATE|CAST|OPERATOR|DATABASE"
					+ "|TABLESPACE|TEXT SEARCH|STATISTICS)"
					+ "|ALTER (?:FUNCTION|PROCEDURE|SCHEMA|ROLE|USER|COLLATION|AGGREGATE|OPERATOR|DATABASE|TABLESPACE|SYSTEM"
					+ "|DEFAULT PRIVILEGES|TYPE .* ADD VALUE|TYPE .* RENAME VALUE)"
					+ "|COMMENT ON|GRANT|REVOKE|SET|RESET|SHOW|NOTIFY|SELECT .* FROM|VALUES|DISCARD)\\b.*");

	private static final Pattern CASCADE = pattern(".* CASCADE");

	private StatementLocks() {
	}

	private static Rule rule(String what, String mode, String beginning) {
		return new Rule(what, mode, pattern(beginning), "");
	}

	private static Rule ofIndex(String what, String mode, String beginning) {
		return new Rule(what, mode, pattern(beginning), "the table of index ");
	}

	private static Pattern pattern(String regex) {
		return Pattern.compile(regex, Pattern.CASE_INSENSITIVE);
	}

	/**
	 * Returns each lock once, in the order in which they are taken.
	 */
	public static List<String> of(List<String> statements) {
		Set<String> locks = new LinkedHashSet<>();
		statements.forEach((statement) -> collect(StatementText.simplify(statement), locks));
		return List.copyOf(locks);
	}

	private static void collect(String statement, Set<String> locks) {
		Matcher lock = LOCK.matcher(statement);
		Matcher alterTable = ALTER_TABLE.matcher(statement);
		if (lock.matches()) {
			String mode = lock.group("mode");
			add(locks, (mode != null) ? mode.toUpperCase(Locale.ROOT) : ACCESS_EXCLUSIVE, lock.group("on"), "LOCK");
		}
		else if (alterTable.matches()) {
			add(locks, strongest(alterTable.group("actions")), alterTable.group("on"), "ALTER TABLE");
			addReferenced(locks, statement);
		}
		else if (CREATE_TABLE.matcher(statement).matches()) {
			Matcher parent = PARTITION_OF.matcher(statement);
			if (parent.find()) {
				add(locks, ACCESS_EXCLUSIVE, parent.group("on"), "PARTITION OF");
			}
			addReferenced(locks, statement);
		}
		else if (statement.regionMatches(true, 0, "WITH ", 0, 5)) {
			Matcher change = CHANGE_WITHIN.matcher(statement);
			while (change.find()) {
				add(locks, ROW_EXCLUSIVE, change.group("on"), change.group("what").toUpperCase(Locale.ROOT));
			}
		}
		else if (RULES.stream().noneMatch((rule) -> rule.collect(statement, locks))
				&& (!HARMLESS.matcher(statement).matches() || isCascadingDrop(statement))) {
			locks.add("unknown (%s)".formatted(Arrays.stream(statement.split(" "))
				.limit(2)
				.collect(Collectors.joining(" "))
				.toUpperCase(Locale.ROOT)));
		}
	}

	private static boolean isCascadingDrop(String statement) {
		return statement.regionMatches(true, 0, "DROP ", 0, 5) && CASCADE.matcher(statement).matches();
	}

	private static void addReferenced(Set<String> locks, String statement) {
		Matcher referenced = REFERENCES.matcher(statement);
		while (referenced.find()) {
			add(locks, SHARE_ROW_EXCLUSIVE, referenced.group("on"), "REFERENCES");
		}
	}

	private static String strongest(String actions) {
		List<String> each = split(actions);
		if (each.stream().allMatch((action) -> MILD_ACTION.matcher(action).matches())) {
			return SHARE_UPDATE_EXCLUSIVE;
		}
		boolean middle = each.stream()
			.allMatch((action) -> MILD_ACTION.matcher(action).matches() || MIDDLE_ACTION.matcher(action).matches());
		return middle ? SHARE_ROW_EXCLUSIVE : ACCESS_EXCLUSIVE;
	}

	private static List<String> split(String actions) {
		StringBuilder masked = new StringBuilder(actions);
		int depth = 0;
		for (int i = 0; i < masked.length(); i++) {
			switch (masked.charAt(i)) {
				case '(' -> depth++;
				case ')' -> depth--;
				case ',' -> masked.setCharAt(i, (depth == 0) ? '\n' : ',');
				default -> {
				}
			}
		}
		return masked.toString().lines().map(String::strip).toList();
	}

	private static void add(Set<String> locks, String mode, String on, String what) {
		locks.add("%s on %s (%s)".formatted(mode, on, what));
	}

	// The pattern matches the beginning, with the locked objects in the group "on"
	private record Rule(String what, String mode, Pattern beginning, String prefix) {

		boolean collect(String statement, Set<String> locks) {
			Matcher matcher = this.beginning.matcher(statement);
			boolean found = matcher.lookingAt();
			if (found) {
				add(locks, this.mode, this.prefix + matcher.group("on"), this.what);
			}
			return found;
		}

	}

}
