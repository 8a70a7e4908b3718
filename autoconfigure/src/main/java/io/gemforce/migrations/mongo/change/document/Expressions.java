package io.gemforce.migrations.mongo.change.document;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * Builds expressions of the server about fields of a variable such as {@code $$this}.
 */
final class Expressions {

	private Expressions() {
	}

	static BsonDocument of(String operator, BsonValue... arguments) {
		return new BsonDocument(operator, new BsonArray(List.of(arguments)));
	}

	static BsonDocument literal(BsonValue value) {
		return new BsonDocument("$literal", value);
	}

	static BsonDocument isOfType(String field, String type) {
		return of("$eq", new BsonDocument("$type", new BsonString(field)), new BsonString(type));
	}

	static BsonDocument not(BsonDocument condition) {
		return of("$not", condition);
	}

	static BsonDocument either(BsonValue condition, BsonValue then, BsonValue otherwise) {
		return of("$cond", condition, then, otherwise);
	}

	static BsonDocument all(List<BsonDocument> conditions, BsonDocument... more) {
		List<BsonValue> all = new ArrayList<>(conditions);
		all.addAll(List.of(more));
		return new BsonDocument("$and", new BsonArray(all));
	}

	/**
	 * Whether a variable and all enclosing documents of a field in it are documents.
	 */
	static List<BsonDocument> areDocuments(String variable, List<FieldPath> parents) {
		List<BsonDocument> conditions = new ArrayList<>();
		conditions.add(isOfType(variable, "object"));
		parents.forEach((parent) -> conditions.add(isOfType(variable + "." + parent, "object")));
		return conditions;
	}

	/**
	 * A document with another value in a field.
	 */
	static BsonDocument with(String document, List<String> parts, BsonValue value) {
		String first = parts.get(0);
		BsonValue inner = (parts.size() == 1) ? value
				: with(document + "." + first, parts.subList(1, parts.size()), value);
		return of("$mergeObjects", new BsonString(document), new BsonDocument(first, inner));
	}

	/**
	 * A document without a field.
	 */
	static BsonDocument without(String document, List<String> parts) {
		String first = parts.get(0);
		if (parts.size() > 1) {
			return of("$mergeObjects", new BsonString(document),
					new BsonDocument(first, without(document + "." + first, parts.subList(1, parts.size()))));
		}
		BsonDocument others = new BsonDocument("input", new BsonDocument("$objectToArray", new BsonString(document)))
			.append("as", new BsonString("field"))
			.append("cond", not(isName("$$field.k", first)));
		return new BsonDocument("$arrayToObject", new BsonDocument("$filter", others));
	}

	// A comparison would obey the collation of the collection
	private static BsonDocument isName(String expression, String name) {
		int bytes = name.getBytes(StandardCharsets.UTF_8).length;
		return of("$and", of("$eq", new BsonDocument("$strLenBytes", new BsonString(expression)), new BsonInt32(bytes)),
				of("$eq", of("$indexOfBytes", new BsonString(expression), literal(new BsonString(name))),
						new BsonInt32(0)));
	}

}
