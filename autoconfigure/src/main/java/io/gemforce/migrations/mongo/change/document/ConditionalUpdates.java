package io.gemforce.migrations.mongo.change.document;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

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

	/**
	 * Write one after the other, each by the id of its document, and return those whose
	 * documents were not as they had been read.
	 */
	public static Set<ExactValue> writeEach(MongoCollection<BsonDocument> collection,
			Map<ExactValue, ? extends WriteModel<BsonDocument>> updates) {
		Set<ExactValue> missed = new LinkedHashSet<>();
		updates.forEach((id, update) -> {
			if (!write(collection, List.of(update))) {
				missed.add(id);
			}
		});
		return missed;
	}

}
