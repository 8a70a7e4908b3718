/**
 * What users write MongoDB migrations against.
 */
@NullMarked
package io.gemforce.migrations.mongo;

import org.jspecify.annotations.NullMarked;
