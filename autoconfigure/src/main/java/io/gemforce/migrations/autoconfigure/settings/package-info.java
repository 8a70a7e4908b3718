/**
 * The properties of the starter, and what is in force. Internal.
 */
@NullMarked
package io.gemforce.migrations.autoconfigure.settings;

import org.jspecify.annotations.NullMarked;
