/**
 * The lock that lets one instance at a time migrate MongoDB.
 */
@NullMarked
package io.gemforce.migrations.mongo.lock;

import org.jspecify.annotations.NullMarked;
