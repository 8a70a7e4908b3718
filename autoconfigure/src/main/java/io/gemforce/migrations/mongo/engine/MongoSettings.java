package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Version;

/**
 * What a user can set about MongoDB migrations.
 *
 * @param database the database of the history and the lock, {@code null} for the
 * application's
 * @param historyCollection the collection of the history
 * @param lockCollection the collection of the lock
 * @param locations where the files of declared changes are
 * @param locationsSet whether the user has named them
 * @param preimages how pre-images are kept
 * @param lease how long a lock without a sign of life is respected
 * @param lockWaitTimeout how long to wait for the lock
 * @param policy what is accepted, and how far to go
 */
public record MongoSettings(@Nullable String database, String historyCollection, String lockCollection,
		List<String> locations, boolean locationsSet, Preimages preimages, Duration lease, Duration lockWaitTimeout,
		Policy policy) {

	public MongoSettings {
		locations = List.copyOf(locations);
	}

	/**
	 * Return these settings for another database: everything there is of the rehearsal,
	 * and it accepts any order.
	 */
	MongoSettings forRehearsal() {
		return new MongoSettings(null, this.historyCollection, this.lockCollection, this.locations, this.locationsSet,
				this.preimages, this.lease, this.lockWaitTimeout, new Policy(null, null, true, true, false));
	}

	/**
	 * How pre-images are kept.
	 *
	 * @param limit how many documents a change may keep at the most
	 * @param retention how long they are kept after the migration was applied
	 */
	public record Preimages(long limit, Duration retention) {

	}

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
