/**
 * The migrations of MongoDB. Those of PostgreSQL are in {@code db/migration}.
 */
@NullMarked
package io.gemforce.migrations.sample.migrations;

import org.jspecify.annotations.NullMarked;
