package io.gemforce.migrations.postgres.history;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.postgres.sql.SqlNames;

/**
 * The name of a table.
 *
 * @param schema the schema
 * @param name the name within the schema
 */
record TableName(String schema, String name) {

	/**
	 * Return the name of a table that the user may have named.
	 */
	static TableName of(@Nullable String set, String schema, String name) {
		if (set == null) {
			return new TableName(schema, name);
		}
		int dot = set.indexOf('.');
		return new TableName((dot > 0) ? set.substring(0, dot) : schema, set.substring(dot + 1));
	}

	/**
	 * Return how a table is called in another one, which may have rows of several. Within
	 * a schema that is the name alone, so that the schema may be renamed.
	 */
	String in(TableName other) {
		return this.schema.equals(other.schema) ? this.name : quoted();
	}

	String quoted() {
		return SqlNames.quote(this.schema, this.name);
	}

}
