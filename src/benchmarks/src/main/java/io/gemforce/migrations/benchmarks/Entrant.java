package io.gemforce.migrations.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Sorts;
import org.bson.Document;

import io.gemforce.migrations.benchmarks.Scenario.Found;

/**
 * A tool that takes its turns in a scenario.
 */
final class Entrant {

	private static final String DATABASE = "migrations_benchmark_";

	private final Tool tool;

	private final Scenario scenario;

	private final MigrationClasses migrations;

	private final MongoDatabase database;

	private final Instances instances;

	private final List<Sample> samples = new ArrayList<>();

	Entrant(Tool tool, Scenario scenario, MigrationClasses migrations, MongoClient observer, Instances instances) {
		this.tool = tool;
		this.scenario = scenario;
		this.migrations = migrations;
		this.database = observer.getDatabase(DATABASE + tool.id());
		this.instances = instances;
	}

	/**
	 * Make the database what the scenario says.
	 */
	void prepare() throws Exception {
		this.database.drop();
		if (this.scenario.found() != Found.NOTHING_APPLIED) {
			start();
		}
		if (this.scenario.found() == Found.LONG_HISTORY) {
			lengthenHistory();
		}
	}

	private void lengthenHistory() {
		MongoCollection<Document> history = this.database.getCollection(this.tool.historyCollection());
		Document applied = history.find().sort(Sorts.descending("_id")).first();
		if (applied == null) {
			throw new IllegalStateException("%s has written no history".formatted(this.tool.label()));
		}
		int missing = Scenario.LONG_HISTORY - Math.toIntExact(history.countDocuments());
		history.insertMany(
				IntStream.rangeClosed(1, missing).mapToObj((number) -> this.tool.removed(applied, number)).toList());
	}

	/**
	 * Start the service once.
	 */
	void takeTurn(boolean counts) throws Exception {
		if (this.scenario.found() == Found.NOTHING_APPLIED) {
			this.database.drop();
		}
		Sample sample = start();
		if (counts) {
			this.samples.add(sample);
		}
	}

	/**
	 * Clean up.
	 */
	Medians leave() {
		this.database.drop();
		return Medians.of(this.samples);
	}

	private Sample start() throws Exception {
		Sample sample = this.instances.start(this.tool, this.database.getName(), this.migrations,
				this.scenario.instances());
		long applied = this.database.getCollection(Service.APPLIED).countDocuments();
		if (applied != this.migrations.count()) {
			throw new IllegalStateException("%s has applied %d migrations instead of %d".formatted(this.tool.label(),
					applied, this.migrations.count()));
		}
		return sample;
	}

}
