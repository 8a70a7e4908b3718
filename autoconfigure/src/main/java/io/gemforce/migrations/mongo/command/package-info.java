/**
 * How commands of this library's own are sent.
 */
@NullMarked
package io.gemforce.migrations.mongo.command;

import org.jspecify.annotations.NullMarked;
