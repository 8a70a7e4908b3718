package io.gemforce.migrations.mongo.change;

import org.bson.BsonBoolean;
import org.bson.BsonDocument;

/**
 * A collection that comes into being with a change, if it is not there: it is noted
 * whether it was, so that the undo drops it again, if it is empty.
 *
 * @param name the name of the collection
 */
record MadeCollection(String name) {

	private static final String NOTE = "collectionMade";

	/**
	 * Note whether a change makes the collection.
	 * @param there whether the collection is there already
	 * @return the note
	 */
	static BsonDocument note(boolean there) {
		return new BsonDocument(NOTE, BsonBoolean.valueOf(!there));
	}

	/**
	 * Drop the collection if the change has made it and it is empty.
	 * @param step the undo
	 */
	void drop(Step step) {
		if (!step.isNoted(NOTE) || step.find(this.name).isEmpty()) {
			return;
		}
		long documents = step.collection(this.name).countDocuments();
		if (documents == 0) {
			step.catalog().drop(this.name);
		}
		else {
			step.conflict("'%s': the collection stays, as it has %d document%s".formatted(this.name, documents,
					(documents == 1) ? "" : "s"));
		}
	}

}
