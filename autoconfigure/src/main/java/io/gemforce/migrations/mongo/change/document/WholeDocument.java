package io.gemforce.migrations.mongo.change.document;

import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * A document as a whole.
 */
public final class WholeDocument {

	private WholeDocument() {
	}

	public static BsonValue id(BsonDocument document) {
		BsonValue id = document.get("_id");
		if (id == null) {
			throw new IllegalStateException("A document has no _id");
		}
		return id;
	}

	/**
	 * Return a filter for a document that still is as it was read, without any field that
	 * has come to be there since.
	 */
	public static BsonDocument unchanged(BsonDocument document) {
		BsonDocument unchanged = Conditions.id(id(document)).append("$expr", Conditions.same("$$ROOT", document));
		document.forEach((name, value) -> {
			// Numbers of other types are the same to a comparison
			if (value.isNumber() && name.indexOf('.') < 0 && Names.wrongField(name) == null && !Names.isId(name)) {
				unchanged.append(name,
						new BsonDocument("$type", new BsonString(Conditions.typeName(value.getBsonType()))));
			}
		});
		return unchanged;
	}

}
