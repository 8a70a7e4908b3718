/**
 * What every change promises and gets. Internal; independent of the single changes.
 */
@NullMarked
package io.gemforce.migrations.mongo.change.contract;

import org.jspecify.annotations.NullMarked;
