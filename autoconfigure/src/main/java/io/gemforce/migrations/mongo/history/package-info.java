/**
 * The record of what was executed on MongoDB.
 */
@NullMarked
package io.gemforce.migrations.mongo.history;

import org.jspecify.annotations.NullMarked;
