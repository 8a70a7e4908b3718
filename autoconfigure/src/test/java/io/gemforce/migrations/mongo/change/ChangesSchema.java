package io.gemforce.migrations.mongo.change;

import java.util.List;

import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;

import io.gemforce.migrations.mongo.change.source.CoreSchema;
import io.gemforce.migrations.mongo.change.source.Seconds;

/**
 * Generates the JSON Schema of change files from the family of changes.
 */
final class ChangesSchema {

	private static final String PATH = "[^.$\\u0000][^.\\u0000]*(\\.[^.$\\u0000][^.\\u0000]*)*$";

	// A '[]' only at the end of a name
	private static final String ELEMENTS = "(?!(.*[.\\]])?\\[\\])(?!.*\\[\\][^.])";

	private ChangesSchema() {
	}

	static String generate() {
		BsonDocument schema = new BsonDocument("$schema", text("http://json-schema.org/draft-07/schema#"))
			.append("$id", text("urn:gemforce:migrations:changes"))
			.append("title", text("Changes of a MongoDB migration"))
			.append("description",
					text("A file V<version>__<description>.yaml, .yml or .json of Gemforce Migrations. "
							+ "Values and filters may be extended JSON, such as {$oid: …}."))
			.append("type", text("object"));
		schema.putAll(properties(ChangeKind.TOP));
		return schema.toJson(
				JsonWriterSettings.builder().outputMode(JsonMode.RELAXED).indent(true).indentCharacters("\t").build())
				+ "\n";
	}

	private static BsonString text(String text) {
		return new BsonString(text);
	}

	private static BsonDocument properties(List<Parameter> keys) {
		BsonDocument properties = new BsonDocument();
		keys.forEach((key) -> {
			BsonDocument property = new BsonDocument("description", text(key.description()));
			property.putAll(type(key.type()));
			properties.append(key.name(), property);
		});
		List<BsonString> required = keys.stream()
			.filter(Parameter::isRequired)
			.map(Parameter::name)
			.map(BsonString::new)
			.toList();
		return new BsonDocument("required", new BsonArray(required)).append("properties", properties)
			.append("additionalProperties", BsonBoolean.FALSE);
	}

	private static BsonDocument type(ParameterType type) {
		return switch (type) {
			case TEXT -> string("\\S");
			case TEXTS -> list(string("\\S"), 0);
			case REQUIREMENTS -> list(string("^(postgres|mongo):[0-9]+([._][0-9]+)*$"), 0);
			case FLAG -> ofType("boolean");
			case COLLECTION -> string("^(?!system\\.)[^.$\\u0000][^$\\u0000]*$");
			case FIELD -> string("^(?!.*\\[\\])" + PATH);
			case CHANGED_FIELD -> string("^(?!_id(\\.|$))(?!.*\\[\\])" + PATH);
			case ELEMENT_FIELD -> string("^" + ELEMENTS + PATH);
			case CHANGED_ELEMENT_FIELD -> string("^(?!_id(\\.|\\[|$))" + ELEMENTS + PATH);
			case CHANGED_FIELDS -> list(type(ParameterType.CHANGED_FIELD), 1);
			case INDEX_NAME -> string("^(?!(\\*|_id_)$)[^\\u0000]*[^\\u0000\\s][^\\u0000]*$");
			case VALUE -> new BsonDocument();
			case VALUES -> new BsonDocument("oneOf", new BsonArray(List.of(valuesByText(), listOfValues())));
			case FILTER, VALIDATOR -> ofType("object");
			case INDEX_KEYS -> ofType("object").append("minProperties", new BsonInt32(1))
				.append("additionalProperties", new BsonDocument("enum", new BsonArray(List.of(new BsonInt32(1),
						new BsonInt32(-1), text("text"), text("hashed"), text("2d"), text("2dsphere")))));
			case DURATION -> new BsonDocument("oneOf",
					new BsonArray(List.of(
							ofType("integer").append("minimum", new BsonInt32(0))
								.append("maximum", new BsonInt32(Integer.MAX_VALUE)),
							string("^" + Seconds.SYNTAX.pattern() + "$"))));
			case COLLATION -> ofType("object").append("required", new BsonArray(List.of(text("locale"))));
			case DOCUMENTS -> list(ofType("object").append("required", new BsonArray(List.of(text("_id")))), 1);
			case UPDATE -> new BsonDocument("oneOf",
					new BsonArray(List.of(
							ofType("object").append("minProperties", new BsonInt32(1))
								.append("propertyNames", new BsonDocument("pattern", text("^\\$"))),
							list(ofType("object").append("minProperties", new BsonInt32(1))
								.append("maxProperties", new BsonInt32(1)), 1))));
			case ARRAY_FILTERS -> list(ofType("object").append("minProperties", new BsonInt32(1)), 1);
			case HINT -> new BsonDocument("oneOf",
					new BsonArray(List.of(string("."), ofType("object").append("minProperties", new BsonInt32(1)))));
			case VARIABLES ->
				ofType("object").append("propertyNames", new BsonDocument("pattern", text("^[a-z][a-zA-Z0-9_]*$")));
			case COMMAND -> ofType("object").append("minProperties", new BsonInt32(1));
			case PIPELINE -> list(ofType("object").append("minProperties", new BsonInt32(1))
				.append("maxProperties", new BsonInt32(1))
				.append("propertyNames", new BsonDocument("pattern", text("^\\$"))), 0);
			case TRANSFER_PIPELINE -> list(ofType("object").append("minProperties", new BsonInt32(1))
				.append("maxProperties", new BsonInt32(1)), 1);
			case POSITIVE -> ofType("integer").append("minimum", new BsonInt32(1));
			case WEIGHTS -> ofType("object").append("minProperties", new BsonInt32(1))
				.append("additionalProperties",
						ofType("integer").append("minimum", new BsonInt32(1)).append("maximum", new BsonInt32(99_999)));
			case PROJECTION, SEARCH_DEFINITION -> ofType("object").append("minProperties", new BsonInt32(1));
			case DURATION_OR_NEVER -> {
				BsonDocument duration = type(ParameterType.DURATION);
				duration.getArray("oneOf").add(new BsonDocument("const", text("never")));
				yield duration;
			}
			case CAPPED, BOUNDS, TIME_SERIES, BUCKETS, CLUSTERED_INDEX -> {
				BsonDocument document = ofType("object");
				document.putAll(properties(type.keys()));
				yield document;
			}
			case FIELD_TYPE, ON_CONVERSION_ERROR, ON_OTHER_VALUE, ON_CONFLICT, EPOCH_UNIT, VALIDATION_LEVEL,
					VALIDATION_ACTION, SEARCH_TYPE, GRANULARITY ->
				words(type.choices());
			case ON_INTERRUPTED -> words(type.choices());
			case PHASE -> words(List.of("expand"));
			case CONDITION -> ofType("object").append("minProperties", new BsonInt32(1))
				.append("properties", new BsonDocument("profile", string("\\S")).append("property", string("\\S")))
				.append("additionalProperties", BsonBoolean.FALSE);
			case CHANGES -> list(change(), 1);
		};
	}

	private static BsonDocument valuesByText() {
		return ofType("object").append("minProperties", new BsonInt32(1))
			.append("propertyNames",
					new BsonDocument("pattern", text("^(?!\\$)(?!(%s)$)".formatted(CoreSchema.OTHER_THAN_TEXT))));
	}

	private static BsonDocument listOfValues() {
		BsonArray keys = new BsonArray(List.of(text("from"), text("to")));
		BsonDocument any = new BsonDocument();
		return list(ofType("object").append("required", keys)
			.append("properties", new BsonDocument("from", any).append("to", any))
			.append("additionalProperties", BsonBoolean.FALSE), 1);
	}

	// One object of all kinds, as editors complete that better than a choice of objects
	private static BsonDocument change() {
		BsonDocument kinds = new BsonDocument();
		for (ChangeKind kind : ChangeKind.values()) {
			BsonDocument parameters = new BsonDocument("description", text(kind.description())).append("type",
					text("object"));
			parameters.putAll(properties(kind.keys()));
			kinds.append(kind.id(), parameters);
		}
		return ofType("object").append("minProperties", new BsonInt32(1))
			.append("maxProperties", new BsonInt32(1))
			.append("properties", kinds)
			.append("additionalProperties", BsonBoolean.FALSE);
	}

	private static BsonDocument ofType(String type) {
		return new BsonDocument("type", text(type));
	}

	private static BsonDocument string(String pattern) {
		return ofType("string").append("pattern", text(pattern));
	}

	private static BsonDocument list(BsonDocument items, int minimum) {
		BsonDocument list = ofType("array").append("items", items);
		return (minimum > 0) ? list.append("minItems", new BsonInt32(minimum)) : list;
	}

	private static BsonDocument words(List<String> words) {
		return new BsonDocument("enum", new BsonArray(words.stream().map(BsonString::new).toList()));
	}

}
