/**
 * Reads what users write in YAML and JSON, and tells where in it something is wrong.
 * Internal; no other room of the changes is known here.
 */
@NullMarked
package io.gemforce.migrations.mongo.change.source;

import org.jspecify.annotations.NullMarked;
