package io.gemforce.migrations.mongo.change.contract;

import java.util.List;

import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.document.FieldPath;

/**
 * The parameters of a declared change; their types are already checked.
 */
public record Parameters(BsonDocument document) {

	public boolean has(String key) {
		return this.document.containsKey(key);
	}

	public BsonValue value(String key) {
		BsonValue value = this.document.get(key);
		if (value == null) {
			throw new IllegalArgumentException("There is no '%s'".formatted(key));
		}
		return value;
	}

	public @Nullable BsonValue optionalValue(String key) {
		return this.document.get(key);
	}

	public String text(String key) {
		return value(key).asString().getValue();
	}

	public @Nullable String optionalText(String key) {
		return has(key) ? text(key) : null;
	}

	public FieldPath path(String key) {
		return new FieldPath(text(key));
	}

	public List<FieldPath> paths(String key) {
		return value(key).asArray().stream().map((path) -> new FieldPath(path.asString().getValue())).toList();
	}

	public boolean flag(String key) {
		return has(key) && value(key).asBoolean().getValue();
	}

	public @Nullable BsonDocument optionalDocument(String key) {
		return has(key) ? value(key).asDocument() : null;
	}

	public List<BsonDocument> documents(String key) {
		return value(key).asArray().stream().map(BsonValue::asDocument).toList();
	}

}
