/**
 * Undo scripts, what a rollback selects, and how Flyway undoes it. Internal.
 */
@NullMarked
package io.gemforce.migrations.postgres.undo;

import org.jspecify.annotations.NullMarked;
