package io.gemforce.migrations.mongo.lock;

import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * Who acquires the lock.
 *
 * @param owner the unique name of the holder; ends in the id of its run
 */
public record LockHolder(String owner, String application, String host, @Nullable BsonDocument session) {

}
