/**
 * The databases that the service runs on unless others are given.
 */
@NullMarked
package io.gemforce.migrations.sample.embedded;

import org.jspecify.annotations.NullMarked;
