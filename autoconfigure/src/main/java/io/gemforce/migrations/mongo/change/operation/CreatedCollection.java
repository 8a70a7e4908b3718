package io.gemforce.migrations.mongo.change.operation;

import java.util.Optional;

import com.mongodb.MongoCommandException;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;

import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
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
		if (step.isResumed() && isThere(step, aside)) {
			dropOrPutBack(step, aside);
		}
		Optional<CollectionInfo> there = step.catalog().find(this.name);
		if (there.isEmpty()) {
			return;
		}
		if (there.get().isView()) {
			step.conflict("'%s': stays, as it is a view now".formatted(this.name));
			return;
		}
		if (isEmpty(step, this.name)) {
			// A time series cannot be renamed
			if (there.get().isTimeSeries()) {
				step.catalog().drop(this.name);
				return;
			}
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
		if (!isThere(step, this.name)) {
			step.catalog().rename(aside, this.name);
		}
		else {
			step.conflict("'%s': what was written while it was dropped is in '%s', as the collection is there again"
				.formatted(this.name, aside));
		}
		return false;
	}

	private static boolean isThere(OperationContext step, String collection) {
		return step.catalog().find(collection).isPresent();
	}

	private static boolean isEmpty(OperationContext step, String collection) {
		return step.ids(collection, Conditions.ANY, 1).isEmpty();
	}

}
