package io.gemforce.migrations.mongo.change.catalog;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * Makes the expression that computes which keys a document has in an index, as MongoDB's
 * manual says: one for each element of an array, each once; a field that is missing is
 * there as {@code null}, unless the index is sparse and the document has none of its
 * fields; an empty array is a value of its own, and so is an array within an array.
 * <p>
 * Each key is a document <code>{k0: {v: 5}, k1: {v: null, e: true}}</code> with an entry
 * for each field of the index, where <code>e</code> tells an empty array.
 */
public final class IndexKeys {

	private static final String VALUE = "v";

	private static final String EMPTY = "e";

	private static final BsonArray NONE = new BsonArray();

	private final List<String> fields;

	private final boolean sparse;

	private int variables;

	public IndexKeys(List<String> fields, boolean sparse) {
		this.fields = fields;
		this.sparse = sparse;
	}

	public BsonDocument expression() {
		Map<Integer, List<String>> paths = new LinkedHashMap<>();
		for (int i = 0; i < this.fields.size(); i++) {
			paths.put(i, List.of(this.fields.get(i).split("\\.")));
		}
		BsonValue keys = keys(paths, "$");
		return operator("$setUnion", this.sparse ? complete(present(keys)) : keys, NONE);
	}

	public static BsonValue value(BsonDocument key, int field) {
		BsonDocument entry = key.getDocument(name(field));
		return entry.containsKey(EMPTY) ? NONE : entry.get(VALUE, BsonNull.VALUE);
	}

	private static String name(int field) {
		return "k" + field;
	}

	// The keys that the fields of one document, embedded or not, have together
	private BsonValue keys(Map<Integer, List<String>> paths, String document) {
		Map<String, Map<Integer, List<String>>> heads = new LinkedHashMap<>();
		paths.forEach((field, path) -> heads.computeIfAbsent(path.get(0), (head) -> new LinkedHashMap<>())
			.put(field, path.subList(1, path.size())));
		List<BsonValue> lists = new ArrayList<>();
		heads.forEach((head, rest) -> lists.add(keysOfField(rest, document + head)));
		return lists.stream().reduce(this::combined).orElse(NONE);
	}

	private BsonValue keysOfField(Map<Integer, List<String>> paths, String path) {
		String element = variable();
		BsonDocument ending = new BsonDocument();
		Map<Integer, List<String>> going = new LinkedHashMap<>();
		paths.forEach((field, rest) -> {
			if (rest.isEmpty()) {
				ending.append(name(field),
						this.sparse ? new BsonString("$$" + element) : completed("$$%s.".formatted(element)));
			}
			else {
				going.put(field, rest);
			}
		});
		BsonValue elements = elements(path);
		if (going.isEmpty()) {
			return map(elements, element, ending);
		}
		String value = "$$%s.%s".formatted(element, VALUE);
		BsonValue nested = operator("$cond", isArray(value), new BsonArray(List.of(missing(going))),
				keys(going, value + "."));
		return flat(
				map(elements, element, ending.isEmpty() ? nested : combined(new BsonArray(List.of(ending)), nested)));
	}

	// Within a document of its own, a missing value stays missing
	private BsonValue elements(String path) {
		BsonString field = new BsonString(path);
		String element = variable();
		BsonDocument ofArray = operator("$cond", operator("$eq", field, NONE),
				new BsonArray(List.of(new BsonDocument(EMPTY, BsonBoolean.TRUE))),
				map(field, element, new BsonDocument(VALUE, new BsonString("$$" + element))));
		return operator("$cond", isArray(path), ofArray, new BsonArray(List.of(new BsonDocument(VALUE, field))));
	}

	private BsonDocument missing(Map<Integer, List<String>> paths) {
		BsonDocument missing = new BsonDocument();
		BsonDocument entry = this.sparse ? new BsonDocument() : new BsonDocument(VALUE, BsonNull.VALUE);
		paths.keySet().forEach((field) -> missing.append(name(field), new BsonDocument("$literal", entry)));
		return missing;
	}

	private BsonValue present(BsonValue keys) {
		String key = variable();
		BsonArray anyThere = new BsonArray();
		for (int i = 0; i < this.fields.size(); i++) {
			anyThere.add(operator("$ne", new BsonString("$$%s.%s".formatted(key, name(i))),
					new BsonDocument("$literal", new BsonDocument())));
		}
		return new BsonDocument("$filter", new BsonDocument("input", keys).append("as", new BsonString(key))
			.append("cond", new BsonDocument("$or", anyThere)));
	}

	private BsonValue complete(BsonValue keys) {
		String key = variable();
		BsonDocument complete = new BsonDocument();
		for (int i = 0; i < this.fields.size(); i++) {
			complete.append(name(i), completed("$$%s.%s.".formatted(key, name(i))));
		}
		return map(keys, key, complete);
	}

	private static BsonDocument completed(String entry) {
		return new BsonDocument(VALUE, operator("$ifNull", new BsonString(entry + VALUE), BsonNull.VALUE)).append(EMPTY,
				new BsonString(entry + EMPTY));
	}

	// Only one of them can have several keys: the server refuses two arrays in a document
	private BsonValue combined(BsonValue keys, BsonValue others) {
		String key = variable();
		String other = variable();
		return flat(map(keys, key, map(others, other,
				operator("$mergeObjects", new BsonString("$$" + key), new BsonString("$$" + other)))));
	}

	private String variable() {
		return "x" + this.variables++;
	}

	private static BsonDocument isArray(String path) {
		return operator("$isArray", new BsonString(path));
	}

	private static BsonDocument map(BsonValue input, String variable, BsonValue result) {
		return new BsonDocument("$map",
				new BsonDocument("input", input).append("as", new BsonString(variable)).append("in", result));
	}

	private static BsonDocument flat(BsonValue lists) {
		return new BsonDocument("$reduce", new BsonDocument("input", lists).append("initialValue", NONE)
			.append("in", operator("$concatArrays", new BsonString("$$value"), new BsonString("$$this"))));
	}

	private static BsonDocument operator(String name, BsonValue... operands) {
		return new BsonDocument(name, new BsonArray(List.of(operands)));
	}

}
