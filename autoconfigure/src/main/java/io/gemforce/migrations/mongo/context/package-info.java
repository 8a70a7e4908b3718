/**
 * What migrations work with: templates, databases and sessions that keep to the rules of
 * a migration. Internal.
 */
@NullMarked
package io.gemforce.migrations.mongo.context;

import org.jspecify.annotations.NullMarked;
