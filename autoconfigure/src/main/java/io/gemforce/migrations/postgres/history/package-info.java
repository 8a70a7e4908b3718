/**
 * Flyway's table and lock, the log, the holds, and unfinished scripts. Internal.
 */
@NullMarked
package io.gemforce.migrations.postgres.history;

import org.jspecify.annotations.NullMarked;
