package io.gemforce.migrations.mongo.history;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Phase;
import io.gemforce.migrations.Version;

/**
 * An execution that is about to begin.
 *
 * @param version the version of the migration
 * @param description the description of the migration
 * @param type what the migration is made of
 * @param script the class or file
 * @param checksum the checksum, {@code null} if there is none
 * @param direction whether it is applied or undone
 * @param phase the phase that it runs in
 * @param transactional whether it runs in a transaction
 */
public record Attempt(Version version, String description, MigrationType type, String script, @Nullable String checksum,
		Direction direction, Phase phase, boolean transactional) {

}
