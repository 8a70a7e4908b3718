package io.gemforce.migrations.benchmarks;

import java.util.stream.IntStream;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Filters;
import org.bson.Document;

/**
 * A collection of documents to be changed.
 *
 * @param collection the collection
 */
record Gems(MongoCollection<Document> collection) {

	private static final int BATCH = 10_000;

	/**
	 * Insert documents that have the field {@code oldName}.
	 * @param count how many
	 */
	void insert(int count) {
		for (int first = 0; first < count; first += BATCH) {
			this.collection.insertMany(IntStream.range(first, Math.min(count, first + BATCH))
				.mapToObj((number) -> new Document("_id", number).append("oldName", "gem %07d".formatted(number))
					.append("carat", number % 100)
					.append("status", "active"))
				.toList());
		}
	}

	/**
	 * Make sure that a field is gone.
	 * @param field the field
	 */
	void requireNoneWith(String field) {
		if (this.collection.find(Filters.exists(field)).first() != null) {
			throw new IllegalStateException("There are documents with '%s' still".formatted(field));
		}
	}

}
