/**
 * What a rehearsal of MongoDB works on: a scratch database, a copy of documents, and a
 * fingerprint to compare. Internal.
 */
@NullMarked
package io.gemforce.migrations.mongo.rehearsal;

import org.jspecify.annotations.NullMarked;
