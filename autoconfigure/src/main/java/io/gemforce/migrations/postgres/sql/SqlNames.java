package io.gemforce.migrations.postgres.sql;

/**
 * Quotes the names of schemas and tables, and texts.
 */
public final class SqlNames {

	private SqlNames() {
	}

	public static String quote(String schema, String table) {
		return quote(schema) + "." + quote(table);
	}

	public static String literal(String text) {
		return "E'" + text.replace("\\", "\\\\").replace("'", "''") + '\'';
	}

	public static String quote(String name) {
		return '"' + name.replace("\"", "\"\"") + '"';
	}

}
