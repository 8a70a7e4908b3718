package io.gemforce.migrations.mongo.change.document;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * The path of a field through nested documents, with {@code .} between its parts. A
 * {@code []} after the name of an array leads to each document in it; at the end of the
 * path it stands for the elements themselves.
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
	 * Where the field is to be found: in the document, or in documents of arrays.
	 */
	public FieldScope scope() {
		return FieldScope.of(this);
	}

	/**
	 * The path from the document, or the element of an array, that has the field.
	 */
	public FieldPath inner() {
		int last = this.text.lastIndexOf(FieldScope.ELEMENTS);
		return (last < 0) ? this : new FieldPath(this.text.substring(Math.min(last + 3, this.text.length())));
	}

	/**
	 * The field of the document that has all of it: the outermost array, or the field.
	 */
	public FieldPath place() {
		return scope().isArray() ? scope().arrays().get(0) : this;
	}

	/**
	 * Whether this stands for the elements of an array, not for a field of them.
	 */
	public boolean isElement() {
		return this.text.endsWith(FieldScope.ELEMENTS);
	}

	/**
	 * Returns all values of the field: at most one without arrays.
	 */
	public List<BsonValue> values(BsonDocument document) {
		List<BsonValue> values = new ArrayList<>();
		rewrite(document, (value) -> {
			values.add(value);
			return value;
		});
		return values;
	}

	/**
	 * Compute what is at the {@link #place()} if each value of the field is changed, or
	 * removed where the change returns {@code null}.
	 */
	public @Nullable BsonValue rewrite(BsonDocument document, Function<BsonValue, @Nullable BsonValue> change) {
		if (!scope().isArray()) {
			BsonValue value = find(document);
			return (value != null) ? change.apply(value) : null;
		}
		FieldPath field = inner();
		return scope().map(document,
				(element) -> isElement() ? kept(element, change.apply(element)) : field.rewritten(element, change));
	}

	private static BsonValue kept(BsonValue element, @Nullable BsonValue changed) {
		return (changed != null) ? changed : element;
	}

	private BsonValue rewritten(BsonValue element, Function<BsonValue, @Nullable BsonValue> change) {
		BsonValue value = element.isDocument() ? find(element.asDocument()) : null;
		if (value == null) {
			return element;
		}
		BsonValue changed = change.apply(value);
		return (changed != null) ? with(element.asDocument(), changed) : without(element.asDocument());
	}

	/**
	 * Returns a copy that has a value in the field.
	 */
	BsonDocument with(BsonDocument document, BsonValue value) {
		BsonDocument copy = copy(document);
		String top = top();
		if (isNested()) {
			BsonValue nested = document.get(top);
			BsonDocument enclosing = (nested != null && nested.isDocument()) ? nested.asDocument() : new BsonDocument();
			copy.put(top, belowTop().with(enclosing, value));
		}
		else {
			copy.put(top, value);
		}
		return copy;
	}

	/**
	 * Returns a copy that lacks the field.
	 */
	public BsonDocument without(BsonDocument document) {
		BsonDocument copy = copy(document);
		BsonValue nested = document.get(top());
		if (!isNested()) {
			copy.remove(this.text);
		}
		else if (nested != null && nested.isDocument()) {
			copy.put(top(), belowTop().without(nested.asDocument()));
		}
		return copy;
	}

	private static BsonDocument copy(BsonDocument document) {
		BsonDocument copy = new BsonDocument();
		copy.putAll(document);
		return copy;
	}

	private FieldPath belowTop() {
		return new FieldPath(this.text.substring(this.text.indexOf('.') + 1));
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

	List<String> parts() {
		return List.of(this.text.split("\\."));
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
