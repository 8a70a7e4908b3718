package io.gemforce.migrations.store;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Who holds the lock of a store.
 *
 * @param alive whether the holder has given a sign of life within its lease
 */
public record StoreLock(boolean held, boolean mine, boolean alive, @Nullable String owner, @Nullable Instant since,
		@Nullable String doing) {

	/**
	 * A free lock.
	 */
	public static final StoreLock FREE = new StoreLock(false, false, false, null, null, null);

}
