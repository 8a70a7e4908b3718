/**
 * Jobs: a service that is started to do one operation, say what came of it, and exit.
 * Internal.
 */
@NullMarked
package io.gemforce.migrations.autoconfigure.job;

import org.jspecify.annotations.NullMarked;
