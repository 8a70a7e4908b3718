package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import com.mongodb.MongoException;
import com.mongodb.MongoOperationTimeoutException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.mongo.command.CommandRetries;
import io.gemforce.migrations.store.ShutdownSignal;

/**
 * Decides whether a transaction that failed is tried again. One that a killed instance
 * has left open blocks for as long as the server lets it live, so retries go on for
 * longer than that. A transaction that itself lived that long is not tried again.
 */
final class TransactionRetries {

	private static final Log logger = LogFactory.getLog(TransactionRetries.class);

	private static final Duration LONGER_THAN_A_LIFETIME = Duration.ofSeconds(30);

	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

	private static final Duration COMMIT_WHILE_STOPPING = Duration.ofSeconds(10);

	// More than there is time for, unless the clock stands still
	private static final int MAX_FAILURES = 250;

	private static final Duration SAY_EVERY = Duration.ofSeconds(30);

	private final Supplier<Duration> lifetime;

	private final ShutdownSignal stop;

	private final LongSupplier nanoTime;

	private final String name;

	private int tries = 1;

	private boolean givenUp;

	private int failures;

	private long firstFailureAt;

	private long saidAt;

	private @Nullable ProblemCode verdict;

	private boolean commitSent;

	TransactionRetries(Supplier<Duration> lifetime, ShutdownSignal stop, LongSupplier nanoTime, String name) {
		this.lifetime = lifetime;
		this.stop = stop;
		this.nanoTime = nanoTime;
		this.name = name;
	}

	// Pauses before the whole transaction is tried again
	boolean again(Throwable failure, long startedAt) {
		this.givenUp = !isTriedAgain(failure, startedAt);
		this.tries += this.givenUp ? 0 : 1;
		return !this.givenUp;
	}

	private boolean isTriedAgain(Throwable failure, long startedAt) {
		MongoException exception = MongoFailures.find(failure);
		if (exception == null || !isTransient(exception)) {
			return false;
		}
		if (exceedsLifetime(exception, startedAt)) {
			this.verdict = ProblemCode.MONGO_TX_LIMIT;
			return false;
		}
		if (!this.stop.isStopped() && !pause(exception, limit())) {
			return false;
		}
		if (this.stop.isStopped()) {
			this.verdict = ProblemCode.SHUTTING_DOWN;
			return false;
		}
		return true;
	}

	private Duration limit() {
		return this.lifetime.get().plus(LONGER_THAN_A_LIFETIME);
	}

	void committing() {
		this.commitSent = true;
	}

	// Something may have been committed then
	boolean isCommitSent() {
		return this.commitSent;
	}

	// For a commit whose outcome is unknown; pauses before it is sent again
	boolean commitAgain(MongoException failure) {
		return failure.hasErrorLabel(MongoException.UNKNOWN_TRANSACTION_COMMIT_RESULT_LABEL)
				&& pause(failure, this.stop.isStopped() ? COMMIT_WHILE_STOPPING : limit());
	}

	// A limit of time of our own would be met again
	private static boolean isTransient(MongoException exception) {
		return !(exception instanceof MongoOperationTimeoutException)
				&& (CommandRetries.isOverloaded(exception) || hasTransientLabel(exception));
	}

	private static boolean hasTransientLabel(MongoException exception) {
		return exception.hasErrorLabel(MongoException.TRANSIENT_TRANSACTION_ERROR_LABEL)
				|| exception.hasErrorLabel(MongoException.UNKNOWN_TRANSACTION_COMMIT_RESULT_LABEL);
	}

	private boolean exceedsLifetime(MongoException exception, long startedAt) {
		return MongoFailures.isTransactionGone(exception)
				&& this.nanoTime.getAsLong() - startedAt >= this.lifetime.get().toNanos();
	}

	private boolean pause(MongoException exception, Duration limit) {
		long now = this.nanoTime.getAsLong();
		if (this.failures++ == 0) {
			this.firstFailureAt = now;
		}
		if (now - this.firstFailureAt >= limit.toNanos() || this.failures > MAX_FAILURES) {
			this.verdict = ProblemCode.WRITE_CONFLICT;
			return false;
		}
		if (this.failures == 1 || now - this.saidAt >= SAY_EVERY.toNanos()) {
			this.saidAt = now;
			logger.info(("The transaction of %s met an error that passes (code %d); it is tried again for up "
					+ "to %s, longer than a transaction of a killed instance can stand in its way")
				.formatted(this.name, exception.getCode(), limit));
		}
		return sleep(exception);
	}

	// Ends at once if the process is told to end
	private boolean sleep(MongoException exception) {
		long longest = Math.min(LONGEST_PAUSE.toMillis(), 5L << Math.min(this.failures, 10));
		Duration pause = CommandRetries.isOverloaded(exception) ? CommandRetries.pauseAfter(exception, this.failures)
				: Duration.ofMillis(1 + ThreadLocalRandom.current().nextLong(longest));
		try {
			this.stop.await(pause);
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	String describe() {
		if (this.tries == 1 || !this.givenUp) {
			return "";
		}
		Duration elapsed = Duration.ofNanos(this.nanoTime.getAsLong() - this.firstFailureAt);
		return " (tried %d times in %s)".formatted(this.tries, Duration.ofSeconds(elapsed.toSeconds()));
	}

	// Why it was not tried again
	@Nullable ProblemCode verdict() {
		return this.verdict;
	}

}
