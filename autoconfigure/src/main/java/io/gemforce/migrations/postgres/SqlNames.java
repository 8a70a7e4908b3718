package io.gemforce.migrations.postgres;

/**
 * Quotes the names of schemas and tables.
 */
final class SqlNames {

	private SqlNames() {
	}

	static String quote(String schema, String table) {
		return quote(schema) + "." + quote(table);
	}

	static String quote(String name) {
		return '"' + name.replace("\"", "\"\"") + '"';
	}

}
