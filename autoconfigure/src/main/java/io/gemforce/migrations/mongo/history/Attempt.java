package io.gemforce.migrations.mongo.history;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Phase;
import io.gemforce.migrations.Version;

/**
 * An execution that is about to begin.
 */
public record Attempt(Version version, String description, MigrationType type, String script, @Nullable String checksum,
		Direction direction, Phase phase, boolean transactional) {

}
