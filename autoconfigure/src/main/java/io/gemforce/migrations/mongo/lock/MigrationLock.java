package io.gemforce.migrations.mongo.lock;

import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoException;
import com.mongodb.ReadConcern;
import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.ReturnDocument;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.command.CommandRetries;

/**
 * The lock that lets one instance at a time migrate MongoDB, kept in one document:
 *
 * <pre>
 * {_id: "mongo", owner: "gems/1.4.0@gems-0#…", fence: 3, beat: 17, leaseMs: 30000, lsid: {id: …},
 *  acquiredAt: …, application: "gems", host: "gems-0", doing: "2 (rename a to b)"}
 * </pre>
 *
 * <ol>
 * <li>Acquire: {@code findOneAndUpdate({_id, owner: null}, {$set: {owner, …}, $inc:
 * {fence: 1, beat: 1}})} as an upsert. A duplicate key means that another instance holds
 * it. After that and after any other error the document is read: if it is this runner's,
 * it holds the lock, and goes on as after a takeover.</li>
 * <li>Beat: the holder counts up {@code beat}. It gives itself up when its own clock says
 * that it could not beat for three quarters of its lease, counted from the moment at
 * which it <em>sent</em> the last beat that was acknowledged.</li>
 * <li>Take over: a contender that has seen the same {@code (owner, fence, beat)} for a
 * whole lease, the longer of its own and the one in the document, counted on its own
 * monotonic clock from the <em>reply</em> that first showed it, acquires with all three
 * in the filter. It keeps the sessions of dead holders in the document until the release,
 * so that they can be ended even if it dies, too, before it has done so.</li>
 * <li>Release: {@code owner} becomes null. The document stays, so the fence never starts
 * again.</li>
 * </ol>
 * No clock is ever compared with another one.
 */
public final class MigrationLock {

	/**
	 * The shortest time that a lock without a beat can be respected for.
	 */
	public static final Duration SHORTEST_LEASE = Duration.ofSeconds(1);

	private static final Log logger = LogFactory.getLog(MigrationLock.class);

	private static final Duration POLL = Duration.ofMillis(500);

	private static final Duration SAY_EVERY = Duration.ofSeconds(30);

	private static final int MAX_SENDS = 4;

	private final MongoCollection<Document> collection;

	private final LeaseTimes times;

	private final LongSupplier nanoTime;

	private final Clock clock;

	private final LockWatch watch;

	public MigrationLock(MongoCollection<Document> collection, Duration lease, LongSupplier nanoTime, Clock clock) {
		this.clock = clock;
		this.collection = collection.withWriteConcern(WriteConcern.MAJORITY)
			.withReadConcern(ReadConcern.MAJORITY)
			.withReadPreference(ReadPreference.primary());
		this.times = new LeaseTimes(lease);
		this.nanoTime = nanoTime;
		this.watch = new LockWatch(lease, nanoTime);
	}

	/**
	 * Returns the lock, or empty if it was never held.
	 */
	public Optional<LockDocument> look() {
		return Optional
			.ofNullable(CommandRetries.unlessOverloaded(
					() -> this.collection.find(new Document(LockDocument.ID, LockDocument.THE_LOCK)).first()))
			.map(LockDocument::from);
	}

	/**
	 * Whether the holder has beaten within its lease, as far as was watched.
	 */
	public boolean isAlive(LockDocument lock) {
		return !this.watch.isExpired(lock);
	}

	/**
	 * Acquire the lock, waiting for its holder if need be. A holder that gives no sign of
	 * life is waited for until it does, or until its lease has run out, even beyond the
	 * time-out: otherwise a runner that waits for less than a lease would never take over
	 * from a dead one.
	 * @param needed asked when the lock has become free after a wait: whether it is still
	 * needed
	 */
	public Optional<Lease> acquire(LockHolder holder, Duration waitTimeout, BooleanSupplier needed, Pause pause)
			throws InterruptedException {
		long startedAt = this.nanoTime.getAsLong();
		long saidAt = startedAt;
		long sentAt = startedAt;
		LockDocument first = null;
		Optional<Lease> lease = acquireFree(holder);
		while (lease.isEmpty()) {
			Optional<LockDocument> lock = look();
			if (lock.isEmpty() || lock.get().isFree()) {
				if (!needed.getAsBoolean()) {
					return Optional.empty();
				}
				sentAt = this.nanoTime.getAsLong();
				lease = acquireFree(holder);
				continue;
			}
			if (holder.owner().equals(lock.get().owner())) {
				// The driver has sent it twice, and only the second answer came
				return Optional.of(lease(lock.get(), true, null, sentAt));
			}
			if (this.watch.isExpired(lock.get())) {
				logger.warn("The holder of the migration lock of store 'mongo', %s, has given no sign of life for %s"
					.formatted(lock.get().owner(), lock.get().lease()));
				sentAt = this.nanoTime.getAsLong();
				lease = takeOver(holder, lock.get());
				continue;
			}
			first = (first != null) ? first : lock.get();
			long now = this.nanoTime.getAsLong();
			boolean alive = !first.beat().equals(lock.get().beat());
			if (now - startedAt >= waitTimeout.toNanos() && (alive || now - startedAt >= longestUntilTakeover())) {
				throw new LockTimeoutException(waitTimeout, lock.get());
			}
			if (saidAt == startedAt || now - saidAt >= SAY_EVERY.toNanos()) {
				saidAt = now;
				logger.info("Waiting for the migration lock of store 'mongo', held by %s since %s, doing: %s"
					.formatted(lock.get().owner(), lock.get().acquiredAt(), lock.get().doing()));
			}
			pause.pause(Duration.ofMillis(ThreadLocalRandom.current().nextLong(POLL.toMillis() / 2, POLL.toMillis())));
		}
		return lease;
	}

	// A dead holder is taken over after its lease, unless that is longer than our own
	private long longestUntilTakeover() {
		return this.times.lease().plus(POLL).plus(POLL).toNanos();
	}

	/**
	 * Take the lock from its holder, alive or not.
	 * @param from the only owner that it may be taken from, {@code null} for any
	 */
	public Optional<Lease> seize(LockHolder holder, @Nullable String from) {
		Optional<Lease> lease = acquireFree(holder);
		while (lease.isEmpty()) {
			Optional<LockDocument> lock = look().filter((seen) -> !seen.isFree());
			if (lock.isPresent() && from != null && !from.equals(lock.get().owner())) {
				return Optional.empty();
			}
			lease = lock.isPresent() ? takeOver(holder, lock.get()) : acquireFree(holder);
		}
		return lease;
	}

	private Optional<Lease> acquireFree(LockHolder holder) {
		Document free = new Document(LockDocument.ID, LockDocument.THE_LOCK).append(LockDocument.OWNER, null);
		return acquire(holder, free, true, null);
	}

	private Optional<Lease> takeOver(LockHolder holder, LockDocument dead) {
		logger.warn("Taking over the migration lock of store 'mongo' from %s".formatted(dead.owner()));
		return acquire(holder, dead.beat().filter(), false, dead);
	}

	private Optional<Lease> acquire(LockHolder holder, Document expected, boolean upsert,
			@Nullable LockDocument predecessor) {
		Document mine = new Document(LockDocument.OWNER, holder.owner())
			.append(LockDocument.LEASE_MS, this.times.lease().toMillis())
			.append(LockDocument.SESSION, holder.session())
			.append(LockDocument.ACQUIRED_AT, Date.from(this.clock.instant()))
			.append(LockDocument.APPLICATION, holder.application())
			.append(LockDocument.HOST, holder.host())
			.append(LockDocument.DOING, "starting");
		if (predecessor != null) {
			mine.append(LockDocument.LEFT_SESSIONS, predecessor.sessionsLeftByDeath());
		}
		Document update = new Document("$set", mine).append("$inc",
				new Document(LockDocument.FENCE, 1L).append(LockDocument.BEAT, 1L));
		for (int sent = 1;; sent++) {
			long sentAt = this.nanoTime.getAsLong();
			try {
				Document acquired = this.collection.findOneAndUpdate(expected, update,
						new FindOneAndUpdateOptions().upsert(upsert).returnDocument(ReturnDocument.AFTER));
				return Optional.ofNullable(acquired)
					.map((document) -> lease(LockDocument.from(document), predecessor != null, predecessor, sentAt));
			}
			catch (MongoException ex) {
				if (ErrorCategory.fromErrorCode(ex.getCode()) == ErrorCategory.DUPLICATE_KEY) {
					return Optional.empty();
				}
				Optional<Lease> acquired = lookAfter(ex).filter((lock) -> holder.owner().equals(lock.owner()))
					.map((lock) -> lease(lock, true, predecessor, sentAt));
				if (acquired.isPresent()) {
					return acquired;
				}
				if (sent == MAX_SENDS || !CommandRetries.isPassing(ex)
						|| !CommandRetries.pause(CommandRetries.pauseAfter(ex, sent))) {
					throw ex;
				}
			}
		}
	}

	// The driver reads nothing for a thread that is interrupted
	private Optional<LockDocument> lookAfter(MongoException failure) {
		try {
			return CommandRetries.evenIfInterrupted(this::look);
		}
		catch (MongoException ex) {
			failure.addSuppressed(ex);
			throw failure;
		}
	}

	private Lease lease(LockDocument acquired, boolean takenOver, @Nullable LockDocument predecessor, long sentAt) {
		return new Lease(this.collection, acquired, takenOver, predecessor, this.times, this.nanoTime, sentAt);
	}

	/**
	 * A pause between two looks at the lock.
	 */
	@FunctionalInterface
	public interface Pause {

		void pause(Duration pause) throws InterruptedException;

	}

}
