/**
 * What everyone speaks of: migrations, their executions, runs and problems, and the
 * listener that hears of them. Values only; this package knows no other.
 */
@NullMarked
package io.gemforce.migrations;

import org.jspecify.annotations.NullMarked;
