package io.gemforce.migrations.store;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Who holds the lock of a store.
 *
 * @param held whether anybody holds it
 * @param mine whether this instance does
 * @param alive whether the holder has given a sign of life within its lease
 * @param owner the holder, {@code null} if it is free
 * @param since when the holder acquired it, {@code null} if that is not known
 * @param doing what the holder is doing, {@code null} if that is not known
 */
public record StoreLock(boolean held, boolean mine, boolean alive, @Nullable String owner, @Nullable Instant since,
		@Nullable String doing) {

	/**
	 * A free lock.
	 */
	public static final StoreLock FREE = new StoreLock(false, false, false, null, null, null);

}
