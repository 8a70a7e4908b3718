package io.gemforce.migrations.mongo.change.document;

import java.util.Locale;

import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;

/**
 * Shows BSON in messages.
 */
public final class BsonFormatter {

	private static final int LONGEST = 80;

	private static final JsonWriterSettings RELAXED = JsonWriterSettings.builder().outputMode(JsonMode.RELAXED).build();

	private BsonFormatter() {
	}

	public static String show(BsonValue value) {
		String json = new BsonDocument("v", value).toJson(RELAXED);
		String text = json.substring(json.indexOf(':') + 1, json.length() - 1).strip();
		return (text.length() > LONGEST) ? text.substring(0, LONGEST - 1) + "…" : text;
	}

	public static String describe(BsonValue value) {
		return switch (value.getBsonType()) {
			case STRING -> "the string '%s'".formatted(shorten(value.asString().getValue()));
			case INT32, INT64, DOUBLE, DECIMAL128 -> "the number %s".formatted(show(value));
			case BOOLEAN -> String.valueOf(value.asBoolean().getValue());
			case NULL -> "nothing";
			case ARRAY -> "a list";
			case DOCUMENT -> "a document";
			default -> "a value of the type %s".formatted(value.getBsonType().name().toLowerCase(Locale.ROOT));
		};
	}

	private static String shorten(String text) {
		return (text.length() > LONGEST) ? text.substring(0, LONGEST - 1) + "…" : text;
	}

}
