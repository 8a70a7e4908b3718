package io.gemforce.migrations.mongo.engine;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * What a user can set about MongoDB migrations.
 *
 * @param database the database of the history and the lock, {@code null} for the
 * application's
 * @param historyCollection the collection of the history
 * @param lockCollection the collection of the lock
 * @param lease how long a lock without a sign of life is respected
 * @param lockWaitTimeout how long to wait for the lock
 */
public record MongoSettings(@Nullable String database, String historyCollection, String lockCollection, Duration lease,
		Duration lockWaitTimeout) {

}
