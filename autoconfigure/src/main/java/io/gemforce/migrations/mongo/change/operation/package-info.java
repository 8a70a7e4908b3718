/**
 * The changes, a class for each kind, and what only they need. Internal.
 */
@NullMarked
package io.gemforce.migrations.mongo.change.operation;

import org.jspecify.annotations.NullMarked;
