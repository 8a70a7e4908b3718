/**
 * The seam between the run and the stores: what a store is asked, what it answers, and
 * what all stores say alike. Internal; no driver is known here.
 */
@NullMarked
package io.gemforce.migrations.store;

import org.jspecify.annotations.NullMarked;
