package io.gemforce.migrations.mongo.lock;

import java.time.Duration;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

/**
 * Watches the beat of a lock that another instance holds, on this process's own monotonic
 * clock: what the holder's clock says does not matter.
 */
public final class LockWatch {

	private final Duration lease;

	private final LongSupplier nanoTime;

	private @Nullable LockDocument seen;

	private long seenAt;

	/**
	 * Create a watch.
	 * @param lease how long a lock without a beat is respected, unless its holder asks
	 * for longer
	 */
	public LockWatch(Duration lease, LongSupplier nanoTime) {
		this.lease = lease;
		this.nanoTime = nanoTime;
	}

	/**
	 * Take note of a lock that has just been read.
	 * @return whether its holder has not beaten for a whole lease, as far as was watched
	 */
	public synchronized boolean isExpired(LockDocument lock) {
		long now = this.nanoTime.getAsLong();
		if (this.seen == null || !this.seen.isSameBeat(lock)) {
			this.seen = lock;
			this.seenAt = now;
			return false;
		}
		Duration respected = (lock.lease().compareTo(this.lease) > 0) ? lock.lease() : this.lease;
		return now - this.seenAt >= respected.toNanos();
	}

}
