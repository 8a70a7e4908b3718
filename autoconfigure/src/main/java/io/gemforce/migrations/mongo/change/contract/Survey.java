package io.gemforce.migrations.mongo.change.contract;

import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoDatabase;
import org.bson.BsonDocument;

import io.gemforce.migrations.mongo.change.document.DocumentCount;
import io.gemforce.migrations.store.Touches;

/**
 * Counts documents for a plan.
 */
public final class Survey {

	private final MongoDatabase database;

	private final boolean counting;

	/**
	 * Create a survey.
	 * @param database the database
	 * @param counting whether to count; otherwise the number of all documents of a
	 * collection is taken, from its statistics
	 */
	public Survey(MongoDatabase database, boolean counting) {
		this.database = database.withCodecRegistry(MongoClientSettings.getDefaultCodecRegistry());
		this.counting = counting;
	}

	public Touches count(String name, BsonDocument filter) {
		return this.counting ? new Touches(new DocumentCount(this.database, name, filter).get(), false)
				: new Touches(this.database.getCollection(name).estimatedDocumentCount(), true);
	}

	/**
	 * Return a number that needs no counting.
	 * @param number the number
	 * @return the number, as exact as one can be that nobody counted
	 */
	public Touches exactly(long number) {
		return new Touches(number, !this.counting);
	}

}
