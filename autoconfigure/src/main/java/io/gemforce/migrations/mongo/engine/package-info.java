/**
 * The runner of MongoDB migrations: discovers, validates, plans, locks, applies, records.
 */
@NullMarked
package io.gemforce.migrations.mongo.engine;

import org.jspecify.annotations.NullMarked;
