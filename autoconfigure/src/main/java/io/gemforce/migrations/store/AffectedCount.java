package io.gemforce.migrations.store;

/**
 * How many documents or rows a migration touches, counted or estimated by statistics.
 */
public record AffectedCount(long count, boolean estimated) {

}
