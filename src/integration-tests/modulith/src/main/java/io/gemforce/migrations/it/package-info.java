/**
 * A service of two modules.
 */
@NullMarked
package io.gemforce.migrations.it;

import org.jspecify.annotations.NullMarked;
