/**
 * Benchmarks of the MongoDB runner beside another one.
 */
@NullMarked
package io.gemforce.migrations.benchmarks;

import org.jspecify.annotations.NullMarked;
