package io.gemforce.migrations.mongo.change.preimage;

import io.gemforce.migrations.Version;

/**
 * Names one application of a migration. An attempt that goes on with an interrupted one
 * has the same key; after an undo the migration is applied with a new one.
 *
 * @param rank the rank in the history of the application's first attempt
 */
public record ApplyKey(Version version, long rank) {

}
