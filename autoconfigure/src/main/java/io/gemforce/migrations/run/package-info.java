/**
 * The run over all stores, and what was seen of them last. Internal.
 */
@NullMarked
package io.gemforce.migrations.run;

import org.jspecify.annotations.NullMarked;
