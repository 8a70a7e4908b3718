/**
 * PostgreSQL migrations: Flyway executes them, this room validates before, records, and
 * explains.
 */
@NullMarked
package io.gemforce.migrations.postgres;

import org.jspecify.annotations.NullMarked;
