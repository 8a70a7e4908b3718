/**
 * Declarative changes of MongoDB: the family, their files, and their memory.
 */
@NullMarked
package io.gemforce.migrations.mongo.change;

import org.jspecify.annotations.NullMarked;
