/**
 * Documents and fields: paths, filters, updates, conversions, comparisons. Internal.
 */
@NullMarked
package io.gemforce.migrations.mongo.change.document;

import org.jspecify.annotations.NullMarked;
