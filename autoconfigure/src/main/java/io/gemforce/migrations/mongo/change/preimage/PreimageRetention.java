package io.gemforce.migrations.mongo.change.preimage;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import com.mongodb.client.MongoCollection;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.Document;

import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.FieldPath;

/**
 * Deletes pre-images that are too old. The record that there were some is kept.
 */
public final class PreimageRetention {

	private final MongoCollection<Document> preimages;

	public PreimageRetention(MongoCollection<Document> preimages) {
		this.preimages = preimages;
	}

	/**
	 * Delete the pre-images of applications that were finished before a point in time.
	 * Those of an interrupted application or undo stay.
	 */
	public long deleteBefore(Instant limit) {
		MongoCollection<BsonDocument> collection = ChangeJournal.bson(this.preimages);
		BsonDocument old = new BsonDocument("at", new BsonDocument("$lt", new BsonDateTime(limit.toEpochMilli())))
			.append(JournalProgress.KEPT, BsonBoolean.TRUE)
			.append(JournalProgress.PURGED_AT, new BsonDocument("$exists", BsonBoolean.FALSE));
		BsonDocument progresses = new IdRange("progress#").all();
		old.putAll(progresses);
		List<BsonDocument> found = collection.find(old)
			.projection(new BsonDocument("changes", new BsonInt32(0)))
			.into(new ArrayList<>());
		long deleted = 0;
		for (BsonDocument document : found) {
			if (new JournalProgress(document).isFinished()) {
				deleted += purge(collection, document);
			}
		}
		return deleted;
	}

	// Noted first, so that an undo never takes the remaining pre-images for all of them
	private static long purge(MongoCollection<BsonDocument> collection, BsonDocument progress) {
		String id = progress.getString("_id").getValue();
		collection.updateOne(new BsonDocument("_id", progress.get("_id")), new BsonDocument("$set",
				new BsonDocument(JournalProgress.PURGED_AT, new BsonDateTime(Instant.now().toEpochMilli()))));
		BsonDocument items = new IdRange("item" + id.substring(id.indexOf('#')) + "#").all();
		BsonDocument packs = Conditions.all(items, Conditions.exists(new FieldPath(PreimagePack.COUNT)));
		long packed = PreimageStore.packed(collection, packs);
		collection.deleteMany(packs);
		return packed + collection.deleteMany(items).getDeletedCount();
	}

}
