package io.gemforce.migrations.postgres.history;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.postgres.sql.SqlNames;

record TableName(String schema, String name) {

	static TableName of(@Nullable String set, String schema, String name) {
		if (set == null) {
			return new TableName(schema, name);
		}
		int dot = set.indexOf('.');
		return new TableName((dot > 0) ? set.substring(0, dot) : schema, set.substring(dot + 1));
	}

	// Without the schema if both tables are in the same one, so that it may be renamed
	String in(TableName other) {
		return this.schema.equals(other.schema) ? this.name : quoted();
	}

	String quoted() {
		return SqlNames.quote(this.schema, this.name);
	}

}
