/**
 * What a database tells of its collections and indexes, and how it is changed. Internal.
 */
@NullMarked
package io.gemforce.migrations.mongo.change.catalog;

import org.jspecify.annotations.NullMarked;
