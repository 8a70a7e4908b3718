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
	 * Create a watch for this lease, or for the holder's where that is longer.
	 */
	public LockWatch(Duration lease, LongSupplier nanoTime) {
		this.lease = lease;
		this.nanoTime = nanoTime;
	}

	/**
	 * Whether the holder has not beaten for a whole lease, as far as was watched.
	 */
	public synchronized boolean isExpired(LockDocument lock) {
		long now = this.nanoTime.getAsLong();
		if (this.seen == null || !this.seen.beat().equals(lock.beat())) {
			this.seen = lock;
			this.seenAt = now;
			return false;
		}
		Duration respected = (lock.lease().compareTo(this.lease) > 0) ? lock.lease() : this.lease;
		return now - this.seenAt >= respected.toNanos();
	}

}
