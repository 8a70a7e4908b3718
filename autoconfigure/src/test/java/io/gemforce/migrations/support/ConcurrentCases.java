package io.gemforce.migrations.support;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import org.junit.jupiter.api.DynamicTest;

/**
 * Plays several cases of a test at the same time, each on a database of its own: for
 * tests that spend their time waiting for a lease to run out.
 */
public final class ConcurrentCases {

	private static final int AT_A_TIME = 24;

	private ConcurrentCases() {
	}

	/**
	 * Returns a test for each case, which waits for the end of the case.
	 */
	public static <T> Stream<DynamicTest> play(Stream<T> cases, Scenario<T> scenario) {
		ExecutorService executor = Executors.newFixedThreadPool(AT_A_TIME);
		return cases.map((one) -> {
			Future<?> result = executor.submit(() -> {
				play(one, scenario);
				return null;
			});
			return DynamicTest.dynamicTest(one.toString(), () -> complete(result));
		}).toList().stream().onClose(executor::shutdownNow);
	}

	private static <T> void play(T one, Scenario<T> scenario) throws Exception {
		MongoTestDatabase mongo = TestDatabases.createMongo();
		try {
			scenario.play(mongo, one);
		}
		finally {
			mongo.database().drop();
		}
	}

	private static void complete(Future<?> result) throws Throwable {
		try {
			result.get();
		}
		catch (ExecutionException ex) {
			throw ex.getCause();
		}
	}

	/**
	 * What happens in a case.
	 *
	 * @param <T> the type of the cases
	 */
	@FunctionalInterface
	public interface Scenario<T> {

		/**
		 * Play a case.
		 */
		void play(MongoTestDatabase mongo, T one) throws Exception;

	}

}
