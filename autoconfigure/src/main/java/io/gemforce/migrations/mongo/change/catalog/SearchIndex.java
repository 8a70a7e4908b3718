package io.gemforce.migrations.mongo.change.catalog;

import java.util.Map;
import java.util.Objects;

import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.Fingerprint;

/**
 * A search index as {@code $listSearchIndexes} shows it.
 */
public record SearchIndex(BsonDocument listed) {

	private static final String MAIN = "mainIndex";

	// What Atlas adds to a definition, according to its manual
	private static final Map<String, BsonValue> DEFAULTS = Map.of("dynamic", BsonBoolean.FALSE, "fields",
			new BsonDocument(), "analyzer", new BsonString("lucene.standard"), "searchAnalyzer",
			new BsonString("lucene.standard"), "storedSource", BsonBoolean.FALSE, "quantization",
			new BsonString("none"), "numPartitions", new BsonInt32(1), "analyzers", new BsonArray(), "synonyms",
			new BsonArray());

	public BsonDocument definition() {
		return this.listed.getDocument("latestDefinition", new BsonDocument());
	}

	public String type() {
		return text(this.listed, "type", "search");
	}

	public String status() {
		return text(this.listed, "status", "PENDING");
	}

	public boolean isFailed() {
		return status().equals("FAILED");
	}

	public boolean isGoing() {
		return status().equals("DELETING") || status().equals("DOES_NOT_EXIST");
	}

	/**
	 * Whether queries use the latest definition, on every node.
	 */
	public boolean isReady() {
		BsonValue latest = this.listed.getDocument("latestDefinitionVersion", new BsonDocument()).get("version");
		return status().equals("READY") && details().stream().allMatch((detail) -> {
			BsonValue version = detail.asDocument()
				.getDocument(MAIN, new BsonDocument())
				.getDocument("definitionVersion", new BsonDocument())
				.get("version");
			return version == null || latest == null || Objects.equals(version, latest);
		});
	}

	private BsonArray details() {
		return this.listed.getArray("statusDetail", new BsonArray());
	}

	/**
	 * Why the index failed, as far as the server tells.
	 */
	public String message() {
		return details().stream()
			.map((detail) -> detail.asDocument().getDocument(MAIN, detail.asDocument()))
			.filter((detail) -> detail.containsKey("message"))
			.map((detail) -> text(detail, "message", ""))
			.findFirst()
			.orElse("the server does not tell why");
	}

	private static String text(BsonDocument document, String name, String otherwise) {
		BsonValue value = document.get(name);
		if (value == null) {
			return otherwise;
		}
		return value.isString() ? value.asString().getValue() : BsonFormatter.show(value);
	}

	/**
	 * Whether this is what is declared, with what the server adds by itself.
	 */
	public boolean is(BsonDocument declared) {
		return isSame(definition(), declared);
	}

	private static boolean isSame(@Nullable BsonValue there, @Nullable BsonValue declared) {
		if (there == null || declared == null) {
			return there == declared;
		}
		if (there.isDocument() && declared.isDocument()) {
			BsonDocument one = there.asDocument();
			BsonDocument other = declared.asDocument();
			return other.keySet()
				.stream()
				.allMatch((name) -> isSame(one.getOrDefault(name, DEFAULTS.get(name)), other.get(name)))
					&& one.keySet()
						.stream()
						.allMatch((name) -> other.containsKey(name) || isSame(one.get(name), DEFAULTS.get(name)));
		}
		if (there.isArray() && declared.isArray()) {
			BsonArray one = there.asArray();
			BsonArray other = declared.asArray();
			boolean same = one.size() == other.size();
			for (int i = 0; same && i < one.size(); i++) {
				same = isSame(one.get(i), other.get(i));
			}
			return same;
		}
		return Fingerprint.comparable(there).equals(Fingerprint.comparable(declared));
	}

}
