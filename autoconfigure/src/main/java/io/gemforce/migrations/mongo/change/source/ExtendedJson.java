package io.gemforce.migrations.mongo.change.source;

import java.util.Set;

import org.bson.BSONException;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.json.JsonMode;
import org.bson.json.JsonParseException;
import org.bson.json.JsonWriterSettings;

/**
 * Reads the types that JSON and YAML do not have from extended JSON, version 2.
 * {@code $regex} is left to the server, as it is also a query operator.
 */
final class ExtendedJson {

	private static final JsonWriterSettings RELAXED = JsonWriterSettings.builder().outputMode(JsonMode.RELAXED).build();

	private static final Set<String> TYPES = Set.of("$oid", "$symbol", "$numberInt", "$numberLong", "$numberDouble",
			"$numberDecimal", "$binary", "$uuid", "$code", "$timestamp", "$regularExpression", "$dbPointer", "$date",
			"$minKey", "$maxKey", "$undefined");

	private static final Set<String> NOT_WRITTEN_AS_TEXT = Set.of("$timestamp", "$date", "$minKey", "$maxKey",
			"$undefined");

	private ExtendedJson() {
	}

	static boolean isValue(Source.Mapping mapping) {
		return !mapping.entries().isEmpty() && TYPES.contains(mapping.entries().get(0).key());
	}

	static BsonValue value(Source.Mapping mapping) {
		String type = mapping.entries().get(0).key();
		BsonDocument document = document(mapping, !NOT_WRITTEN_AS_TEXT.contains(type));
		try {
			BsonValue value = BsonDocument.parse("{\"value\": %s}".formatted(document.toJson(RELAXED))).get("value");
			if (value != null && !value.isDocument()) {
				return value;
			}
		}
		catch (JsonParseException | BSONException | IllegalArgumentException ex) {
			throw new IllegalArgumentException(
					"%s is not a value of the type '%s'".formatted(document.toJson(RELAXED), type), ex);
		}
		throw new IllegalArgumentException(
				"%s is not a value of the type '%s'".formatted(document.toJson(RELAXED), type));
	}

	// A number where extended JSON has a string is taken as it was written
	private static BsonDocument document(Source.Mapping mapping, boolean asText) {
		BsonDocument document = new BsonDocument();
		for (Source.Entry entry : mapping.entries()) {
			document.append(entry.key(), value(entry.value(), asText && !entry.key().equals("$scope")));
		}
		return document;
	}

	private static BsonValue value(Source source, boolean asText) {
		if (source instanceof Source.Scalar scalar) {
			return asText ? new BsonString(scalar.text()) : scalar.value();
		}
		if (source instanceof Source.HugeInteger integer) {
			return new BsonString(integer.text());
		}
		if (source instanceof Source.Mapping mapping) {
			return document(mapping, asText);
		}
		return new BsonString("a list");
	}

}
