package io.gemforce.migrations.store;

import java.util.List;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;

/**
 * What the history says about a migration.
 *
 * @param rank the position of the newest record
 * @param attempts the positions of its attempts in the history, ascending
 * @param direction that of the newest attempt
 * @param checksum the checksum when it was applied
 */
public record Recorded(@Nullable Long rank, List<Long> attempts, @Nullable Direction direction,
		@Nullable String checksum) {

}
