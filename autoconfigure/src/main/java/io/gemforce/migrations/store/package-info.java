/**
 * The seam between the run and the stores, without any driver. Internal.
 */
@NullMarked
package io.gemforce.migrations.store;

import org.jspecify.annotations.NullMarked;
