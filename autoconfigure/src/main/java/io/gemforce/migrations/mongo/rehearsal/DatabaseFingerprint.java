package io.gemforce.migrations.mongo.rehearsal;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

import com.mongodb.client.MongoDatabase;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonValue;
import org.bson.Document;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;

import io.gemforce.migrations.store.Sha256;

/**
 * What a database is like at one moment: collections with their options, indexes and
 * validators, and their documents, up to the order of fields and documents.
 */
public record DatabaseFingerprint(SortedMap<String, String> parts) {

	private static final JsonWriterSettings CANONICAL = JsonWriterSettings.builder()
		.outputMode(JsonMode.EXTENDED)
		.build();

	private static final BigInteger MODULUS = BigInteger.ONE.shiftLeft(256);

	public static DatabaseFingerprint of(MongoDatabase database, Set<String> leftOut) {
		SortedMap<String, String> parts = new TreeMap<>();
		for (Document info : database.listCollections().into(new ArrayList<>())) {
			String name = info.getString("name");
			if (name.startsWith("system.") || leftOut.contains(name)) {
				continue;
			}
			Document options = significant(info.get("options", new Document()));
			if ("view".equals(info.getString("type"))) {
				parts.put("view '%s'".formatted(name), canonical(options.toBsonDocument()));
			}
			else if (!options.isEmpty() || !isAsTheFirstInsertLeavesIt(database, name)) {
				parts.put("options of collection '%s'".formatted(name), canonical(options.toBsonDocument()));
				parts.put("indexes of collection '%s'".formatted(name), indexes(database, name));
				parts.put("documents of collection '%s'".formatted(name), documents(database, name));
			}
		}
		return new DatabaseFingerprint(parts);
	}

	// What the server takes for what is not said may be said, and a validator that lets
	// everything pass is none
	private static Document significant(Document options) {
		Document significant = new Document(options);
		significant.remove("validator", new Document());
		significant.remove("validationLevel", "strict");
		significant.remove("validationAction", "error");
		return significant;
	}

	// An empty collection that an insert has made, and a delete has left, is as good as
	// none
	private static boolean isAsTheFirstInsertLeavesIt(MongoDatabase database, String collection) {
		return database.getCollection(collection).find().first() == null
				&& database.getCollection(collection).listIndexes().into(new ArrayList<>()).size() <= 1;
	}

	private static String indexes(MongoDatabase database, String collection) {
		return database.getCollection(collection)
			.listIndexes(BsonDocument.class)
			.into(new ArrayList<>())
			.stream()
			.sorted(Comparator.comparing((index) -> index.getString("name").getValue()))
			.map(BsonDocument::toJson)
			.collect(Collectors.joining("\n"));
	}

	private static String documents(MongoDatabase database, String collection) {
		BigInteger sum = BigInteger.ZERO;
		long count = 0;
		for (BsonDocument document : database.getCollection(collection, BsonDocument.class).find()) {
			// Ids that differ in the order of their fields are two. A time series may
			// have
			// none
			String id = new BsonDocument("id", document.get("_id", BsonNull.VALUE)).toJson(CANONICAL);
			sum = sum.add(hash(canonical(document) + id)).mod(MODULUS);
			count++;
		}
		return "%d, hash %s".formatted(count, sum.toString(16));
	}

	private static BigInteger hash(String text) {
		return new BigInteger(1, Sha256.of(text));
	}

	private static String canonical(BsonDocument document) {
		return ((BsonDocument) sorted(document)).toJson(CANONICAL);
	}

	private static BsonValue sorted(BsonValue value) {
		if (value instanceof BsonDocument document) {
			BsonDocument sorted = new BsonDocument();
			new TreeMap<>(document).forEach((name, child) -> sorted.append(name, sorted(child)));
			return sorted;
		}
		if (value instanceof BsonArray array) {
			return new BsonArray(array.stream().map(DatabaseFingerprint::sorted).toList());
		}
		return value;
	}

	public List<String> differences(DatabaseFingerprint other) {
		Set<String> names = new TreeSet<>(this.parts.keySet());
		names.addAll(other.parts.keySet());
		Map<String, String> others = other.parts;
		return names.stream()
			.filter((name) -> !this.parts.getOrDefault(name, "").equals(others.getOrDefault(name, "")))
			.toList();
	}

}
