package io.gemforce.migrations.mongo.change.operation.transfer;

import java.util.ArrayList;
import java.util.List;

import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * The documents that the elements of an array become. An element keeps its {@code _id};
 * one without becomes one that tells its document and its place, so that a second attempt
 * gives it the same.
 */
record ElementDocuments(String reference, @Nullable String position) {

	private static final String ID = "_id";

	List<BsonDocument> of(BsonValue parent, BsonArray array) {
		List<BsonDocument> documents = new ArrayList<>();
		for (int i = 0; i < array.size(); i++) {
			documents.add(document(parent, i, array.get(i).asDocument()));
		}
		return documents;
	}

	private BsonDocument document(BsonValue parent, int index, BsonDocument element) {
		BsonInt32 place = new BsonInt32(index);
		BsonValue own = element.get(ID);
		BsonDocument document = new BsonDocument(ID,
				(own != null) ? own : new BsonDocument(this.reference, parent).append("index", place));
		document.append(this.reference, parent);
		if (this.position != null) {
			document.append(this.position, place);
		}
		element.forEach((name, value) -> {
			if (!name.equals(ID)) {
				document.append(name, value);
			}
		});
		return document;
	}

	// Why the elements cannot become documents
	@Nullable String obstacle(BsonValue value) {
		if (!value.isArray()) {
			return "is no array";
		}
		for (BsonValue element : value.asArray()) {
			if (!element.isDocument()) {
				return "has an element that is no document";
			}
			String taken = taken(element.asDocument());
			if (taken != null) {
				return "has an element with a field '%s'".formatted(taken);
			}
			BsonValue id = element.asDocument().get(ID);
			if (id != null && (id.isArray() || id.isRegularExpression())) {
				return "has an element whose '_id' cannot be one";
			}
		}
		return null;
	}

	private @Nullable String taken(BsonDocument element) {
		if (element.containsKey(this.reference)) {
			return this.reference;
		}
		return (this.position != null && element.containsKey(this.position)) ? this.position : null;
	}

}
