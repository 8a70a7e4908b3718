package io.gemforce.migrations.postgres;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The user's settings for PostgreSQL migrations.
 *
 * @param alwaysMigrate whether Flyway is to migrate even if there is nothing to do
 * @param target the newest version to apply, in Flyway's format, {@code null} to keep
 * Flyway's own setting
 * @param failWhenAhead whether a schema that is newer than this build stops the start
 * @param undoLocations {@code null} for the default location, which need not exist
 * @param rerunRepeatables whether repeatables run again after a rollback, and after its
 * hold has ended
 * @param logTable the name with or without a schema, {@code null} for {@code
 * migration_log} in the schema of Flyway's table
 * @param holdTable the name with or without a schema, {@code null} for the default
 */
public record PostgresSettings(boolean alwaysMigrate, @Nullable String target, boolean failWhenAhead,
		@Nullable List<String> undoLocations, boolean rerunRepeatables, @Nullable String logTable,
		@Nullable String holdTable) {

	public PostgresSettings {
		undoLocations = (undoLocations != null) ? List.copyOf(undoLocations) : null;
	}

}
