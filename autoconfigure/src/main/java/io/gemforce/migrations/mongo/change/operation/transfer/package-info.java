/**
 * Internal. The declared changes that bring documents from one collection to another.
 */
@NullMarked
package io.gemforce.migrations.mongo.change.operation.transfer;

import org.jspecify.annotations.NullMarked;
