package io.gemforce.migrations.mongo.change.operation.collection;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

import com.mongodb.MongoCommandException;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;

import io.gemforce.migrations.mongo.change.catalog.SearchIndex;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.document.Json;
import io.gemforce.migrations.mongo.change.source.Seconds;

/**
 * What the changes of search indexes have in common. A search index is built outside of
 * the database, so it is looked at again and again until it is ready.
 */
record SearchIndexWork(String collection, String name, Duration waitFor) {

	static final String BEYOND = "a search index is built outside of the database";

	private static final String PREVIOUS = "previous";

	// CommandNotFound, CommandNotSupported, NotImplemented, SearchNotEnabled, and an
	// unknown stage
	private static final Set<Integer> NO_SEARCH = Set.of(59, 115, 238, 31082, 40324);

	private static final Duration FIRST_WAIT = Duration.ofMillis(100);

	private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

	static SearchIndexWork of(Parameters parameters) {
		BsonValue waitFor = parameters.optionalValue("waitFor");
		String name = parameters.optionalText("name");
		return new SearchIndexWork(parameters.text("collection"), (name != null) ? name : "default",
				Duration.ofSeconds(Seconds.parse((waitFor != null) ? waitFor : new BsonInt64(1_800)).orElseThrow()));
	}

	@Override
	public String toString() {
		return "search index '%s' of '%s'".formatted(this.name, this.collection);
	}

	/**
	 * Find the index; refused if the server has no search.
	 */
	Optional<SearchIndex> find(OperationContext step) {
		step.findUnlessView(this.collection);
		try {
			return step.catalog().search(this.collection).find(this.name);
		}
		catch (MongoCommandException ex) {
			if (!NO_SEARCH.contains(ex.getErrorCode())) {
				throw ex;
			}
			throw step.refused("the server has no search indexes: " + ex.getErrorMessage(),
					"Run the migration where there is MongoDB Search (Atlas, or a deployment with mongot), or leave this "
							+ "change out elsewhere");
		}
	}

	/**
	 * Create the index, once another one of its name that is being deleted is gone.
	 */
	void create(OperationContext step, String type, BsonDocument definition) throws InterruptedException {
		await(step, (found) -> found.isEmpty(), "is still being deleted");
		step.catalog()
			.search(this.collection)
			.create(new BsonDocument("name", new BsonString(this.name)).append("type", new BsonString(type))
				.append("definition", definition));
	}

	void awaitReady(OperationContext step, BsonDocument definition) throws InterruptedException {
		await(step, (found) -> {
			found.filter(SearchIndex::isFailed).ifPresent((index) -> {
				throw step.failed("%s has FAILED: %s".formatted(this, index.message()),
						"Drop the index by hand or correct its definition, and start again");
			});
			return found.filter((index) -> index.isReady() && index.is(definition)).isPresent();
		}, "is not READY");
	}

	private void await(OperationContext step, Condition condition, String otherwise) throws InterruptedException {
		long end = System.nanoTime() + this.waitFor.toNanos();
		Duration wait = FIRST_WAIT;
		for (Optional<SearchIndex> found = find(step); !condition.isMet(found); found = find(step)) {
			if (System.nanoTime() - end >= 0) {
				throw step.failed(
						"%s %s after %d s, its status is %s".formatted(this, otherwise, this.waitFor.toSeconds(),
								found.map(SearchIndex::status).orElse("unknown")),
						"The server goes on by itself: start again to go on waiting, with a longer 'waitFor' if needed");
			}
			Thread.sleep(wait.toMillis());
			wait = (wait.compareTo(LONGEST_WAIT) < 0) ? wait.multipliedBy(2) : LONGEST_WAIT;
		}
	}

	static boolean isThere(Optional<SearchIndex> found) {
		return found.filter((index) -> !index.isGoing()).isPresent();
	}

	static BsonDocument note(Optional<SearchIndex> previous) {
		BsonDocument notes = new BsonDocument();
		previous.ifPresent((index) -> notes.append("type", new BsonString(index.type()))
			.append(PREVIOUS, new BsonString(Json.canonical(index.definition()))));
		return notes;
	}

	static boolean isNoted(OperationContext step) {
		return step.notes().containsKey(PREVIOUS);
	}

	static BsonDocument previous(OperationContext step) {
		return Json.parse(step.notes().getString(PREVIOUS).getValue());
	}

	static String previousType(OperationContext step) {
		return step.notes().getString("type").getValue();
	}

	/**
	 * What is waited for.
	 */
	@FunctionalInterface
	private interface Condition {

		boolean isMet(Optional<SearchIndex> found);

	}

}
