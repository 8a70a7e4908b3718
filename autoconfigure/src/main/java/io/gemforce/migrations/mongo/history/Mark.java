package io.gemforce.migrations.mongo.history;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.MigrationType;

/**
 * Something to record that was not executed: a row that is closed from the beginning.
 *
 * @param descriptor what it is about, with the type of the row, and the checksum that is
 * the valid one from now on
 */
public record Mark(MigrationDescriptor descriptor, MigrationState state, @Nullable String reason) {

	/**
	 * Create the mark of a takeover. It has no version, so it counts for none.
	 */
	public static Mark takeover(String description, @Nullable String reason) {
		return new Mark(note(description), MigrationState.INTERRUPTED, reason);
	}

	public static Mark holdReleased(@Nullable String reason) {
		return new Mark(note("release-hold"), MigrationState.APPLIED, reason);
	}

	private static MigrationDescriptor note(String description) {
		return new MigrationDescriptor(null, description, MigrationType.MARK, null, null);
	}

}
