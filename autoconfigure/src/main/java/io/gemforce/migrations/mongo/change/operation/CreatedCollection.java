package io.gemforce.migrations.mongo.change.operation;

import com.mongodb.MongoCommandException;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;

import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.Conditions;

/**
 * A collection that a change creates if missing: the undo drops it again, if empty.
 */
public record CreatedCollection(String name) {

	private static final String NOTE = "collectionMade";

	private static final int UNAUTHORIZED = 13;

	public static BsonDocument note(boolean there) {
		return new BsonDocument(NOTE, BsonBoolean.valueOf(!there));
	}

	// Renamed first: an insert between the check and the drop would be lost
	public void drop(OperationContext step) {
		if (!step.isNoted(NOTE)) {
			return;
		}
		String aside = step.nameAside();
		if (step.isResumed() && step.find(aside).isPresent()) {
			dropOrPutBack(step, aside);
		}
		if (step.find(this.name).isEmpty()) {
			return;
		}
		if (isEmpty(step, this.name)) {
			if (!putAside(step, aside) || dropOrPutBack(step, aside)) {
				return;
			}
		}
		long documents = step.collection(this.name).countDocuments();
		step.conflict("'%s': the collection stays, as it has %d document%s".formatted(this.name, documents,
				(documents == 1) ? "" : "s"));
	}

	private boolean putAside(OperationContext step, String aside) {
		try {
			step.catalog().rename(this.name, aside);
			return true;
		}
		catch (MongoCommandException ex) {
			if (ex.getCode() != UNAUTHORIZED) {
				throw ex;
			}
			step.conflict("'%s': the empty collection stays, as the user must not rename it, without which an insert "
				.formatted(this.name) + "at the same moment could be lost");
			return false;
		}
	}

	private boolean dropOrPutBack(OperationContext step, String aside) {
		if (isEmpty(step, aside)) {
			step.catalog().drop(aside);
			return true;
		}
		if (step.find(this.name).isEmpty()) {
			step.catalog().rename(aside, this.name);
		}
		else {
			step.conflict("'%s': what was written while it was dropped is in '%s', as the collection is there again"
				.formatted(this.name, aside));
		}
		return false;
	}

	private static boolean isEmpty(OperationContext step, String collection) {
		return step.ids(collection, Conditions.ANY, 1).isEmpty();
	}

}
