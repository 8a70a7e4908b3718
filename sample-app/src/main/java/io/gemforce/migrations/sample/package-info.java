/**
 * A small service for gems.
 */
@NullMarked
package io.gemforce.migrations.sample;

import org.jspecify.annotations.NullMarked;
