/**
 * The model that both stores share, and the facade over them.
 */
@NullMarked
package io.gemforce.migrations;

import org.jspecify.annotations.NullMarked;
