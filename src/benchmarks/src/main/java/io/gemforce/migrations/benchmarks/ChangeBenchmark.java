package io.gemforce.migrations.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;

/**
 * Changes many documents by a change file, beside the same bare update.
 *
 * @param id the name to choose the benchmark by
 * @param title what to call the change
 * @param change the change, as a line of a change file
 * @param update the update
 * @param limit how much longer the change may take
 */
record ChangeBenchmark(String id, String title, String change, Bson update, double limit) implements Benchmark {

	private static final int ROUNDS = 3;

	private static final String DATABASE = "migrations_benchmark_changes";

	/**
	 * Rename a field, the checks of that included.
	 * @return the benchmark
	 */
	static ChangeBenchmark rename() {
		return new ChangeBenchmark("rename", "`renameField`, its checks included",
				"renameField: {collection: gems, from: oldName, to: newName}", Updates.rename("oldName", "newName"),
				1.15);
	}

	/**
	 * Remove a field and keep its values.
	 * @return the benchmark
	 */
	static ChangeBenchmark remove() {
		return new ChangeBenchmark("remove", "`removeField`, with pre-images",
				"removeField: {collection: gems, field: oldName}", Updates.unset("oldName"), 3);
	}

	/**
	 * Measure, in rounds: in each round each has its turn on documents that were just
	 * inserted, in the other order than in the round before.
	 */
	@Override
	public Measurement run(Surroundings surroundings) throws Exception {
		Table figures = Table.of("", "bare `updateMany`, ms", "Gemforce, ms", "ratio");
		Times bare = new Times();
		Times ours = new Times();
		ChangeFolder folder = ChangeFolder.in(surroundings.directory()).with(1, this.change);
		try (MongoClient client = surroundings.server().connect()) {
			Callable<?> updating = () -> gems(client).updateMany(Filters.exists("oldName"), this.update);
			Callable<?> migrating = () -> GemforceRunner.of(client, DATABASE, new DefaultListableBeanFactory(), folder)
				.migrate();
			for (int round = 1; round <= ROUNDS; round++) {
				System.err.printf("Measuring: %s, round %d%n", this.id, round);
				boolean bareFirst = round % 2 == 1;
				turn(client, surroundings.documents(), bareFirst ? bare : ours, bareFirst ? updating : migrating);
				turn(client, surroundings.documents(), bareFirst ? ours : bare, bareFirst ? migrating : updating);
				figures.add("round " + round, bare.newest(), ours.newest(),
						String.format(Locale.ROOT, "%.3f", ours.newest() / bare.newest()));
			}
		}
		return new Measurement(String.format(Locale.ROOT, "%s, of %,d documents", this.title, surroundings.documents()),
				figures, "bare `updateMany`",
				List.of(Target.ratio("time of " + this.title, ours.median() / bare.median(), this.limit)));
	}

	private static void turn(MongoClient client, int documents, Times times, Callable<?> work) throws Exception {
		MongoDatabase database = client.getDatabase(DATABASE);
		database.drop();
		Gems gems = new Gems(gems(client));
		gems.insert(documents);
		times.measure(work);
		gems.requireNoneWith("oldName");
		database.drop();
	}

	private static MongoCollection<Document> gems(MongoClient client) {
		return client.getDatabase(DATABASE).getCollection("gems");
	}

}
