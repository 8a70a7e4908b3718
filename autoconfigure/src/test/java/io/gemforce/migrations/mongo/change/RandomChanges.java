package io.gemforce.migrations.mongo.change;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;

import io.gemforce.migrations.mongo.change.document.Json;
import io.gemforce.migrations.mongo.change.source.DefinitionProblems;
import io.gemforce.migrations.support.MongoServers;

/**
 * Makes random documents and random changes that fit them more or less.
 */
public final class RandomChanges {

	private static final String[] SCALARS = { "1", "0", "-7", "{$numberLong: '1099511627776'}",
			"{$numberLong: '9007199254740993'}", "1.5", "2.0", "{$numberDouble: 'NaN'}", "{$numberDouble: '-0.0'}",
			"{$numberDecimal: '1.50'}", "{$numberDecimal: '7'}", "{$numberDecimal: '0.1234567890123456789012'}", "'12'",
			"'007'", "'1.5'", "'text'", "'$a'", "''", "'2020-02-29T12:00:00.000Z'", "'507f1f77bcf86cd799439011'",
			"true", "false", "null", "{$date: '2020-02-29T12:00:00.123Z'}", "{$oid: '507f1f77bcf86cd799439011'}",
			"{$binary: {base64: 'AQID', subType: '00'}}", "{$regularExpression: {pattern: 'a', options: 'i'}}",
			"{$timestamp: {t: 1, i: 2}}", "1618876800", "{$numberLong: '1618876800'}", "1618876800.5",
			"{$numberLong: '1618876800123'}" };

	// Compound ones in two orders of their fields
	private static final String[] IDS = { "%d", "'id%d'", "{$oid: '5%023x'}", "{n: %d}", "{x: 1, y: 1}", "{y: 1, x: 1}",
			"{$numberLong: '4%d'}", "%d.5", "{$numberDecimal: '%d.25'}", "{$date: {$numberLong: '%d'}}",
			"{$binary: {base64: 'AQI%d', subType: '00'}}", "{$timestamp: {t: %d, i: 1}}", "null", "true",
			"{$minKey: 1}", "{$symbol: 's%d'}", "{$code: 'f%d'}", "{a: [%d, {b: 1, c: null}]}", "{$maxKey: 1}" };

	private static final int IN_MEMORY_IDS = 4;

	private static final int MAX_DOCUMENTS = 8;

	private static final String[] FIELDS = { "a", "b", "c", "d", "e", "a.x", "b.y", "c.x", "c.x.z", "f.g", "f.g.h" };

	private static final String[] ELEMENT_FIELDS = { "h[].x", "h[].y", "h[].x.z", "h[].g[].x", "h[].n.m", "h[].g[].n.m",
			"h[].g[]", "h[]" };

	private static final String[][] ELEMENT_RENAMES = { { "h[].x", "h[].y" }, { "h[].x.z", "h[].y" },
			{ "h[].y", "h[].n.m" }, { "h[].g[].x", "h[].g[].y" }, { "h[].g[].y", "h[].g[].n.m" },
			{ "h[].y", "h[].x.z" } };

	private static final String[] NAMES = { "one", "one", "one", "two", "two", "three" };

	private static final String[] TYPES = { "string", "int", "long", "double", "decimal", "bool", "date", "objectId" };

	private static final String[] KINDS = { "renameField", "moveField", "nest", "unnest", "copyDocuments",
			"moveDocuments", "extract", "embed", "copyField", "addField", "removeField", "convertField",
			"renameElements", "copyElements", "addElements", "removeElements", "convertElements", "createCollection",
			"dropCollection", "renameCollection", "createIndex", "dropIndex", "setValidator", "insert", "update",
			"updateAndBack", "elements", "upsert", "pipeline", "increment", "delete", "mapValues", "command",
			"createView", "dropView", "alterView", "alterIndex", "textIndex" };

	private static final Set<String> NOT_IN_MEMORY = Set.of("setValidator", "createView", "dropView", "alterView",
			"alterIndex", "textIndex", "elements");

	// One to one, into one, a swap, and a chain with all but texts
	private static final String[] MAPPINGS = { "[{from: 1, to: 'one'}, {from: '12', to: 'a dozen'}]",
			"{text: 'one', old: 'one'}",
			"[{from: 1, to: 5}, {from: 5, to: 1}, {from: '12', to: '0'}, {from: '0', to: '12'}]",
			"[{from: null, to: 0}, {from: 0, to: true}, {from: true, to: 2.5}, {from: 'one', to: null}]" };

	private RandomChanges() {
	}

	public static BsonValue value(String json) {
		return BsonDocument.parse("{v: %s}".formatted(json)).get("v");
	}

	// The in-memory server never finds two regular expressions equal
	private static Arbitrary<BsonValue> scalars() {
		return Arbitraries.of(SCALARS)
			.map(RandomChanges::value)
			.filter((value) -> MongoServers.isReplicaSet() || !value.isRegularExpression());
	}

	private static Arbitrary<BsonValue> values(int depth) {
		if (depth == 0) {
			return scalars();
		}
		Arbitrary<BsonValue> arrays = values(depth - 1).list().ofMaxSize(2).map(BsonArray::new);
		Arbitrary<BsonValue> documents = Arbitraries.maps(Arbitraries.of("x", "y", "z", "g"), values(depth - 1))
			.ofMaxSize(2)
			.map(RandomChanges::document);
		return Arbitraries.frequencyOf(Tuple.of(6, scalars()), Tuple.of(1, arrays), Tuple.of(3, documents));
	}

	private static BsonDocument document(Map<String, BsonValue> fields) {
		BsonDocument document = new BsonDocument();
		document.putAll(fields);
		return document;
	}

	// Arrays that are in the way of a path refuse most changes, so few collections have
	// some
	private static Arbitrary<List<BsonDocument>> documents() {
		Arbitrary<BsonDocument> any = Arbitraries
			.maps(Arbitraries.of("a", "b", "c", "d", "f", MongoServers.isReplicaSet() ? "t.u" : "g"), values(2))
			.ofMaxSize(4)
			.map(RandomChanges::document);
		Arbitrary<BsonDocument> tame = Combinators
			.combine(Arbitraries.maps(Arbitraries.of("a", "b", "c", "f"), tame(2)).ofMaxSize(4),
					elements(1).injectNull(0.5))
			.as((fields, elements) -> {
				BsonDocument document = document(fields);
				return (elements != null) ? document.append("h", elements) : document;
			});
		Arbitrary<List<BsonDocument>> documents = Arbitraries.frequencyOf(
				Tuple.of(1, any.list().ofMaxSize(MAX_DOCUMENTS)),
				Tuple.of(3, tame.list().ofMinSize(2).ofMaxSize(MAX_DOCUMENTS)));
		return Combinators.combine(documents, ids()).as(RandomChanges::withIds);
	}

	// The in-memory server knows no other documents than those of the first types
	private static Arbitrary<List<BsonValue>> ids() {
		return Arbitraries.shuffle(List.of(IDS).subList(0, MongoServers.isReplicaSet() ? IDS.length : IN_MEMORY_IDS))
			.map((patterns) -> IntStream.range(0, MAX_DOCUMENTS)
				.mapToObj((number) -> value(patterns.get(number % patterns.size()).formatted(number)))
				.toList());
	}

	private static Arbitrary<BsonValue> tame(int depth) {
		Arbitrary<BsonValue> numbers = Arbitraries
			.of("1", "5", "0", "{$numberLong: '3'}", "'12'", "'0'", "2.0", "true", "null")
			.map(RandomChanges::value);
		if (depth == 0) {
			return numbers;
		}
		return Arbitraries.frequencyOf(Tuple.of(2, numbers),
				Tuple.of(1,
						Arbitraries.maps(Arbitraries.of("x", "y", "g"), tame(depth - 1))
							.ofMaxSize(2)
							.map(RandomChanges::document)));
	}

	// Documents for the most part, and what is no document
	private static Arbitrary<BsonValue> elements(int depth) {
		Arbitrary<BsonDocument> documents = Arbitraries.maps(Arbitraries.of("x", "y", "n"), tame(1))
			.ofMaxSize(2)
			.map(RandomChanges::document);
		Arbitrary<BsonDocument> nested = (depth == 0) ? documents : Combinators.combine(documents, elements(depth - 1))
			.as((document, elements) -> document.clone().append("g", elements));
		Arbitrary<BsonValue> others = Arbitraries.of("null", "1", "'12'", "[]", "[{x: 1}]", "[[1]]")
			.map(RandomChanges::value);
		return Arbitraries.frequencyOf(Tuple.of(4, documents), Tuple.of(2, nested), Tuple.of(1, others))
			.list()
			.ofMaxSize(3)
			.map(BsonArray::new);
	}

	private static List<BsonDocument> withIds(List<BsonDocument> documents, List<BsonValue> ids) {
		List<BsonDocument> withIds = new ArrayList<>();
		for (BsonDocument document : documents) {
			int number = withIds.size();
			BsonDocument withId = new BsonDocument("_id", ids.get(number));
			withId.putAll(document);
			withIds.add(withId);
		}
		return withIds;
	}

	static Arbitrary<Map<String, List<BsonDocument>>> collections() {
		return Combinators.combine(documents(), documents()).as((one, two) -> {
			Map<String, List<BsonDocument>> collections = new HashMap<>();
			collections.put("one", one);
			collections.put("two", two);
			return collections;
		});
	}

	/**
	 * Returns lists of changes that are correct by themselves.
	 */
	static Arbitrary<ChangeSet> changes() {
		return change().list()
			.ofMinSize(1)
			.ofMaxSize(5)
			.map((list) -> new ChangeSetReader(DefinitionProblems.aboutBean("random"))
				.read(new BsonDocument("changes", new BsonArray(list))))
			.filter((changes) -> changes.isPresent())
			.map((changes) -> changes.orElseThrow());
	}

	private static Arbitrary<BsonDocument> change() {
		Arbitrary<String> kinds = Arbitraries.of(KINDS)
			.filter((kind) -> MongoServers.isReplicaSet() || !NOT_IN_MEMORY.contains(kind));
		return Combinators
			.combine(kinds, Arbitraries.of(NAMES), Arbitraries.of(NAMES), Arbitraries.of(FIELDS),
					Arbitraries.of(FIELDS), values(1), Arbitraries.of(TYPES), Arbitraries.integers().between(0, 11))
			.as(RandomChanges::change);
	}

	private static BsonDocument change(String kind, String collection, String other, String field, String to,
			BsonValue value, String type, int number) {
		String on = "collection: '%s'".formatted(collection);
		String element = ELEMENT_FIELDS[number % ELEMENT_FIELDS.length];
		String elementField = ELEMENT_FIELDS[number % 6];
		String[] elements = ELEMENT_RENAMES[number % ELEMENT_RENAMES.length];
		return BsonDocument.parse(switch (kind) {
			case "renameField", "moveField", "copyField" ->
				"{%s: {%s, from: '%s', to: '%s'}}".formatted(kind, on, field, to);
			case "nest" -> "{nest: {%s, fields: ['%s', 'd'], into: '%s'}}".formatted(on, field, to);
			case "unnest" -> "{unnest: {%s, field: '%s'%s}}".formatted(on, (number % 2 == 0) ? "c" : field,
					List.of("", ", fields: ['x']", ", fields: ['x', 'y']").get(number % 3));
			case "copyDocuments",
					"moveDocuments" ->
				"{%s: {from: '%s', to: '%s', filter: %s%s%s}}".formatted(kind, collection, other,
						List.of("{}", "{a: {$exists: true}}").get(number % 2),
						List.of("", ", pipeline: [{$set: {e: '$a'}}, {$unset: 'd'}]",
								", pipeline: [{$replaceWith: {$mergeObjects: [{k: 1}, {_id: '$_id', a: '$a'}]}}]")
							.get(number % 3),
						(number < 6) ? "" : ", onConflict: 'keep'");
			case "extract" -> "{extract: {%s, field: '%s', into: '%s', reference: 'r'%s}}".formatted(on, field,
					collection.equals(other) ? "three" : other, (number % 2 == 0) ? "" : ", position: 'p'");
			case "embed" -> "{embed: {collection: '%s', into: '%s', field: '%s', reference: 'a'}}"
				.formatted(collection.equals(other) ? "three" : collection, other, to.split("\\.")[0]);
			case "addField" -> "{addField: {%s, field: '%s', value: %s}}".formatted(on, field, json(value));
			case "removeField" -> "{removeField: {%s, field: '%s'}}".formatted(on, field);
			case "convertField" -> "{convertField: {%s, field: '%s', to: '%s', onError: '%s'%s}}".formatted(on, field,
					type, List.of("fail", "keep", "unset", "unset").get(number % 4),
					type.equals("date") ? List.of("", ", unit: 's'", ", unit: 'ms'").get(number % 3) : "");
			case "renameElements" ->
				"{renameField: {%s, from: '%s', to: '%s'}}".formatted(on, elements[0], elements[1]);
			case "copyElements" -> "{copyField: {%s, from: '%s', to: '%s'}}".formatted(on, elements[0], elements[1]);
			case "addElements" -> "{addField: {%s, field: '%s', value: %s}}".formatted(on, elementField, json(value));
			case "removeElements" -> "{removeField: {%s, field: '%s'}}".formatted(on, elementField);
			case "convertElements" -> "{convertField: {%s, field: '%s', to: '%s', onError: '%s'}}".formatted(on,
					element, type, element.endsWith("]") ? "keep" : List.of("fail", "keep", "unset").get(number % 3));
			case "createCollection" -> "{createCollection: {%s%s}}".formatted(on, (number % 3 == 0)
					? ", validator: {'%s': {$exists: true}}, level: 'moderate', action: 'warn'".formatted(field) : "");
			case "createView" -> "{createView: {view: 'seen_%s', on: '%s', pipeline: [{$match: {'%s': %s}}]}}"
				.formatted((number % 2 == 0) ? "a" : "b", collection, field, number % 3);
			case "dropView" -> "{dropView: {view: 'seen_%s'}}".formatted((number % 2 == 0) ? "a" : "b");
			case "alterView" -> "{alterCollection: {collection: 'seen_a', %s}}".formatted(
					(number % 2 == 0) ? "on: '%s'".formatted(other) : "pipeline: [{$limit: %d}]".formatted(number));
			case "alterIndex" ->
				"{alterIndex: {%s, name: '%s_by_a', hidden: %s}}".formatted(on, collection, number % 3 > 0);
			case "textIndex" ->
				"{createIndex: {%s, name: '%s_text', keys: {'%s': 'text', u: 'text'}, weights: {u: %d}}}".formatted(on,
						collection, field, 1 + number % 3);
			case "dropCollection" -> "{dropCollection: {%s}}".formatted(on);
			case "renameCollection" -> "{renameCollection: {from: '%s', to: '%s'}}".formatted(collection, other);
			case "createIndex" -> "{createIndex: {%s, name: '%s_%s', keys: {'%s': 1}%s}}".formatted(on, collection,
					(number == 11) ? "by_a" : field, field,
					List.of("", ", unique: true", ", sparse: true").get(number % 3));
			case "dropIndex" ->
				"{dropIndex: {%s, name: '%s_%s'}}".formatted(on, collection, (number % 3 == 0) ? field : "by_a");
			case "setValidator" ->
				"{setValidator: {%s, validator: {'%s': {$exists: true}}, level: 'moderate', action: '%s'}}"
					.formatted(on, field, "warn");
			case "insert" -> "{insert: {%s, documents: [{_id: %d, a: %s}, {_id: 'new'}, {_id: 'id1', b: 1}]}}"
				.formatted(on, number * 4, json(value));
			case "update" -> "{update: {%s, filter: {a: {$exists: %s}}, up: {$set: {'t': %s}, $unset: {b: 1}}}}"
				.formatted(on, number % 2 == 0, json(value));
			case "updateAndBack" ->
				"{update: {%s, filter: {q: {$exists: false}}, up: {$set: {q: %s}}, down: {$unset: {q: 1}}, downFilter: {}}}"
					.formatted(on, json(value));
			case "elements" ->
				"{update: {%s, filter: {h: {$elemMatch: {$eq: 1}}}, up: {$set: {'h.$[e]': %s}}, arrayFilters: [{e: 1}]}}"
					.formatted(on, json(value));
			case "upsert" -> "{update: {%s, filter: {_id: %s}, up: {$set: {a: %s}, $unset: {b: 1}}, upsert: true}}"
				.formatted(on, (number % 2 == 0) ? number : "'id1'", json(value));
			case "pipeline" ->
				"{update: {%s, filter: {}, up: [{$set: {e: '$a', k: {$literal: %s}}}, {$unset: 'd'}], idempotent: true}}"
					.formatted(on, json(value));
			case "increment" ->
				"{update: {%s, filter: {a: {$type: 'int', $not: {$type: 'array'}}}, up: {$inc: {a: 1}}%s}}"
					.formatted(on, (number % 2 == 0) ? ", down: {$inc: {a: -1}}" : "");
			case "delete" -> "{delete: {%s, filter: {'%s': {$exists: true}}}}".formatted(on, field);
			case "mapValues" -> "{mapValues: {%s, field: '%s', values: %s, others: '%s'}}".formatted(on, field,
					MAPPINGS[number % MAPPINGS.length], (number % 5 == 0) ? "fail" : "keep");
			default -> "{command: {up: %s, down: %s}}".formatted(counting(number), counting(-number));
		});
	}

	private static String counting(int number) {
		return "{update: 'logs', updates: [{q: {_id: 'count'}, u: {$inc: {n: %d}}}]}".formatted(number);
	}

	private static String json(BsonValue value) {
		return Json.canonical(new BsonDocument("v", value)).replaceFirst("^\\{\"v\": ", "").replaceFirst("\\}$", "");
	}

}
