/**
 * Jobs: a service that is started to do one operation, report its result, and exit.
 * Internal.
 */
@NullMarked
package io.gemforce.migrations.autoconfigure.job;

import org.jspecify.annotations.NullMarked;
