package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import com.mongodb.MongoException;

/**
 * The transactions of a runner, each tried again as long as it fails by something that
 * passes.
 */
final class RunnerTransactions {

	private final MongoAccess access;

	private final RunnerSession session;

	private final Supplier<Duration> lifetime;

	private final LongSupplier nanoTime;

	/**
	 * Create the transactions of a runner.
	 * @param access the way to the deployment
	 * @param session the runner's session
	 * @param lifetime tells how long the server lets a transaction live
	 * @param nanoTime the monotonic clock
	 */
	RunnerTransactions(MongoAccess access, RunnerSession session, Supplier<Duration> lifetime, LongSupplier nanoTime) {
		this.access = access;
		this.session = session;
		this.lifetime = lifetime;
		this.nanoTime = nanoTime;
	}

	/**
	 * Whether the deployment has transactions.
	 * @return whether something can be executed in one
	 */
	boolean areThere() {
		return this.access.hasTransactions();
	}

	/**
	 * Return the retries of one execution.
	 * @param name what is executed
	 * @return the retries
	 */
	TransactionRetries retries(String name) {
		return new TransactionRetries(this.lifetime, this.nanoTime, name);
	}

	/**
	 * Execute something in a transaction.
	 * @param retries decides whether to try again
	 * @param body what to execute, called again with each try
	 * @return whether it was committed; otherwise the body did not want it to be
	 * @throws Exception what the body throws, or why it could not be committed
	 */
	boolean execute(TransactionRetries retries, Body body) throws Exception {
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
			this.session.abortTransaction();
		}
		catch (RuntimeException ex) {
			cause.addSuppressed(ex);
		}
	}

	/**
	 * What is executed in a transaction.
	 */
	@FunctionalInterface
	interface Body {

		/**
		 * Execute it.
		 * @return whether to commit
		 * @throws Exception if it failed
		 */
		boolean execute() throws Exception;

	}

}
