/**
 * A small application for tests of slices.
 */
@NullMarked
package io.gemforce.migrations.slice;

import org.jspecify.annotations.NullMarked;
