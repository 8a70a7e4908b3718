package io.gemforce.migrations.mongo.change;

import java.util.List;

import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * What a change was declared with, checked by the types of its keys.
 *
 * @param document the keys and their values
 */
record Parameters(BsonDocument document) {

	boolean has(String key) {
		return this.document.containsKey(key);
	}

	BsonValue value(String key) {
		BsonValue value = this.document.get(key);
		if (value == null) {
			throw new IllegalArgumentException("There is no '%s'".formatted(key));
		}
		return value;
	}

	@Nullable BsonValue optionalValue(String key) {
		return this.document.get(key);
	}

	String text(String key) {
		return value(key).asString().getValue();
	}

	@Nullable String optionalText(String key) {
		return has(key) ? text(key) : null;
	}

	FieldPath path(String key) {
		return new FieldPath(text(key));
	}

	boolean flag(String key) {
		return has(key) && value(key).asBoolean().getValue();
	}

	@Nullable BsonDocument optionalDocument(String key) {
		return has(key) ? value(key).asDocument() : null;
	}

	List<BsonDocument> documents(String key) {
		return value(key).asArray().stream().map(BsonValue::asDocument).toList();
	}

}
