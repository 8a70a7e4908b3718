package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

import com.mongodb.MongoException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.mongo.history.Attempt;
import io.gemforce.migrations.mongo.history.History;
import io.gemforce.migrations.mongo.history.HistoryRow;
import io.gemforce.migrations.mongo.history.Mark;
import io.gemforce.migrations.mongo.history.MigrationHistory;
import io.gemforce.migrations.mongo.history.MigrationHolds;
import io.gemforce.migrations.mongo.history.WriteOutcome;
import io.gemforce.migrations.mongo.lock.Lease;
import io.gemforce.migrations.mongo.lock.LockDocument;
import io.gemforce.migrations.mongo.lock.LockLostException;
import io.gemforce.migrations.store.Hold;

/**
 * The history while this runner holds the lock. Reading it first closes what earlier
 * holders have left open.
 */
final class LockedHistory implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(LockedHistory.class);

	// Longer than a command can be on its way to the server
	private static final Duration ON_ITS_WAY = Duration.ofSeconds(1);

	private static final int MAX_PASSES = 5;

	private final MongoAccess access;

	private final RunnerSession session;

	private final Lease lease;

	private final MigrationRun run;

	private final @Nullable String reason;

	private boolean inOrder;

	private boolean interruptedAtEnd;

	LockedHistory(MongoAccess access, RunnerSession session, Lease lease, MigrationRun run, @Nullable String reason) {
		this.access = access;
		this.session = session;
		this.lease = lease;
		this.run = run;
		this.reason = reason;
		this.inOrder = !lease.isTakenOver();
	}

	Lease lease() {
		return this.lease;
	}

	RunnerSession session() {
		return this.session;
	}

	MigrationHistory history() {
		return this.session.history();
	}

	MigrationHolds holds() {
		return this.session.holds();
	}

	void remove(Hold hold) {
		this.lease.check();
		holds().remove(hold);
	}

	MigrationRun run() {
		return this.run;
	}

	// Only at the end, as the driver sends nothing for an interrupted thread
	void interruptAtEnd() {
		this.interruptedAtEnd = true;
	}

	History read() {
		History history = readUnderFence();
		for (int pass = 1; !this.inOrder || isLeftOpen(history); pass++) {
			if (pass > MAX_PASSES) {
				throw new LockLostException("somebody goes on opening rows of the history");
			}
			this.inOrder = false;
			takeOver(history.leftOpenBefore(this.lease.fence()));
			this.inOrder = true;
			history = readUnderFence();
		}
		return history;
	}

	private boolean isLeftOpen(History history) {
		return !history.leftOpenBefore(this.lease.fence()).isEmpty();
	}

	private History readUnderFence() {
		this.lease.check();
		History history = history().read();
		long highest = history.highestFenceOfOthers(this.run.id());
		if (highest >= this.lease.fence()) {
			if (!this.lease.raiseFence(highest)) {
				throw new LockLostException("fence %d in the history is higher than this runner's, which is %d"
					.formatted(highest, this.lease.fence()));
			}
			this.inOrder = false;
		}
		return history;
	}

	private void takeOver(List<HistoryRow> leftOpen) {
		if (leftOpen.stream().anyMatch((row) -> !row.transactional())) {
			waitForCommandsOnTheirWay();
		}
		if (!this.lease.leftSessions().isEmpty()) {
			killSessions(this.lease.leftSessions());
		}
		LockDocument predecessor = this.lease.predecessor();
		String owner = (predecessor != null) ? predecessor.owner() : null;
		insert(Mark.takeover((owner != null) ? "takeover from " + owner : "takeover", this.reason));
		history().closeLeftOpenBefore(this.lease.fence());
	}

	private static void waitForCommandsOnTheirWay() {
		try {
			Thread.sleep(ON_ITS_WAY.toMillis());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void killSessions(List<Object> sessions) {
		try {
			this.access.killSessions(sessions);
		}
		catch (MongoException ex) {
			logger.warn("Could not end the session of the former holder of the migration lock; if it has left a "
					+ "transaction open, that ends when the server's limit is reached: " + ex.getMessage());
		}
	}

	void record(Mark mark) {
		read();
		insert(mark);
	}

	// False if another instance has the rank
	boolean record(long rank, Mark mark) {
		this.lease.check();
		return write(() -> history().record(rank, mark, this.run, this.lease.fence()));
	}

	private void insert(Mark mark) {
		boolean inserted = false;
		while (!inserted) {
			long rank = readUnderFence().nextRank();
			inserted = write(() -> history().record(rank, mark, this.run, this.lease.fence()));
		}
	}

	// False if another instance has the rank
	boolean open(long rank, Attempt attempt) {
		return write(() -> history().open(rank, attempt, this.run, this.lease.fence()));
	}

	private boolean write(BooleanSupplier write) {
		try {
			return write.getAsBoolean();
		}
		catch (MongoException ex) {
			if (WriteOutcome.isUnknown(ex)) {
				this.lease.abandon();
			}
			throw ex;
		}
	}

	/**
	 * End the session and release the lock. While a write may be on its way, or what
	 * earlier holders left is not in order, the lock is not released: it runs out, and
	 * the next holder takes it over.
	 */
	@Override
	public void close() {
		if (!this.inOrder) {
			this.lease.abandon();
		}
		this.lease.close();
		this.session.close();
		if (this.interruptedAtEnd) {
			Thread.currentThread().interrupt();
		}
	}

}
