/**
 * What is told about migrations, whoever asks.
 */
@NullMarked
package io.gemforce.migrations.report;

import org.jspecify.annotations.NullMarked;
