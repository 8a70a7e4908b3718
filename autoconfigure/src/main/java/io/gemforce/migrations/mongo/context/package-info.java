/**
 * What migrations work with, guarded: templates, databases and sessions. Internal.
 */
@NullMarked
package io.gemforce.migrations.mongo.context;

import org.jspecify.annotations.NullMarked;
