package io.gemforce.migrations.mongo.change.contract;

/**
 * A change at its place in a migration.
 *
 * @param definition what is remembered of its definition
 * @param index its place, from 0
 * @param total how many changes the migration has
 * @param remembering whether the migration keeps what an undo needs
 */
public record PlacedChange(ChangeOperation operation, String definition, int index, int total, boolean remembering) {

}
