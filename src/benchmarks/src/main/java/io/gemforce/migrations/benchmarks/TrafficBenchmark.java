package io.gemforce.migrations.benchmarks;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import org.bson.Document;
import org.springframework.context.ConfigurableApplicationContext;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.run.RunOutcome;

/**
 * Asks the endpoint of a service many times while the service migrates.
 */
final class TrafficBenchmark implements Benchmark {

	private static final int REQUESTS_PER_SECOND = 50;

	private static final int SECONDS = 30;

	private static final int ROUNDS = 5;

	private static final int CALIBRATION = 4000;

	private static final String DATABASE = "migrations_benchmark_traffic";

	@Override
	public String id() {
		return "traffic";
	}

	@Override
	public Measurement run(Surroundings surroundings) throws Exception {
		MongoDatabase database = surroundings.observer().getDatabase(DATABASE);
		database.drop();
		ManySteps migration = new ManySteps();
		CommandsOfThread commands = new CommandsOfThread();
		try (ConfigurableApplicationContext context = GemService.startWithMongo(surroundings.server().uri(DATABASE),
				List.of(migration, commands), "gemforce.migrations.mode=observe")) {
			MigratingService service = new MigratingService(context.getBean(Migrations.class), database, commands,
					new HttpRequests(context));
			migration.steps = CALIBRATION;
			double fastest = Double.MAX_VALUE;
			for (int round = 1; round <= ROUNDS; round++) {
				fastest = Math.min(fastest, service.migrate(false).millis());
			}
			// The machine may be slower at other times, which makes it take longer
			migration.steps = (int) (CALIBRATION * SECONDS * 1000.0 / fastest);
			List<Run> alone = new ArrayList<>();
			List<Run> asked = new ArrayList<>();
			List<List<Run>> turns = new ArrayList<>(List.of(alone, asked));
			for (int round = 1; round <= ROUNDS; round++) {
				for (List<Run> turn : turns) {
					System.err.printf("Measuring: traffic, round %d%n", round);
					turn.add(service.migrate(turn == asked));
				}
				Collections.reverse(turns);
			}
			return measurement(alone, asked);
		}
		finally {
			database.drop();
		}
	}

	private static Measurement measurement(List<Run> alone, List<Run> asked) {
		Table figures = Table.of("", "migration, ms", "its commands", "heap in use after it beyond before, KB",
				"requests answered", "99 % of them, ms");
		for (int round = 0; round < ROUNDS; round++) {
			for (Run run : List.of(alone.get(round), asked.get(round))) {
				boolean quiet = run.answers().count() == 0;
				figures.add("round %d, %s".formatted(round + 1, quiet ? "nobody asks" : "asked"), run.millis(),
						run.commands(), run.heap() / 1024, run.answers().count(),
						quiet ? "" : (Object) run.answers().percentile(99));
			}
		}
		// Each round by itself, as what else the machine does changes from round to round
		double ratio = IntStream.range(0, ROUNDS)
			.mapToDouble((round) -> asked.get(round).millis() / alone.get(round).millis())
			.sorted()
			.skip(ROUNDS / 2)
			.findFirst()
			.orElseThrow();
		return new Measurement("%d requests a second while a service migrates".formatted(REQUESTS_PER_SECOND), figures,
				"nobody asks",
				List.of(Target.ratio("time of the migration", ratio, 1.1),
						new Target("commands of the migration",
								String.format(Locale.ROOT, "%,.0f", mean(alone, Run::commands)),
								mean(asked, Run::commands), mean(alone, Run::commands), 0),
						new Target("heap in use after it beyond before, MB",
								String.format(Locale.ROOT, "%.1f", mean(alone, Run::heap) / (1 << 20)),
								mean(asked, Run::heap) / (1 << 20), 1, 1)));
	}

	private static double mean(List<Run> runs, ToDoubleFunction<Run> figure) {
		return runs.stream().mapToDouble(figure).average().orElseThrow();
	}

	/**
	 * What a run has cost.
	 *
	 * @param millis its time in milliseconds
	 * @param commands what its own thread has sent
	 * @param heap how many bytes of the heap more are in use after it than before
	 * @param answers the answers that were given meanwhile
	 */
	private record Run(double millis, long commands, long heap, Times answers) {

	}

	/**
	 * A service that migrates again and again.
	 *
	 * @param migrations its migrations
	 * @param database its database
	 * @param commands counts what it sends
	 * @param requests asks its endpoint
	 */
	private record MigratingService(Migrations migrations, MongoDatabase database, CommandsOfThread commands,
			HttpRequests requests) {

		private Run migrate(boolean asked) throws Exception {
			this.database.drop();
			MongoCollection<Document> gems = this.database.getCollection("gems");
			new Gems(gems).insert(1000);
			this.migrations.forgetSnapshot(StoreName.MONGO);
			this.requests.get("", "application/json");
			long heapBefore = heapInUse();
			long commandsBefore = this.commands.ofThisThread();
			Times answers = new Times();
			Times time = new Times();
			Traffic traffic = asked ? Traffic.begin(this.requests, REQUESTS_PER_SECOND, answers) : Traffic.none();
			RunOutcome outcome;
			try (traffic) {
				outcome = time.measure(() -> this.migrations.migrate(List.of(StoreName.MONGO), null));
			}
			if (outcome.failure() != null) {
				throw outcome.failure();
			}
			long sent = this.commands.ofThisThread() - commandsBefore;
			return new Run(time.slowest(), sent, heapInUse() - heapBefore, answers);
		}

		private static long heapInUse() {
			System.gc();
			return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
		}

	}

	/**
	 * A migration of many small updates.
	 */
	@Migration(version = "1", description = "many steps", transaction = TransactionMode.NEVER, checksum = "1")
	static final class ManySteps implements MongoMigration {

		private volatile int steps;

		@Override
		public void up(MongoMigrationContext mongo) {
			for (int step = 0; step < this.steps; step++) {
				mongo.collection("gems").updateOne(Filters.eq("_id", step % 1000), Updates.inc("carat", 1));
			}
		}

	}

}
