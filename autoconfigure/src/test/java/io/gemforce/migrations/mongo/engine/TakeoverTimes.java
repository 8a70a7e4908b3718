package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandStartedEvent;
import com.mongodb.event.CommandSucceededEvent;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * Measures how long a runner takes from its first look at a lock that is held until it
 * holds the lock itself, and how long it holds it then.
 */
final class TakeoverTimes implements CommandListener {

	private final Map<Integer, BsonDocument> sent = new ConcurrentHashMap<>();

	private volatile @Nullable Long firstLookAt;

	private volatile @Nullable Long heldAt;

	private volatile @Nullable Long lastReplyAt;

	@Override
	public void commandStarted(CommandStartedEvent event) {
		BsonDocument command = event.getCommand();
		if (WireStep.isAboutHistoryOrLock(command)) {
			this.sent.put(event.getRequestId(), command.clone());
		}
	}

	@Override
	public void commandSucceeded(CommandSucceededEvent event) {
		BsonDocument command = this.sent.remove(event.getRequestId());
		if (command == null) {
			return;
		}
		long now = System.nanoTime();
		this.lastReplyAt = now;
		if (WireStep.LOOK.test(command) && this.firstLookAt == null) {
			this.firstLookAt = now;
		}
		if (WireStep.TAKE_OVER.test(command) && event.getResponse().isDocument("value")) {
			this.heldAt = now;
		}
	}

	/**
	 * Whether there is something to measure.
	 */
	boolean isTakenOver() {
		return this.heldAt != null;
	}

	/**
	 * Return how long it took to take over.
	 */
	Duration takeover() {
		return between(this.firstLookAt, this.heldAt);
	}

	/**
	 * Return how long the lock was held.
	 */
	Duration held() {
		return between(this.heldAt, this.lastReplyAt);
	}

	private static Duration between(@Nullable Long from, @Nullable Long to) {
		if (from == null || to == null) {
			throw new IllegalStateException("The lock was not taken over");
		}
		return Duration.ofNanos(to - from);
	}

}
