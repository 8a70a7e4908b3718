/**
 * The run: looks at all stores, migrates one after the other, keeps track of what runs
 * and of what was seen last. Internal; knows stores only by the seam.
 */
@NullMarked
package io.gemforce.migrations.run;

import org.jspecify.annotations.NullMarked;
