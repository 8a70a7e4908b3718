package io.gemforce.migrations.mongo.change.operation.transfer;

import java.util.List;

import org.bson.BsonDocument;

/**
 * Copies or moves the documents of a batch.
 */
interface BatchTransfer {

	/**
	 * Returns whether all of them are done.
	 * @param again whether some of them may have been copied or moved before
	 */
	boolean transfer(List<BsonDocument> documents, boolean again) throws Exception;

	/**
	 * Fail if some documents were left because of what has come in their way.
	 */
	void requireNoConflicts();

}
