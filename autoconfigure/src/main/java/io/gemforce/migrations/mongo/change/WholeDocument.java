package io.gemforce.migrations.mongo.change;

import java.util.ArrayList;
import java.util.List;

import org.bson.BsonDocument;

/**
 * A document as a whole.
 */
final class WholeDocument {

	private WholeDocument() {
	}

	/**
	 * Return a filter for a document that still is as it was read. Fields whose names a
	 * filter would take for something else are left out, and so are fields that have come
	 * to be there.
	 * @param document the document
	 * @return the filter
	 */
	static BsonDocument unchanged(BsonDocument document) {
		List<BsonDocument> conditions = new ArrayList<>();
		document.forEach((name, value) -> {
			if (name.equals("_id")) {
				conditions.add(Conditions.id(value));
			}
			else if (name.indexOf('.') < 0 && Names.wrongField(name) == null) {
				conditions.add(Conditions.unchanged(name, value));
			}
		});
		return Conditions.all(conditions.toArray(BsonDocument[]::new));
	}

}
