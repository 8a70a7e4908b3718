package io.gemforce.migrations.mongo.change.document;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonType;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * Builds filters. An empty document is only ever compared by {@code $eq}, as servers
 * differ in what else it means.
 */
public final class Conditions {

	/**
	 * Selects all documents.
	 */
	public static final BsonDocument ANY = new BsonDocument();

	private static final BsonDocument IS_ARRAY = new BsonDocument("$type", new BsonString("array"));

	private static final BsonDocument NO_ARRAY = new BsonDocument("$not", IS_ARRAY);

	private static final Map<BsonType, String> TYPE_NAMES = Map.ofEntries(Map.entry(BsonType.DOUBLE, "double"),
			Map.entry(BsonType.STRING, "string"), Map.entry(BsonType.DOCUMENT, "object"),
			Map.entry(BsonType.ARRAY, "array"), Map.entry(BsonType.BINARY, "binData"),
			Map.entry(BsonType.UNDEFINED, "undefined"), Map.entry(BsonType.OBJECT_ID, "objectId"),
			Map.entry(BsonType.BOOLEAN, "bool"), Map.entry(BsonType.DATE_TIME, "date"),
			Map.entry(BsonType.NULL, "null"), Map.entry(BsonType.REGULAR_EXPRESSION, "regex"),
			Map.entry(BsonType.DB_POINTER, "dbPointer"), Map.entry(BsonType.JAVASCRIPT, "javascript"),
			Map.entry(BsonType.SYMBOL, "symbol"), Map.entry(BsonType.JAVASCRIPT_WITH_SCOPE, "javascriptWithScope"),
			Map.entry(BsonType.INT32, "int"), Map.entry(BsonType.TIMESTAMP, "timestamp"),
			Map.entry(BsonType.INT64, "long"), Map.entry(BsonType.DECIMAL128, "decimal"),
			Map.entry(BsonType.MIN_KEY, "minKey"), Map.entry(BsonType.MAX_KEY, "maxKey"));

	private Conditions() {
	}

	public static String typeName(BsonType type) {
		String name = TYPE_NAMES.get(type);
		if (name == null) {
			throw new IllegalArgumentException("There are no values of the type " + type);
		}
		return name;
	}

	/**
	 * In an array some document has the field.
	 */
	public static BsonDocument exists(FieldPath path) {
		return path.scope().some(new BsonDocument(path.inner().text(), new BsonDocument("$exists", BsonBoolean.TRUE)));
	}

	/**
	 * In an array some document lacks the field; another array in it may count as one.
	 */
	public static BsonDocument missing(FieldPath path) {
		return path.scope().some(new BsonDocument(path.inner().text(), new BsonDocument("$exists", BsonBoolean.FALSE)));
	}

	public static BsonDocument isArray(FieldPath path) {
		return new BsonDocument(path.text(), IS_ARRAY);
	}

	/**
	 * Matches documents in which the field exists and holds no document.
	 */
	public static BsonDocument isNoDocument(FieldPath path) {
		return new BsonDocument(path.text(), new BsonDocument("$exists", BsonBoolean.TRUE).append("$not",
				new BsonDocument("$type", new BsonString("object"))));
	}

	static BsonDocument isDocument(FieldPath path) {
		return new BsonDocument(path.text(),
				new BsonDocument("$type", new BsonString("object")).append("$not", IS_ARRAY));
	}

	/**
	 * Some value of the field is of one of these types, and nothing else than them.
	 */
	public static BsonDocument isOfType(FieldPath path, List<BsonType> types) {
		BsonDocument type = new BsonDocument("$type", names(types));
		return path.scope()
			.some(path.isElement() ? type
					: all(new BsonDocument(path.inner().text(), type), not(isArray(path.inner()))));
	}

	/**
	 * Some value of the field is of another type. An array that contains values of a type
	 * matches that type, too.
	 */
	public static BsonDocument isOfOtherType(FieldPath path, List<BsonType> types) {
		FieldPath field = path.inner();
		BsonDocument other = new BsonDocument("$not", new BsonDocument("$type", names(types)));
		return path.scope()
			.some(path.isElement() ? other
					: all(exists(field), any(List.of(isArray(field), new BsonDocument(field.text(), other)))));
	}

	private static BsonValue names(List<BsonType> types) {
		List<BsonString> names = types.stream().map(Conditions::typeName).map(BsonString::new).toList();
		return (names.size() == 1) ? names.get(0) : new BsonArray(names);
	}

	static BsonDocument equal(String path, BsonValue value) {
		return new BsonDocument(path, new BsonDocument("$eq", value));
	}

	public static BsonDocument isEmptyDocument(FieldPath path) {
		return equal(path.text(), new BsonDocument());
	}

	/**
	 * The field is as it was read; a comparison alone also matches arrays with the value.
	 * The path leads through no array: {@code []} is a part of a name.
	 */
	public static BsonDocument unchanged(FieldPath path, @Nullable BsonValue value) {
		BsonDocument unchanged = (value != null) ? holds(path, value)
				: new BsonDocument(path.text(), new BsonDocument("$exists", BsonBoolean.FALSE));
		path.parents().forEach((parent) -> unchanged.append(parent.text(), NO_ARRAY));
		return unchanged;
	}

	private static BsonDocument holds(FieldPath path, BsonValue value) {
		BsonString type = new BsonString(typeName(value.getBsonType()));
		if (value.isArray()) {
			return isArray(path).append("$expr", same("$" + path, value));
		}
		BsonDocument condition = new BsonDocument("$type", type).append("$not", IS_ARRAY);
		return new BsonDocument(path.text(),
				(value.getBsonType() == BsonType.UNDEFINED) ? condition : condition.append("$eq", value));
	}

	// An expression that compares whole values
	static BsonDocument same(String expression, BsonValue value) {
		return new BsonDocument("$eq",
				new BsonArray(List.of(new BsonString(expression), new BsonDocument("$literal", value))));
	}

	public static BsonDocument id(BsonValue id) {
		return equal("_id", id);
	}

	public static BsonDocument ids(Collection<? extends BsonValue> ids) {
		return new BsonDocument("_id", new BsonDocument("$in", new BsonArray(List.copyOf(ids))));
	}

	public static BsonDocument not(BsonDocument condition) {
		return new BsonDocument("$nor", new BsonArray(List.of(condition)));
	}

	public static BsonDocument any(List<BsonDocument> conditions) {
		return (conditions.size() == 1) ? conditions.get(0) : new BsonDocument("$or", new BsonArray(conditions));
	}

	/**
	 * The result is flat where possible, which servers process faster than {@code $and}.
	 */
	public static BsonDocument all(BsonDocument... conditions) {
		BsonDocument flat = new BsonDocument();
		for (BsonDocument condition : conditions) {
			if (!Collections.disjoint(flat.keySet(), condition.keySet())) {
				return new BsonDocument("$and",
						new BsonArray(Stream.of(conditions).filter((part) -> !part.isEmpty()).toList()));
			}
			flat.putAll(condition);
		}
		return flat;
	}

}
