package io.gemforce.migrations.mongo.history;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Version;

/**
 * Something to record that was not executed: a row that is closed from the beginning.
 *
 * @param checksum the checksum that is the valid one from now on, {@code null} if there
 * is none
 * @param user who had it recorded, {@code null} for the user of the process
 */
public record Mark(MigrationType type, MigrationState state, @Nullable Version version, String description,
		@Nullable String script, @Nullable String checksum, @Nullable String user, @Nullable String reason) {

	/**
	 * Create the mark of a takeover. It has no version, so it counts for none.
	 */
	public static Mark takeover(String description, @Nullable String reason) {
		return new Mark(MigrationType.MARK, MigrationState.INTERRUPTED, null, description, null, null, null, reason);
	}

}
