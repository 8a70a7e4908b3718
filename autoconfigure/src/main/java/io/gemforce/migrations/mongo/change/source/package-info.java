/**
 * Reads YAML and JSON, and reports problems with their positions. Internal.
 */
@NullMarked
package io.gemforce.migrations.mongo.change.source;

import org.jspecify.annotations.NullMarked;
