/**
 * A module.
 */
@NullMarked
package io.gemforce.migrations.it.stones;

import org.jspecify.annotations.NullMarked;
