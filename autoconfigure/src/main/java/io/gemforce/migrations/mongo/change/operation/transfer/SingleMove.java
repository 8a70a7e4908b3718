package io.gemforce.migrations.mongo.change.operation.transfer;

import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import org.bson.BsonDocument;

import io.gemforce.migrations.mongo.change.document.WholeDocument;

/**
 * Moves a document without a transaction: an interruption leaves it in both collections,
 * never in none.
 */
record SingleMove(MongoCollection<BsonDocument> from, MongoCollection<BsonDocument> to) {

	/**
	 * Returns whether it is moved; otherwise one of both has been changed in between, and
	 * the insert is taken back.
	 * @param inserting whether the target does not have it yet
	 * @param takingBack whether what the target has, or will have, is only of this move
	 */
	boolean move(BsonDocument document, BsonDocument result, boolean inserting, boolean takingBack) {
		if (inserting && !insert(result)) {
			return false;
		}
		boolean deleted = delete(this.from, document);
		if (!deleted && takingBack) {
			delete(this.to, result);
		}
		return deleted;
	}

	boolean replacing(BsonDocument document, BsonDocument outdated, BsonDocument result) {
		return this.to.replaceOne(WholeDocument.unchanged(outdated), result).getMatchedCount() == 1
				&& move(document, result, false, true);
	}

	// Another client may have inserted one of the same id
	boolean insert(BsonDocument result) {
		try {
			this.to.insertOne(result);
			return true;
		}
		catch (MongoWriteException ex) {
			if (!TransferTarget.isTaken(this.to, ex.getCode(), result)) {
				throw ex;
			}
			return false;
		}
	}

	private static boolean delete(MongoCollection<BsonDocument> collection, BsonDocument document) {
		return collection.deleteOne(WholeDocument.unchanged(document)).getDeletedCount() == 1;
	}

}
