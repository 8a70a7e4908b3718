package io.gemforce.migrations.mongo.engine;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Version;

/**
 * What a user can set about MongoDB migrations.
 *
 * @param database the database of the history and the lock, {@code null} for the
 * application's
 * @param historyCollection the collection of the history
 * @param lockCollection the collection of the lock
 * @param lease how long a lock without a sign of life is respected
 * @param lockWaitTimeout how long to wait for the lock
 * @param policy what is accepted, and how far to go
 */
public record MongoSettings(@Nullable String database, String historyCollection, String lockCollection, Duration lease,
		Duration lockWaitTimeout, Policy policy) {

	/**
	 * What is accepted of a history, and how far to go.
	 *
	 * @param target the newest version to apply, {@code null} for all
	 * @param baseline the version that an empty history starts with, {@code null} for
	 * none
	 * @param outOfOrder whether a pending migration may be older than an applied one
	 * @param ignoreMissing whether an applied migration may be missing in this build
	 * @param failWhenAhead whether a store that is newer than this build stops the start
	 */
	public record Policy(@Nullable Version target, @Nullable Version baseline, boolean outOfOrder,
			boolean ignoreMissing, boolean failWhenAhead) {

	}

}
