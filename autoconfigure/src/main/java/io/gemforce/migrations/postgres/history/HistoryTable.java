package io.gemforce.migrations.postgres.history;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

import org.flywaydb.core.api.MigrationInfo;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.postgres.history.FlywayHistory.Entry;

/**
 * Flyway's own table.
 */
public final class HistoryTable {

	private static final String SELECT = """
			SELECT installed_rank, version, description, type, script, checksum, success
			FROM %s ORDER BY installed_rank""";

	private static final String DELETE_REPEATABLES = """
			INSERT INTO %1$s (installed_rank, version, description, type, script, checksum, installed_by,
				execution_time, success)
			SELECT (SELECT max(installed_rank) FROM %1$s) + row_number() OVER (ORDER BY installed_rank), NULL,
				description, 'DELETE', script, checksum, coalesce(?, current_user), 0, true
			FROM %1$s WHERE installed_rank = ANY (?)""";

	private static final String DELETE_FAILED = "DELETE FROM %s WHERE version = ? AND NOT success";

	private static final String MARK_APPLIED = """
			INSERT INTO %1$s (installed_rank, version, description, type, script, checksum, installed_by,
				execution_time, success)
			SELECT coalesce(max(installed_rank), 0) + 1, ?, ?, ?, ?, ?, coalesce(?, current_user), 0, true FROM %1$s""";

	private final TableName name;

	private final String table;

	HistoryTable(String schema, String name) {
		this.name = new TableName(schema, name);
		this.table = this.name.quoted();
	}

	TableName name() {
		return this.name;
	}

	// Quoted as Flyway does it, as the key of its lock is derived from this name
	String table() {
		return this.table;
	}

	public FlywayHistory read(JdbcClient client) {
		List<Entry> entries = client.sql(SELECT.formatted(this.table)).query((row, number) -> entry(row)).list();
		if (entries.stream().anyMatch((entry) -> entry.type().startsWith("UNDO"))) {
			throw new MigrationException(FlywayFailures.otherEdition(), "unchanged", null);
		}
		return FlywayHistory.of(entries);
	}

	private static Entry entry(ResultSet row) throws SQLException {
		String type = row.getString("type");
		return new Entry(row.getInt("installed_rank"),
				MigrationDescriptor.of(row.getString("version"), row.getString("description"), FlywayStates.type(type),
						row.getString("script"), row.getString("checksum")),
				type, row.getBoolean("success"));
	}

	/**
	 * Makes Flyway run repeatables again, as an undo may have removed what they had made.
	 * The client must have Flyway's lock.
	 */
	public void deleteRepeatables(JdbcClient client, List<Entry> repeatables, @Nullable String installedBy) {
		if (!repeatables.isEmpty()) {
			client.sql(DELETE_REPEATABLES.formatted(this.table))
				.param(installedBy)
				.param(repeatables.stream().map(Entry::rank).toArray(Integer[]::new))
				.update();
		}
	}

	/**
	 * Also removes the migration's failed entry, as Flyway's repair does.
	 */
	public void markApplied(JdbcClient client, MigrationInfo migration, @Nullable String installedBy) {
		String version = migration.getVersion().toString();
		client.sql(DELETE_FAILED.formatted(this.table)).param(version).update();
		client.sql(MARK_APPLIED.formatted(this.table))
			.param(version)
			.param(migration.getDescription())
			.param(migration.getType().name())
			.param(migration.getScript())
			.param(migration.getResolvedChecksum())
			.param(installedBy)
			.update();
	}

}
