/**
 * PostgreSQL migrations: validated, executed by Flyway, recorded, explained. Internal.
 */
@NullMarked
package io.gemforce.migrations.postgres;

import org.jspecify.annotations.NullMarked;
