package io.gemforce.migrations.postgres;

/**
 * Quotes the names of schemas and tables, and texts.
 */
final class SqlNames {

	private SqlNames() {
	}

	static String quote(String schema, String table) {
		return quote(schema) + "." + quote(table);
	}

	static String literal(String text) {
		return "E'" + text.replace("\\", "\\\\").replace("'", "''") + '\'';
	}

	static String quote(String name) {
		return '"' + name.replace("\"", "\"\"") + '"';
	}

}
