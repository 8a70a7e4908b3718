package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;

import com.mongodb.MongoInterruptedException;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.LockWait;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.mongo.history.MigrationHistory;
import io.gemforce.migrations.mongo.lock.Lease;
import io.gemforce.migrations.mongo.lock.LockHolder;
import io.gemforce.migrations.mongo.lock.LockTimeoutException;
import io.gemforce.migrations.store.ShutdownSignal;

final class MigrationLocker {

	private static final String UNCHANGED = "unchanged by this instance";

	private final MongoAccess access;

	private final ShutdownSignal stop;

	private final Duration waitTimeout;

	private volatile @Nullable String owner;

	MigrationLocker(MongoAccess access, ShutdownSignal stop, Duration waitTimeout) {
		this.access = access;
		this.stop = stop;
		this.waitTimeout = waitTimeout;
	}

	boolean isMine(@Nullable String owner) {
		return owner != null && owner.equals(this.owner);
	}

	// Empty if the lock, free after a wait, is no longer needed
	Optional<LockedHistory> acquire(MigrationRun run, Predicate<MigrationHistory> needed) {
		return acquire(run, this.waitTimeout, needed);
	}

	Optional<LockedHistory> acquire(MigrationRun run, Duration waitTimeout, Predicate<MigrationHistory> needed) {
		this.stop.check(StoreName.MONGO, UNCHANGED);
		RunnerSession session = new RunnerSession(this.access);
		long startedAt = System.nanoTime();
		LockWait.Outcome outcome = LockWait.Outcome.INTERRUPTED;
		Optional<Lease> lease = Optional.empty();
		try {
			lease = this.access.lock()
				.acquire(holder(run, session), waitTimeout, () -> needed.test(session.history()),
						(pause) -> this.stop.pause(pause, StoreName.MONGO, UNCHANGED));
			outcome = lease.isPresent() ? LockWait.Outcome.ACQUIRED : LockWait.Outcome.UNNEEDED;
			return lease.map((acquired) -> new LockedHistory(this.access, session, acquired, run, null));
		}
		catch (LockTimeoutException ex) {
			outcome = LockWait.Outcome.TIMEOUT;
			throw timeout(waitTimeout, ex);
		}
		catch (MigrationException ex) {
			if (ex.getCode() != ProblemCode.SHUTTING_DOWN) {
				outcome = LockWait.Outcome.UNNEEDED;
			}
			throw ex;
		}
		catch (InterruptedException | MongoInterruptedException ex) {
			this.stop.check(StoreName.MONGO, UNCHANGED);
			Thread.currentThread().interrupt();
			throw new MigrationException(
					Problem.error(ProblemCode.LOCK_TIMEOUT, StoreName.MONGO,
							"Interrupted while waiting for the migration lock of store 'mongo'", "Start again"),
					UNCHANGED, ex);
		}
		finally {
			run.listener()
				.lockWaited(run,
						new LockWait(StoreName.MONGO, Duration.ofNanos(System.nanoTime() - startedAt), outcome));
			if (lease.isEmpty()) {
				session.close();
			}
		}
	}

	// Takes the lock from this owner only, or from any if it is null
	Optional<LockedHistory> seize(MigrationRun run, @Nullable String from, @Nullable String reason) {
		RunnerSession session = new RunnerSession(this.access);
		Optional<LockedHistory> locked = this.access.lock()
			.seize(holder(run, session), from)
			.map((lease) -> new LockedHistory(this.access, session, lease, run, reason));
		if (locked.isEmpty()) {
			session.close();
		}
		return locked;
	}

	private LockHolder holder(MigrationRun run, RunnerSession session) {
		String owner = "%s#%s".formatted(run.application(), run.id());
		this.owner = owner;
		return new LockHolder(owner, run.application().name(), run.application().host(), session.id());
	}

	private static MigrationException timeout(Duration waitTimeout, LockTimeoutException ex) {
		return new MigrationException(
				Problem.error(ProblemCode.LOCK_TIMEOUT, StoreName.MONGO,
						"Waited %s for the migration lock of store 'mongo', held by %s since %s, doing: %s".formatted(
								waitTimeout, ex.getLock().owner(), ex.getLock().acquiredAt(), ex.getLock().doing()),
						"If the holder is still at work, wait, or raise gemforce.migrations.lock.wait-timeout; if it "
								+ "hangs, end it, or run gemforce.migrations.run=release-lock with store=mongo"),
				UNCHANGED, ex);
	}

}
