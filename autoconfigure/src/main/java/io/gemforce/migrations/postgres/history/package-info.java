/**
 * What the database knows about migrations: Flyway's own table and lock, the log and the
 * holds beside it, and what killed runs have left open. Internal.
 */
@NullMarked
package io.gemforce.migrations.postgres.history;

import org.jspecify.annotations.NullMarked;
