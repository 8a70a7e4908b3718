/**
 * What every change promises, and what it gets in order to be made or undone. Internal;
 * no single change is known here.
 */
@NullMarked
package io.gemforce.migrations.mongo.change.contract;

import org.jspecify.annotations.NullMarked;
