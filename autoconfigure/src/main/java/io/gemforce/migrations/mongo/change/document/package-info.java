/**
 * Documents and their fields: paths, filters, updates, conversions and comparisons.
 * Internal.
 */
@NullMarked
package io.gemforce.migrations.mongo.change.document;

import org.jspecify.annotations.NullMarked;
