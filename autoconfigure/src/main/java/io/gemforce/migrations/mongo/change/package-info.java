/**
 * Declarative changes of MongoDB: their kinds, how they are read from files and from
 * Java, and how they are made and undone. Internal.
 */
@NullMarked
package io.gemforce.migrations.mongo.change;

import org.jspecify.annotations.NullMarked;
