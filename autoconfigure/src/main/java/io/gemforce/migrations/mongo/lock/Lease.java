package io.gemforce.migrations.mongo.lock;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import com.mongodb.MongoException;
import com.mongodb.client.MongoCollection;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.command.CommandRetries;

/**
 * The lock while this runner holds it. Beats in the background until it is released, and
 * gives itself up when it could not beat in time.
 */
public final class Lease implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(Lease.class);

	private static final int MAX_SENDS = 4;

	private final MongoCollection<Document> collection;

	private final String owner;

	private final boolean takenOver;

	private final @Nullable LockDocument predecessor;

	private final List<Object> leftSessions;

	private final LeaseTimes times;

	private final long deadlineNanos;

	private final LongSupplier nanoTime;

	private final ScheduledExecutorService beats;

	private volatile long lastBeatSentAt;

	private volatile boolean lost;

	private volatile boolean abandoned;

	private volatile boolean closed;

	private volatile String doing;

	private volatile long fence;

	private final Object fenceMonitor = new Object();

	private @Nullable Thread worker;

	private boolean interrupted;

	Lease(MongoCollection<Document> collection, LockDocument acquired, boolean takenOver,
			@Nullable LockDocument predecessor, LeaseTimes times, LongSupplier nanoTime, long sentAt) {
		this.collection = collection;
		this.owner = Objects.requireNonNull(acquired.owner());
		this.takenOver = takenOver;
		this.predecessor = predecessor;
		this.leftSessions = acquired.leftSessions();
		this.times = times;
		this.deadlineNanos = times.holderDeadline().toNanos();
		this.nanoTime = nanoTime;
		this.lastBeatSentAt = sentAt;
		this.doing = String.valueOf(acquired.doing());
		this.fence = acquired.beat().fence();
		this.beats = Executors.newSingleThreadScheduledExecutor((task) -> {
			Thread thread = new Thread(task, "migration-lock-beat");
			thread.setDaemon(true);
			return thread;
		});
		long interval = times.beatInterval().toMillis();
		this.beats.scheduleWithFixedDelay(this::beat, interval, interval, TimeUnit.MILLISECONDS);
	}

	/**
	 * Return the number of times that the lock was acquired, this time included.
	 */
	public long fence() {
		return this.fence;
	}

	/**
	 * Raise the fence above one that was seen in the history, if the lock is still this
	 * runner's. Without a takeover the fence can be the lower one only if the lock's
	 * document was deleted, so that the fence started again.
	 */
	public boolean raiseFence(long seen) {
		synchronized (this.fenceMonitor) {
			boolean raised = this.collection
				.updateOne(mine(), new Document("$set", new Document(LockDocument.FENCE, seen + 1)))
				.getMatchedCount() == 1;
			if (raised) {
				logger.warn("The lock of store 'mongo' was deleted at some time; its fence goes on with %d"
					.formatted(seen + 1));
				this.fence = seen + 1;
			}
			return raised;
		}
	}

	/**
	 * Whether the lock was not free when it was acquired, or might not have been: what an
	 * earlier holder has left must be put in order before anything else.
	 */
	public boolean isTakenOver() {
		return this.takenOver;
	}

	public @Nullable LockDocument predecessor() {
		return this.predecessor;
	}

	/**
	 * Return the sessions of the dead holders that the lock was taken over from, one
	 * after the other, without a release between.
	 */
	public List<Object> leftSessions() {
		return this.leftSessions;
	}

	public void doing(String doing) {
		this.doing = doing;
	}

	public void check() {
		if (this.closed) {
			throw new LockLostException("The lock with fence %d was given back".formatted(fence()));
		}
		if (isLost()) {
			throw new LockLostException("The lock with fence %d is lost: %s".formatted(fence(),
					this.lost ? "another instance has taken it over"
							: "it could not be renewed for %s".formatted(this.times.holderDeadline())));
		}
	}

	private boolean isLost() {
		return this.lost || this.nanoTime.getAsLong() - this.lastBeatSentAt >= this.deadlineNanos;
	}

	/**
	 * Leave the lock to run out, because a command may still be executed.
	 */
	public void abandon() {
		this.abandoned = true;
	}

	/**
	 * Do some work, and interrupt it if the lock is lost.
	 */
	public void work(Work work) throws Exception {
		synchronized (this) {
			this.worker = Thread.currentThread();
		}
		try {
			check();
			work.run();
		}
		finally {
			synchronized (this) {
				this.worker = null;
				if (this.interrupted) {
					Thread.interrupted();
				}
			}
		}
	}

	private synchronized void interruptWorker() {
		if (this.worker != null && !this.interrupted) {
			this.interrupted = true;
			this.worker.interrupt();
		}
	}

	private void beat() {
		if (isLost()) {
			this.beats.shutdown();
			interruptWorker();
			return;
		}
		long sentAt = this.nanoTime.getAsLong();
		Document beat = new Document("$inc", new Document(LockDocument.BEAT, 1L)).append("$set",
				new Document(LockDocument.DOING, this.doing));
		try {
			if (isMatched(beat)) {
				this.lastBeatSentAt = sentAt;
			}
			else if (!this.beats.isShutdown()) {
				this.lost = true;
				logger.warn("Another instance has taken over the migration lock of store 'mongo' (fence %d)"
					.formatted(fence()));
				interruptWorker();
			}
		}
		catch (RuntimeException ex) {
			logger.warn("Could not renew the migration lock of store 'mongo', trying again: %s"
				.formatted(ex.getClass().getSimpleName()));
		}
	}

	private boolean isMatched(Document beat) {
		synchronized (this.fenceMonitor) {
			return this.collection.withTimeout(this.times.beatTimeout().toMillis(), TimeUnit.MILLISECONDS)
				.updateOne(mine(), beat)
				.getMatchedCount() == 1;
		}
	}

	private Document mine() {
		return new Document(LockDocument.ID, LockDocument.THE_LOCK).append(LockDocument.OWNER, this.owner)
			.append(LockDocument.FENCE, fence());
	}

	/**
	 * Release the lock, unless it is lost, or may be, or was abandoned.
	 */
	@Override
	public void close() {
		this.beats.shutdown();
		this.closed = true;
		if (!isLost() && !this.abandoned) {
			CommandRetries.evenIfInterrupted(this::release);
		}
	}

	private void release() {
		Document free = new Document("$set", new Document(LockDocument.OWNER, null).append(LockDocument.DOING, null))
			.append("$unset", new Document(LockDocument.LEFT_SESSIONS, ""));
		for (int sent = 1;; sent++) {
			try {
				this.collection.updateOne(mine(), free);
				return;
			}
			catch (RuntimeException ex) {
				if (sent == MAX_SENDS || !(ex instanceof MongoException failure) || !CommandRetries.isPassing(failure)
						|| !CommandRetries.pause(CommandRetries.pauseAfter(failure, sent))) {
					logger.warn("Could not release the migration lock of store 'mongo'; it runs out in %s: %s"
						.formatted(this.times.lease(), ex.getClass().getSimpleName()));
					return;
				}
			}
		}
	}

	/**
	 * What is done under the lock.
	 */
	@FunctionalInterface
	public interface Work {

		void run() throws Exception;

	}

}
