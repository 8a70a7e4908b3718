/**
 * Benchmarks of this library, partly beside another one.
 */
@NullMarked
package io.gemforce.migrations.benchmarks;

import org.jspecify.annotations.NullMarked;
