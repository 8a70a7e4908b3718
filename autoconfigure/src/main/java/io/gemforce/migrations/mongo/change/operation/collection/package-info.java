/**
 * Internal. The declared changes of collections, indexes and validators, and commands.
 */
@NullMarked
package io.gemforce.migrations.mongo.change.operation.collection;

import org.jspecify.annotations.NullMarked;
