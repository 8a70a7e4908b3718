package io.gemforce.migrations.mongo.lock;

import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * Who acquires the lock.
 *
 * @param owner the unique name of the holder; ends in the id of its run
 * @param application the service
 * @param host the host it runs on
 * @param session the id of the session that it works in, {@code null} if there are no
 * sessions
 */
public record LockHolder(String owner, String application, String host, @Nullable BsonDocument session) {

}
