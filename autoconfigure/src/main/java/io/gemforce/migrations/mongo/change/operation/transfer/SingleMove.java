package io.gemforce.migrations.mongo.change.operation.transfer;

import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Collation;
import com.mongodb.client.model.DeleteOptions;
import com.mongodb.client.model.ReplaceOptions;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.WholeDocument;

/**
 * Moves a document without a transaction: an interruption leaves it in both collections,
 * never in none.
 */
record SingleMove(MongoCollection<BsonDocument> from, MongoCollection<BsonDocument> to, @Nullable Collation exactFrom,
		@Nullable Collation exactTo) {

	static SingleMove of(OperationContext step, MongoCollection<BsonDocument> from, MongoCollection<BsonDocument> to) {
		return new SingleMove(from, to, TransferTarget.exactCollation(step, from),
				TransferTarget.exactCollation(step, to));
	}

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
		boolean deleted = delete(this.from, document, this.exactFrom);
		if (!deleted && takingBack) {
			delete(this.to, result, this.exactTo);
		}
		return deleted;
	}

	boolean replacing(BsonDocument document, BsonDocument outdated, BsonDocument result) {
		return this.to
			.replaceOne(WholeDocument.unchanged(outdated), result, new ReplaceOptions().collation(this.exactTo))
			.getMatchedCount() == 1 && move(document, result, false, true);
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

	private static boolean delete(MongoCollection<BsonDocument> collection, BsonDocument document,
			@Nullable Collation exact) {
		return collection.deleteOne(WholeDocument.unchanged(document), new DeleteOptions().collation(exact))
			.getDeletedCount() == 1;
	}

}
