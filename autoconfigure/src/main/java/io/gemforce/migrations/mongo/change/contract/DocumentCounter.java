package io.gemforce.migrations.mongo.change.contract;

import java.util.function.UnaryOperator;

import com.mongodb.MongoClientSettings;
import com.mongodb.client.AggregateIterable;
import com.mongodb.client.MongoDatabase;
import org.bson.BsonDocument;

import io.gemforce.migrations.mongo.change.document.DocumentCount;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Counts documents for a plan.
 */
public final class DocumentCounter {

	private final MongoDatabase database;

	private final boolean counting;

	/**
	 * Create a counter.
	 * @param counting whether to count; otherwise the number of all documents of a
	 * collection is taken, from its statistics
	 */
	public DocumentCounter(MongoDatabase database, boolean counting) {
		this.database = database.withCodecRegistry(MongoClientSettings.getDefaultCodecRegistry());
		this.counting = counting;
	}

	public AffectedCount count(String name, BsonDocument filter) {
		return this.counting ? new AffectedCount(new DocumentCount(this.database, name, filter).get(), false)
				: new AffectedCount(this.database.getCollection(name).estimatedDocumentCount(), true);
	}

	/**
	 * Count what an aggregation finds.
	 * @param options what it has besides the filter
	 */
	public AffectedCount count(String name, BsonDocument filter,
			UnaryOperator<AggregateIterable<BsonDocument>> options) {
		return this.counting ? new AffectedCount(new DocumentCount(this.database, name, filter).get(options), false)
				: count(name, filter);
	}

	/**
	 * Return a number that is exact only if this counts.
	 */
	public AffectedCount exactly(long number) {
		return new AffectedCount(number, !this.counting);
	}

}
