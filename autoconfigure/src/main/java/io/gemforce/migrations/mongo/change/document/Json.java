package io.gemforce.migrations.mongo.change.document;

import org.bson.BsonDocument;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;

/**
 * Writes definitions as text: not every server stores keys with dots and dollars.
 */
public final class Json {

	private static final JsonWriterSettings CANONICAL = JsonWriterSettings.builder()
		.outputMode(JsonMode.EXTENDED)
		.build();

	private Json() {
	}

	public static String canonical(BsonDocument document) {
		return document.toJson(CANONICAL);
	}

	public static BsonDocument parse(String json) {
		return BsonDocument.parse(json);
	}

}
