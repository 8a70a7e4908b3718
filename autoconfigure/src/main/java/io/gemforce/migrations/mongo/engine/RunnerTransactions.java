package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import com.mongodb.MongoException;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.mongo.command.CommandRetries;
import io.gemforce.migrations.store.ShutdownSignal;

/**
 * The transactions of a runner, each tried again while its failures are temporary.
 */
final class RunnerTransactions {

	private final MongoAccess access;

	private final RunnerSession session;

	private final Supplier<Duration> lifetime;

	private final ShutdownSignal stop;

	private final LongSupplier nanoTime;

	private @Nullable TransactionRetries newest;

	RunnerTransactions(MongoAccess access, RunnerSession session, Supplier<Duration> lifetime, ShutdownSignal stop,
			LongSupplier nanoTime) {
		this.access = access;
		this.session = session;
		this.lifetime = lifetime;
		this.stop = stop;
		this.nanoTime = nanoTime;
	}

	// Whether the deployment has transactions
	boolean areThere() {
		return this.access.hasTransactions();
	}

	// What follows has nothing to do with the transactions so far
	void forget() {
		this.newest = null;
	}

	// Why the newest transaction was given up
	@Nullable ProblemCode verdict() {
		return (this.newest != null) ? this.newest.verdict() : null;
	}

	// Whether the newest transaction may have been committed
	boolean isCommitSent() {
		return this.newest != null && this.newest.isCommitSent();
	}

	String describeAttempts() {
		return (this.newest != null) ? this.newest.describe() : "";
	}

	// Calls the body again with each try; throws what ended the last one
	boolean execute(String name, Body body) throws Exception {
		TransactionRetries retries = new TransactionRetries(this.lifetime, this.stop, this.nanoTime, name);
		this.newest = retries;
		while (true) {
			long startedAt = this.nanoTime.getAsLong();
			try {
				this.session.startTransaction();
				if (!body.execute()) {
					this.session.abortTransaction();
					return false;
				}
				commit(retries);
				return true;
			}
			catch (Throwable ex) {
				abort(ex);
				if (!retries.again(ex, startedAt)) {
					throw ex;
				}
			}
		}
	}

	private void commit(TransactionRetries retries) {
		boolean committed = false;
		retries.committing();
		while (!committed) {
			try {
				this.session.commitTransaction();
				committed = true;
			}
			catch (MongoException ex) {
				if (!retries.commitAgain(ex)) {
					throw ex;
				}
			}
		}
	}

	private void abort(Throwable cause) {
		try {
			CommandRetries.evenIfInterrupted(this.session::abortTransaction);
		}
		catch (RuntimeException ex) {
			cause.addSuppressed(ex);
		}
	}

	@FunctionalInterface
	interface Body {

		boolean execute() throws Exception;

	}

}
