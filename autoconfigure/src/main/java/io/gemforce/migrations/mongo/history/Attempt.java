package io.gemforce.migrations.mongo.history;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.Phase;

/**
 * An execution that is about to begin.
 */
public record Attempt(MigrationDescriptor descriptor, Direction direction, Phase phase, boolean transactional) {

}
