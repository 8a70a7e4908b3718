/**
 * Declarative changes of MongoDB: reading, making and undoing them. Internal.
 */
@NullMarked
package io.gemforce.migrations.mongo.change;

import org.jspecify.annotations.NullMarked;
