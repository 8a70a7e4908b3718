/**
 * Discovery: which migrations a build has, from beans and files, with their checksums,
 * and the work that each of them is. Internal.
 */
@NullMarked
package io.gemforce.migrations.mongo.discovery;

import org.jspecify.annotations.NullMarked;
