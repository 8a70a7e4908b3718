package io.gemforce.migrations.postgres;

import java.util.List;

import org.springframework.jdbc.core.simple.JdbcClient;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.postgres.FlywayHistory.Entry;

/**
 * Flyway's own table.
 */
final class HistoryTable {

	private static final String SELECT = """
			SELECT installed_rank, version, description, type, script, checksum, success
			FROM %s ORDER BY installed_rank""";

	private final String table;

	/**
	 * Create the table of a schema.
	 * @param schema the schema
	 * @param name the name that the user has given it
	 */
	HistoryTable(String schema, String name) {
		this.table = SqlNames.quote(schema, name);
	}

	/**
	 * Return the quoted name, as Flyway makes it, too: its lock is derived from it.
	 * @return the name with the schema
	 */
	String table() {
		return this.table;
	}

	/**
	 * Read what Flyway has recorded.
	 * @param client reads the database
	 * @return the history
	 */
	FlywayHistory read(JdbcClient client) {
		List<Entry> entries = client.sql(SELECT.formatted(this.table))
			.query((row, number) -> new Entry(row.getInt("installed_rank"), row.getString("version"),
					row.getString("description"), row.getString("type"), row.getString("script"),
					row.getObject("checksum", Integer.class), row.getBoolean("success")))
			.list();
		if (entries.stream().anyMatch((entry) -> entry.type().startsWith("UNDO"))) {
			throw new MigrationException(FlywayFailures.otherEdition(), "unchanged", null);
		}
		return FlywayHistory.of(entries);
	}

}
