/**
 * What a rehearsal of MongoDB works on. Internal.
 */
@NullMarked
package io.gemforce.migrations.mongo.rehearsal;

import org.jspecify.annotations.NullMarked;
