package io.gemforce.migrations.mongo.change.operation.collection;

import java.util.concurrent.TimeUnit;

import org.bson.BsonDateTime;
import org.bson.BsonDocument;

import io.gemforce.migrations.mongo.change.document.Conditions;

/**
 * Finds documents that a server will delete because they have expired.
 */
final class Expiry {

	static final String AFTER = "expireAfterSeconds";

	static final String REFUSED = "have expired already: the server would delete them, and no undo restores them";

	static final String REMEDY = "Change or move these documents first, or write 'expireExisting: true' if they are to be "
			+ "deleted";

	private Expiry() {
	}

	/**
	 * Of several dates in an array the server uses the earliest.
	 */
	static BsonDocument expired(String field, long seconds) {
		long latest = System.currentTimeMillis() - TimeUnit.SECONDS.toMillis(seconds);
		return new BsonDocument(field, new BsonDocument("$lte", new BsonDateTime(latest)));
	}

	static BsonDocument expired(BsonDocument index, long seconds) {
		return Conditions.all(index.getDocument("partialFilterExpression", new BsonDocument()),
				expired(index.getDocument("key").getFirstKey(), seconds));
	}

}
