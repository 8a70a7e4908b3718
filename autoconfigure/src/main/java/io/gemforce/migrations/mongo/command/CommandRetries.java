package io.gemforce.migrations.mongo.command;

import java.time.Duration;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.mongodb.MongoException;
import com.mongodb.MongoNodeIsRecoveringException;
import com.mongodb.MongoNotPrimaryException;
import com.mongodb.MongoSocketException;
import com.mongodb.MongoWriteConcernException;
import org.jspecify.annotations.Nullable;

/**
 * Ways to send a command that must not fail for a reason that has nothing to do with it.
 */
public final class CommandRetries {

	/**
	 * The answer of Azure Cosmos DB to more load than was paid for. It has not executed
	 * the command, and says when to send it again.
	 */
	private static final int REQUEST_RATE_TOO_LARGE = 16500;

	private static final Pattern RETRY_AFTER = Pattern.compile("RetryAfterMs=(\\d{1,9})");

	private static final int MAX_SENDS = 12;

	private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

	private static final Duration FIRST_PAUSE = Duration.ofMillis(20);

	private CommandRetries() {
	}

	/**
	 * Send a command, again and again if the server refuses it for its load.
	 */
	public static <T extends @Nullable Object> T unlessOverloaded(Supplier<T> command) {
		for (int sent = 1;; sent++) {
			try {
				return command.get();
			}
			catch (MongoException ex) {
				if (!isOverloaded(ex) || sent == MAX_SENDS || !pause(pauseAfter(ex, sent))) {
					throw ex;
				}
			}
		}
	}

	/**
	 * Whether the server has refused a command for its load, without executing it.
	 */
	public static boolean isOverloaded(MongoException failure) {
		return failure.getCode() == REQUEST_RATE_TOO_LARGE;
	}

	/**
	 * Whether a failure is temporary, such as load, a broken connection or a primary that
	 * stepped down: sending again makes sense if it does no harm.
	 */
	public static boolean isPassing(MongoException failure) {
		return isOverloaded(failure) || failure instanceof MongoSocketException
				|| failure instanceof MongoNotPrimaryException || failure instanceof MongoNodeIsRecoveringException
				|| failure instanceof MongoWriteConcernException;
	}

	/**
	 * Return the pause that the server asks for, otherwise one that doubles.
	 */
	public static Duration pauseAfter(MongoException failure, int sent) {
		Matcher hint = RETRY_AFTER.matcher(String.valueOf(failure.getMessage()));
		Duration pause = (isOverloaded(failure) && hint.find()) ? Duration.ofMillis(Long.parseLong(hint.group(1)))
				: FIRST_PAUSE.multipliedBy(1L << Math.min(sent, 10));
		return (pause.compareTo(LONGEST_PAUSE) < 0) ? pause : LONGEST_PAUSE;
	}

	/**
	 * Pause, unless the thread is interrupted.
	 */
	public static boolean pause(Duration pause) {
		try {
			Thread.sleep(pause.toMillis());
			return true;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

	/**
	 * Send what must be sent although the thread is interrupted: the driver sends nothing
	 * for such a thread. The thread is interrupted again after that.
	 */
	public static <T extends @Nullable Object> T evenIfInterrupted(Supplier<T> command) {
		boolean interrupted = Thread.interrupted();
		try {
			return command.get();
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	public static void evenIfInterrupted(Runnable command) {
		evenIfInterrupted(() -> {
			command.run();
			return null;
		});
	}

}
