package io.gemforce.migrations.mongo.change.operation.collection;

import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonValue;

import io.gemforce.migrations.mongo.change.source.DefinitionCursor;

/**
 * Finds options of an index that contradict each other, or its keys, according to
 * MongoDB's manual.
 */
record IndexRules(BsonDocument index, DefinitionCursor cursor) {

	// As the server and as files name them
	static final Map<String, String> TEXT_OPTIONS = Map.of("weights", "weights", "default_language", "defaultLanguage",
			"language_override", "languageOverride");

	static final String WILDCARD_PROJECTION = "wildcardProjection";

	private static final String WILDCARD = "$**";

	private BsonDocument keys() {
		return this.index.getDocument("key");
	}

	private Set<String> fieldsOf(String kind) {
		return keys().entrySet()
			.stream()
			.filter((key) -> key.getValue().isString() && key.getValue().asString().getValue().equals(kind))
			.map(Map.Entry::getKey)
			.collect(Collectors.toSet());
	}

	private boolean isWildcard() {
		return keys().entrySet()
			.stream()
			.anyMatch((key) -> key.getKey().endsWith(WILDCARD) && key.getValue().isNumber());
	}

	void check() {
		Set<String> text = fieldsOf("text");
		TEXT_OPTIONS.forEach((option, key) -> {
			if (this.index.containsKey(option) && text.isEmpty()) {
				useless(key, "a field with 'text' among the keys");
			}
		});
		if (!text.isEmpty() && !text.contains(WILDCARD)) {
			this.index.getDocument("weights", new BsonDocument())
				.keySet()
				.stream()
				.filter((field) -> !text.contains(field))
				.forEach((field) -> this.cursor.to("weights")
					.to(field)
					.wrongKey("'%s' has a weight but is no 'text' field of the index".formatted(field),
							"Add it to the keys, or remove the weight"));
		}
		if (fieldsOf("hashed").size() > 1) {
			this.cursor.to("keys").wrong("an index can have one hashed field only", "Make an index for each of them");
		}
		boolean plain = keys().values().stream().allMatch(BsonValue::isNumber) && !isWildcard();
		check("unique", "unique", fieldsOf("hashed").isEmpty() && !isWildcard());
		check(Expiry.AFTER, "expireAfter", plain);
		checkProjection();
	}

	private void check(String option, String key, boolean possible) {
		if (this.index.containsKey(option) && !possible) {
			this.cursor.to(key)
				.wrongKey("an index of this kind cannot have '%s'".formatted(key),
						"Remove the key, or index the field with 1 or -1");
		}
	}

	private void useless(String key, String partner) {
		this.cursor.to(key)
			.wrongKey("'%s' is of no use without %s".formatted(key, partner), "Remove '%s'".formatted(key));
	}

	private void checkProjection() {
		if (!this.index.containsKey(WILDCARD_PROJECTION)) {
			return;
		}
		if (!keys().containsKey(WILDCARD) || !isWildcard()) {
			useless(WILDCARD_PROJECTION, "the key '$**'");
		}
		Set<Boolean> kinds = this.index.getDocument(WILDCARD_PROJECTION)
			.entrySet()
			.stream()
			.filter((entry) -> !entry.getKey().equals("_id"))
			.map((entry) -> isIncluded(entry.getValue()))
			.collect(Collectors.toSet());
		if (kinds.size() > 1) {
			this.cursor.to(WILDCARD_PROJECTION)
				.wrong("a projection names what is in it or what is not, '_id' aside",
						"Write all with 1, or all with 0");
		}
	}

	private static boolean isIncluded(BsonValue value) {
		return value.isDocument() ? value.asDocument().values().stream().allMatch(IndexRules::isIncluded)
				: value.equals(BsonBoolean.TRUE) || (value.isNumber() && value.asNumber().doubleValue() != 0);
	}

}
