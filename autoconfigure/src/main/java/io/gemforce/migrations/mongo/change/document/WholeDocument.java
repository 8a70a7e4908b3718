package io.gemforce.migrations.mongo.change.document;

import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * Builds filters for whole documents.
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
	 * Matches a document as it was read, without any field added since.
	 */
	public static BsonDocument unchanged(BsonDocument document) {
		BsonDocument unchanged = Conditions.id(id(document)).append("$expr", Conditions.same("$$ROOT", document));
		document.forEach((name, value) -> {
			// A comparison treats numbers of other types as equal
			if (value.isNumber() && name.indexOf('.') < 0 && Names.wrongField(name) == null && !Names.isId(name)) {
				unchanged.append(name,
						new BsonDocument("$type", new BsonString(Conditions.typeName(value.getBsonType()))));
			}
		});
		return unchanged;
	}

}
