/**
 * A module.
 */
@NullMarked
package io.gemforce.migrations.it.gems;

import org.jspecify.annotations.NullMarked;
