package io.gemforce.migrations.store;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Phase;

/**
 * How a migration stands.
 *
 * @param engineState the state in the words of the engine, {@code null} if it has none
 */
public record EntryStatus(Phase phase, MigrationState state, @Nullable String engineState) {

}
