/**
 * Observations, metrics and log lines of runs and executions. Internal.
 */
@NullMarked
package io.gemforce.migrations.actuate.observation;

import org.jspecify.annotations.NullMarked;
