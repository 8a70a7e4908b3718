package io.gemforce.migrations.mongo.engine;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.change.ChangeFileSettings;

/**
 * What a user can set about MongoDB migrations.
 */
public record MongoSettings(Place place, ChangeFileSettings files, Preimages preimages, Lock lock, Policy policy) {

	// The database has nothing but the rehearsal in it, and any order is accepted
	MongoSettings forRehearsal() {
		return new MongoSettings(new Place(null, this.place.historyCollection(), this.place.lockCollection()),
				this.files, this.preimages, this.lock, new Policy(null, null, true, true, false));
	}

	/**
	 * Where the history and the lock are.
	 *
	 * @param database {@code null} for the application's
	 */
	public record Place(@Nullable String database, String historyCollection, String lockCollection) {

	}

	/**
	 * How to lock.
	 *
	 * @param lease how long a lock without a sign of life is respected
	 */
	public record Lock(Duration lease, Duration waitTimeout) {

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
	 * @param failWhenAhead whether a store that is newer than this build stops the start
	 */
	public record Policy(@Nullable Version target, @Nullable Version baseline, boolean outOfOrder,
			boolean ignoreMissing, boolean failWhenAhead) {

	}

}
