/**
 * Discovers which migrations a build has, and the work that each of them is. Internal.
 */
@NullMarked
package io.gemforce.migrations.mongo.discovery;

import org.jspecify.annotations.NullMarked;
