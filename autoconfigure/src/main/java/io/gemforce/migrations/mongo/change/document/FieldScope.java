package io.gemforce.migrations.mongo.change.document;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * What has the field of a path: the document itself, or each document in an array, or in
 * arrays of such documents. Elements that are no documents are left alone, and so are
 * arrays in arrays.
 *
 * @param arrays the paths of the arrays, each from the element of the one before; none if
 * the document has the field
 */
public record FieldScope(List<FieldPath> arrays) {

	/**
	 * Leads from an array to its elements.
	 */
	static final String ELEMENTS = "[]";

	static FieldScope of(FieldPath path) {
		String[] parts = path.text().split("\\[]\\.?", -1);
		return new FieldScope(Arrays.stream(parts).limit(parts.length - 1).map(FieldPath::new).toList());
	}

	public boolean isArray() {
		return !this.arrays.isEmpty();
	}

	/**
	 * Selects documents that meet a condition, or have an element that meets it.
	 */
	public BsonDocument some(BsonDocument condition) {
		BsonDocument some = condition;
		for (int level = this.arrays.size() - 1; level >= 0; level--) {
			some = new BsonDocument(this.arrays.get(level).text(), new BsonDocument("$elemMatch", some));
		}
		return some;
	}

	/**
	 * Filters for documents in which an array of the path is in another array, or holds
	 * its one document without an array around it.
	 */
	public List<BsonDocument> obstacles(FieldPath field) {
		List<BsonDocument> obstacles = new ArrayList<>();
		for (int level = 0; level < this.arrays.size(); level++) {
			FieldPath array = this.arrays.get(level);
			FieldScope outer = new FieldScope(this.arrays.subList(0, level));
			for (FieldPath parent : array.parents()) {
				obstacles.add(outer.some(Conditions.all(Conditions.isArray(parent), Conditions.exists(array))));
			}
			FieldPath next = (level + 1 < this.arrays.size()) ? this.arrays.get(level + 1) : field;
			if (!next.text().isEmpty()) {
				obstacles.add(outer.some(Conditions.all(Conditions.isDocument(array),
						Conditions.exists(new FieldPath(array + "." + next)))));
			}
		}
		return obstacles;
	}

	/**
	 * Compute the outermost array with other documents in the innermost ones.
	 */
	public @Nullable BsonValue mapDocuments(BsonDocument document, UnaryOperator<BsonDocument> change) {
		return map(document, (element) -> element.isDocument() ? change.apply(element.asDocument()) : element);
	}

	@Nullable BsonValue map(BsonDocument document, UnaryOperator<BsonValue> change) {
		BsonValue value = this.arrays.get(0).find(document);
		return (value != null && value.isArray()) ? map(value.asArray(), 1, change) : value;
	}

	private BsonArray map(BsonArray array, int level, UnaryOperator<BsonValue> change) {
		List<BsonValue> elements = new ArrayList<>();
		for (BsonValue element : array) {
			elements.add((level == this.arrays.size()) ? change.apply(element) : mapInner(element, level, change));
		}
		return new BsonArray(elements);
	}

	private BsonValue mapInner(BsonValue element, int level, UnaryOperator<BsonValue> change) {
		FieldPath path = this.arrays.get(level);
		BsonValue inner = element.isDocument() ? path.find(element.asDocument()) : null;
		return (inner != null && inner.isArray())
				? path.with(element.asDocument(), map(inner.asArray(), level + 1, change)) : element;
	}

	/**
	 * The same as an expression of the server.
	 * @param change makes an expression of the name of an element
	 */
	BsonValue expression(Function<String, BsonValue> change) {
		return expression("$" + this.arrays.get(0), 1, change);
	}

	private BsonValue expression(String array, int level, Function<String, BsonValue> change) {
		String name = "element" + level;
		String element = "$$" + name;
		BsonValue changed = change.apply(element);
		if (level < this.arrays.size()) {
			FieldPath path = this.arrays.get(level);
			String inner = element + "." + path;
			BsonValue reachable = Expressions.all(Expressions.areDocuments(element, path.parents()),
					Expressions.isOfType(inner, "array"));
			changed = Expressions.either(reachable,
					Expressions.with(element, path.parts(), expression(inner, level + 1, change)),
					new BsonString(element));
		}
		return new BsonDocument("$map",
				new BsonDocument("input", new BsonString(array)).append("as", new BsonString(name))
					.append("in", changed));
	}

}
