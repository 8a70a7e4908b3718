package io.gemforce.migrations.store;

/**
 * How many documents or rows a migration touches.
 *
 * @param count their number
 * @param estimated whether the number comes from statistics instead of counting
 */
public record AffectedCount(long count, boolean estimated) {

}
