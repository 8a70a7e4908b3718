/**
 * The journal of applied changes, and the pre-images for their undo. Internal.
 */
@NullMarked
package io.gemforce.migrations.mongo.change.preimage;

import org.jspecify.annotations.NullMarked;
