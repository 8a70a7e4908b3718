/**
 * Real servers for the tests.
 */
@NullMarked
package io.gemforce.migrations.support;

import org.jspecify.annotations.NullMarked;
