package io.gemforce.migrations.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Aggregates;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;
import org.bson.BsonType;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;

/**
 * Changes many documents by a change file, beside the same bare command.
 *
 * @param id the name to choose the benchmark by
 * @param title what to call the change
 * @param change the change, as a line of a change file
 * @param pending selects the documents that are to be changed
 * @param command the same, bare
 * @param limit how much longer the change may take
 */
record ChangeBenchmark(String id, String title, String change, Bson pending, Command command,
		double limit) implements Benchmark {

	private static final int ROUNDS = 3;

	private static final String DATABASE = "migrations_benchmark_changes";

	static ChangeBenchmark rename() {
		return new ChangeBenchmark("rename", "`renameField`, its checks included",
				"renameField: {collection: gems, from: oldName, to: newName}", Filters.exists("oldName"),
				(gems, pending) -> gems.updateMany(pending, Updates.rename("oldName", "newName")), 1.15);
	}

	static ChangeBenchmark nest() {
		return new ChangeBenchmark("nest", "`nest` of two fields, its checks included",
				"nest: {collection: gems, fields: [oldName, carat], into: stone}", Filters.exists("oldName"),
				(gems, pending) -> gems.updateMany(pending, Updates
					.combine(Updates.rename("oldName", "stone.oldName"), Updates.rename("carat", "stone.carat"))),
				1.2);
	}

	/**
	 * Beside a bare {@code $merge} and {@code deleteMany}.
	 */
	static ChangeBenchmark move() {
		return new ChangeBenchmark("move", "`moveDocuments`, with what it remembers",
				"moveDocuments: {from: gems, to: sold, filter: {status: active}}", Filters.eq("status", "active"),
				(gems, pending) -> {
					gems.aggregate(List.of(Aggregates.match(pending), Aggregates.merge("sold"))).toCollection();
					return gems.deleteMany(pending);
				}, 3);
	}

	/**
	 * Return the changes that keep what they need for an undo.
	 */
	static List<ChangeBenchmark> withPreimages() {
		return List.of(
				new ChangeBenchmark("remove", "`removeField`, with pre-images",
						"removeField: {collection: gems, field: oldName}", Filters.exists("oldName"),
						(gems, pending) -> gems.updateMany(pending, Updates.unset("oldName")), 3),
				new ChangeBenchmark("update", "`update` without `down`, with pre-images",
						"update: {collection: gems, filter: {status: active}, up: {$set: {status: sold}}}",
						Filters.eq("status", "active"),
						(gems, pending) -> gems.updateMany(pending, Updates.set("status", "sold")), 3),
				new ChangeBenchmark("convert", "`convertField`, with pre-images",
						"convertField: {collection: gems, field: carat, to: string}",
						Filters.type("carat", BsonType.INT32),
						(gems, pending) -> gems.updateMany(pending,
								List.of(new Document("$set",
										new Document("carat", new Document("$toString", "$carat"))))),
						3),
				new ChangeBenchmark("add", "`addField`, with what it remembers",
						"addField: {collection: gems, field: origin, value: unknown}", Filters.exists("origin", false),
						(gems, pending) -> gems.updateMany(pending, Updates.set("origin", "unknown")), 3),
				new ChangeBenchmark("map", "`mapValues`, mapped back by its undo",
						"mapValues: {collection: gems, field: status, values: {active: ACTIVE, sold: SOLD}}",
						Filters.eq("status", "active"),
						(gems, pending) -> gems.updateMany(pending, Updates.set("status", "ACTIVE")), 3),
				new ChangeBenchmark("merge", "`mapValues` of two values to one, with pre-images",
						"mapValues: {collection: gems, field: status, values: {active: listed, reserved: listed}}",
						Filters.eq("status", "active"),
						(gems, pending) -> gems.updateMany(pending, Updates.set("status", "listed")), 3),
				new ChangeBenchmark("delete", "`delete`, with pre-images",
						"delete: {collection: gems, filter: {status: active}}", Filters.eq("status", "active"),
						(gems, pending) -> gems.deleteMany(pending), 3));
	}

	/**
	 * Measure, in rounds: in each round each has its turn on documents that were just
	 * inserted, in the other order than in the round before.
	 */
	@Override
	public Measurement run(Surroundings surroundings) throws Exception {
		Table figures = Table.of("", "bare command, ms", "Gemforce, ms", "ratio");
		Times bare = new Times();
		Times ours = new Times();
		ChangeFolder folder = ChangeFolder.in(surroundings.directory()).with(1, this.change);
		try (MongoClient client = surroundings.server().connect()) {
			Callable<?> updating = () -> this.command.run(gems(client), this.pending);
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
				figures, "the bare commands",
				List.of(Target.ratio("time of " + this.title, ours.median() / bare.median(), this.limit)));
	}

	private void turn(MongoClient client, int documents, Times times, Callable<?> work) throws Exception {
		MongoDatabase database = client.getDatabase(DATABASE);
		database.drop();
		Gems gems = new Gems(gems(client));
		gems.insert(documents);
		times.measure(work);
		gems.requireNone(this.pending);
		database.drop();
	}

	private static MongoCollection<Document> gems(MongoClient client) {
		return client.getDatabase(DATABASE).getCollection("gems");
	}

	/**
	 * The bare command, or commands.
	 */
	@FunctionalInterface
	interface Command {

		Object run(MongoCollection<Document> gems, Bson pending);

	}

}
