package io.gemforce.migrations.benchmarks;

import java.util.stream.IntStream;

import com.mongodb.client.MongoCollection;
import org.bson.Document;
import org.bson.conversions.Bson;

/**
 * A collection of documents to be changed.
 *
 * @param collection the collection
 */
record Gems(MongoCollection<Document> collection) {

	private static final int BATCH = 10_000;

	/**
	 * Insert documents that have the field {@code oldName}.
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
	 * Make sure that all documents are changed.
	 */
	void requireNone(Bson pending) {
		if (this.collection.find(pending).first() != null) {
			throw new IllegalStateException(
					"There are documents still that match %s".formatted(pending.toBsonDocument()));
		}
	}

}
