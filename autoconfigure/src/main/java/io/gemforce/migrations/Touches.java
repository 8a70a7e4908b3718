package io.gemforce.migrations;

/**
 * How many documents or rows something would touch.
 *
 * @param count the number
 * @param estimated whether the number comes from statistics; otherwise it was counted
 */
public record Touches(long count, boolean estimated) {

}
