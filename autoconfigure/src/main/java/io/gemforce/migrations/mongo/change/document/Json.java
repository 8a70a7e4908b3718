package io.gemforce.migrations.mongo.change.document;

import org.bson.BsonDocument;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;

/**
 * Writes definitions as text, as their keys may have dots and dollars, which not every
 * server stores.
 */
public final class Json {

	private static final JsonWriterSettings CANONICAL = JsonWriterSettings.builder()
		.outputMode(JsonMode.EXTENDED)
		.build();

	private Json() {
	}

	/**
	 * Write a document so that every type is told.
	 */
	public static String canonical(BsonDocument document) {
		return document.toJson(CANONICAL);
	}

	public static BsonDocument parse(String json) {
		return BsonDocument.parse(json);
	}

}
