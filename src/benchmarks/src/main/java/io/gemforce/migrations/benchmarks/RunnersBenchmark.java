package io.gemforce.migrations.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoDatabase;
import org.bson.Document;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.MongoMigrationContext;

/**
 * Starts many instances together that have one slow migration before them.
 */
final class RunnersBenchmark implements Benchmark {

	private static final int RUNNERS = 200;

	private static final int ROUNDS = 5;

	private static final String DATABASE = "migrations_benchmark_runners";

	@Override
	public String id() {
		return "runners";
	}

	@Override
	public Measurement run(Surroundings surroundings) throws Exception {
		MongoDatabase database = surroundings.observer().getDatabase(DATABASE);
		List<Round> rounds = new ArrayList<>();
		ExecutorService threads = Executors.newFixedThreadPool(RUNNERS);
		try (MongoClient client = surroundings.server().connect()) {
			for (int number = 1; number <= ROUNDS; number++) {
				database.drop();
				SlowMigration migration = new SlowMigration();
				Times done = startAll(client, migration, threads);
				rounds.add(new Round(migration.executions.get(), done));
			}
		}
		finally {
			threads.shutdownNow();
			database.drop();
		}
		return measurement(rounds);
	}

	private static Measurement measurement(List<Round> rounds) {
		Table figures = Table.of("", "executions", "first runner done, ms", "last runner done, ms", "ratio");
		rounds.forEach((round) -> figures.add("round " + (rounds.indexOf(round) + 1), round.executions(),
				round.done().fastest(), round.done().slowest(), String.format(Locale.ROOT, "%.3f", round.ratio())));
		return new Measurement("%d runners in one process on one migration of 3 s".formatted(RUNNERS), figures,
				"the first one",
				List.of(Target.alone("executions in the worst round",
						rounds.stream().mapToInt(Round::executions).max().orElseThrow(), 1, 0),
						Target.ratio("time until the last one is done in the worst round",
								rounds.stream().mapToDouble(Round::ratio).max().orElseThrow(), 2)));
	}

	private static Times startAll(MongoClient client, SlowMigration migration, ExecutorService threads)
			throws Exception {
		DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
		beans.registerSingleton("slow", migration);
		Times done = new Times();
		CountDownLatch go = new CountDownLatch(1);
		AtomicLong begunAt = new AtomicLong();
		List<Future<?>> runs = new ArrayList<>();
		for (int number = 0; number < RUNNERS; number++) {
			GemforceRunner runner = GemforceRunner.of(client, DATABASE, beans,
					new PathMatchingResourcePatternResolver());
			runs.add(threads.submit(() -> {
				go.await();
				runner.migrate();
				done.add(System.nanoTime() - begunAt.get());
				return null;
			}));
		}
		begunAt.set(System.nanoTime());
		go.countDown();
		for (Future<?> run : runs) {
			run.get();
		}
		return done;
	}

	/**
	 * What came of a round.
	 *
	 * @param executions how often the migration was executed
	 * @param done when the runners were done
	 */
	private record Round(int executions, Times done) {

		private double ratio() {
			return this.done.slowest() / this.done.fastest();
		}

	}

	/**
	 * A migration that takes 3 s.
	 */
	@Migration(version = "1", description = "three seconds of work", checksum = "1")
	private static final class SlowMigration implements MongoMigration {

		private final AtomicInteger executions = new AtomicInteger();

		@Override
		public void up(MongoMigrationContext mongo) throws Exception {
			this.executions.incrementAndGet();
			Thread.sleep(3000);
			mongo.collection(Service.APPLIED).insertOne(new Document("version", "1"));
		}

	}

}
