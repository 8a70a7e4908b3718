package io.gemforce.migrations.mongo.change.document;

import java.util.List;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.WriteModel;
import org.bson.BsonDocument;

/**
 * Writes updates whose filters match a document only as it was read.
 */
public final class ConditionalUpdates {

	private ConditionalUpdates() {
	}

	/**
	 * Returns whether all documents were as they had been read.
	 */
	public static boolean write(MongoCollection<BsonDocument> collection,
			List<? extends WriteModel<BsonDocument>> updates) {
		return updates.isEmpty() || collection.bulkWrite(updates, new BulkWriteOptions().ordered(false))
			.getMatchedCount() == updates.size();
	}

}
