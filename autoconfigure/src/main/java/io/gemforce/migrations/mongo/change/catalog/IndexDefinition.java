package io.gemforce.migrations.mongo.change.catalog;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.document.Fingerprint;

/**
 * An index in a form in which a declared and a listed one can be compared: without the
 * name, and with the server's defaults.
 *
 * @param weights the weights of the fields of a text index, which the server lists apart
 * from the keys
 * @param options all other options that differ from the server's defaults
 */
public record IndexDefinition(Map<String, BsonValue> keys, Map<String, BsonValue> weights,
		Map<String, BsonValue> options, BsonValue partialFilter, BsonDocument collation) {

	private static final String COLLATION = "collation";

	private static final String WILDCARD_PROJECTION = "wildcardProjection";

	private static final BsonValue ONE = Fingerprint.comparable(new BsonInt32(1));

	// Handled apart from the options, or without effect
	private static final Set<String> LEFT_OUT = Set.of("key", "name", "ns", "v", "weights", "partialFilterExpression",
			COLLATION, "background", "textIndexVersion", "2dsphereIndexVersion", "storageEngine", WILDCARD_PROJECTION);

	// From MongoDB's manual on indexes
	private static final Map<String, BsonValue> DEFAULTS = Map.of("unique", BsonBoolean.FALSE, "sparse",
			BsonBoolean.FALSE, "hidden", BsonBoolean.FALSE, "default_language", new BsonString("english"),
			"language_override", new BsonString("language"), "bits", Fingerprint.comparable(new BsonInt32(26)), "min",
			Fingerprint.comparable(new BsonInt32(-180)), "max", Fingerprint.comparable(new BsonInt32(180)));

	/**
	 * Read an index as listed: without a collation, it compares bytes.
	 */
	public static IndexDefinition listed(BsonDocument index) {
		return of(index, null);
	}

	/**
	 * Read an index as declared: without a collation, it gets that of its collection.
	 */
	public static IndexDefinition declared(BsonDocument index, @Nullable BsonDocument defaultCollation) {
		return of(index, defaultCollation);
	}

	public static BsonDocument asListed(BsonDocument index, @Nullable BsonDocument defaultCollation) {
		return (defaultCollation == null || index.containsKey(COLLATION)) ? index
				: index.clone().append(COLLATION, new BsonDocument("locale", new BsonString("simple")));
	}

	private static IndexDefinition of(BsonDocument index, @Nullable BsonDocument defaultCollation) {
		Map<String, BsonValue> keys = new LinkedHashMap<>();
		Map<String, BsonValue> weights = new HashMap<>();
		index.getDocument("key").forEach((field, order) -> {
			if (order.equals(new BsonString("text"))) {
				if (!field.equals("_fts")) {
					weights.put(field, ONE);
				}
				keys.put("_fts", order);
				keys.put("_ftsx", ONE);
			}
			else {
				keys.put(field, Fingerprint.comparable(order));
			}
		});
		index.getDocument("weights", new BsonDocument())
			.forEach((field, weight) -> weights.put(field, Fingerprint.comparable(weight)));
		Map<String, BsonValue> options = new HashMap<>();
		index.forEach((name, value) -> {
			BsonValue comparable = Fingerprint.comparable(value);
			if (!LEFT_OUT.contains(name) && !comparable.equals(DEFAULTS.get(name))) {
				options.put(name, comparable);
			}
		});
		BsonDocument projection = projection("", index.getDocument(WILDCARD_PROJECTION, new BsonDocument()));
		if (!projection.isEmpty()) {
			options.put(WILDCARD_PROJECTION, projection);
		}
		return new IndexDefinition(keys, weights, options,
				Fingerprint.comparable(index.getDocument("partialFilterExpression", new BsonDocument())),
				Collations.complete(index.isDocument(COLLATION) ? index.getDocument(COLLATION) : defaultCollation));
	}

	// Without _id, which a wildcard leaves out unless it is asked for
	private static BsonDocument projection(String prefix, BsonDocument listed) {
		BsonDocument projection = new BsonDocument();
		listed.forEach((name, value) -> {
			String path = prefix + name;
			if (value.isDocument()) {
				projection.putAll(projection(path + ".", value.asDocument()));
			}
			else if (!path.equals("_id") || isTrue(value)) {
				projection.append(path, BsonBoolean.valueOf(isTrue(value)));
			}
		});
		return projection;
	}

	private static boolean isTrue(BsonValue value) {
		return value.isBoolean() ? value.asBoolean().getValue()
				: value.isNumber() && value.asNumber().doubleValue() != 0;
	}

	public boolean isText() {
		return this.keys.containsKey("_fts");
	}

	public boolean hasSameKeys(IndexDefinition other) {
		return this.keys.equals(other.keys) && List.copyOf(this.keys.keySet()).equals(List.copyOf(other.keys.keySet()))
				&& this.partialFilter.equals(other.partialFilter) && this.collation.equals(other.collation);
	}

	public boolean isSame(IndexDefinition other) {
		return hasSameKeys(other) && this.weights.equals(other.weights) && this.options.equals(other.options);
	}

}
