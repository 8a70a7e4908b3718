/**
 * Reading and changing the collections and indexes of a database. Internal.
 */
@NullMarked
package io.gemforce.migrations.mongo.change.catalog;

import org.jspecify.annotations.NullMarked;
