/**
 * PostgreSQL migrations: Flyway executes them, this room validates before, records, and
 * explains. Internal.
 */
@NullMarked
package io.gemforce.migrations.postgres;

import org.jspecify.annotations.NullMarked;
