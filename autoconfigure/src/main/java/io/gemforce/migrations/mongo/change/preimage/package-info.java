/**
 * The journal of an application of changes, and the pre-images that its undo needs.
 * Internal.
 */
@NullMarked
package io.gemforce.migrations.mongo.change.preimage;

import org.jspecify.annotations.NullMarked;
