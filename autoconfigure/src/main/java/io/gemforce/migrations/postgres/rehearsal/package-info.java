/**
 * Rehearses migrations in a scratch database and compares it before and after. Internal.
 */
@NullMarked
package io.gemforce.migrations.postgres.rehearsal;

import org.jspecify.annotations.NullMarked;
