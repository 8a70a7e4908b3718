package io.gemforce.migrations.mongo.change;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * An index, in a form in which a declared one and one that the server lists can be
 * compared: without the name, and with what the server takes for what is not said.
 *
 * @param keys the fields and their order
 * @param textFields the fields of a text index, which the server lists elsewhere
 * @param flags the options that are true or false
 * @param expireAfter after how many seconds documents are deleted, {@code null} for never
 * @param partialFilter selects the documents that are indexed
 * @param collation the collation, completed
 */
record IndexDefinition(Map<String, BsonValue> keys, Set<String> textFields, Set<String> flags,
		@Nullable BsonValue expireAfter, BsonValue partialFilter, BsonDocument collation) {

	private static final Set<String> FLAGS = Set.of("unique", "sparse", "hidden");

	/**
	 * Read an index from the form that the server takes and lists.
	 * @param index the index
	 * @param defaultCollation the collation of its collection, {@code null} for none
	 * @return the definition
	 */
	static IndexDefinition of(BsonDocument index, @Nullable BsonDocument defaultCollation) {
		Map<String, BsonValue> keys = new LinkedHashMap<>();
		Set<String> textFields = new HashSet<>(index.getDocument("weights", new BsonDocument()).keySet());
		index.getDocument("key").forEach((field, order) -> {
			if (order.equals(new BsonString("text"))) {
				if (!field.equals("_fts")) {
					textFields.add(field);
				}
				keys.put("_fts", order);
				keys.put("_ftsx", Fingerprint.comparable(new BsonInt32(1)));
			}
			else {
				keys.put(field, Fingerprint.comparable(order));
			}
		});
		Set<String> flags = new HashSet<>();
		for (String flag : FLAGS) {
			if (index.get(flag) instanceof BsonBoolean value && value.getValue()) {
				flags.add(flag);
			}
		}
		BsonValue expireAfter = index.get("expireAfterSeconds");
		BsonDocument collation = index.isDocument("collation") ? index.getDocument("collation") : defaultCollation;
		return new IndexDefinition(keys, textFields, flags,
				(expireAfter != null) ? Fingerprint.comparable(expireAfter) : null,
				Fingerprint.comparable(index.getDocument("partialFilterExpression", new BsonDocument())),
				Collations.complete(collation));
	}

	/**
	 * Whether the server lets only one of two indexes be there.
	 * @param other the other index
	 * @return whether they index the same in the same order
	 */
	boolean hasSameKeys(IndexDefinition other) {
		return this.keys.equals(other.keys) && List.copyOf(this.keys.keySet()).equals(List.copyOf(other.keys.keySet()))
				&& this.partialFilter.equals(other.partialFilter) && this.collation.equals(other.collation);
	}

	boolean isSame(IndexDefinition other) {
		return hasSameKeys(other) && this.textFields.equals(other.textFields) && this.flags.equals(other.flags)
				&& Objects.equals(this.expireAfter, other.expireAfter);
	}

}
