package io.gemforce.migrations.mongo.change.document;

import java.util.ArrayList;
import java.util.List;

import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * The path of a field through nested documents, with {@code .} between its parts.
 */
public record FieldPath(String text) {

	/**
	 * Returns {@code null} if the document does not have the field.
	 */
	public @Nullable BsonValue find(BsonDocument document) {
		BsonValue value = document;
		for (String part : this.text.split("\\.")) {
			if (value == null || !value.isDocument()) {
				return null;
			}
			value = value.asDocument().get(part);
		}
		return value;
	}

	/**
	 * The enclosing documents, the shortest path first; none for a field at the top.
	 */
	public List<FieldPath> parents() {
		List<FieldPath> parents = new ArrayList<>();
		for (int dot = this.text.indexOf('.'); dot >= 0; dot = this.text.indexOf('.', dot + 1)) {
			parents.add(new FieldPath(this.text.substring(0, dot)));
		}
		return parents;
	}

	public boolean isNested() {
		return this.text.indexOf('.') >= 0;
	}

	public String top() {
		return this.text.split("\\.", 2)[0];
	}

	public boolean isWithin(FieldPath other) {
		return this.text.equals(other.text) || this.text.startsWith(other.text + ".");
	}

	public BsonDocument unset() {
		return new BsonDocument("$unset", new BsonDocument(this.text, new BsonInt32(1)));
	}

	@Override
	public String toString() {
		return this.text;
	}

}
