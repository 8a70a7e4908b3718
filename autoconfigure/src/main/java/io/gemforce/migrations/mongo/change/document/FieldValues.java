package io.gemforce.migrations.mongo.change.document;

import java.util.ArrayList;
import java.util.List;

import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;

/**
 * Updates that set and remove fields.
 */
public final class FieldValues {

	private FieldValues() {
	}

	/**
	 * Whether only a pipeline surely sets the values: there are servers whose
	 * {@code $set} writes nothing if two arrays or documents differ only in the types of
	 * their numbers.
	 */
	public static boolean areCompound(BsonDocument set) {
		return set.values().stream().anyMatch((value) -> value.isArray() || value.isDocument());
	}

	public static BsonDocument operators(BsonDocument set, BsonDocument unset) {
		BsonDocument operators = new BsonDocument();
		if (!set.isEmpty()) {
			operators.append("$set", set);
		}
		if (!unset.isEmpty()) {
			operators.append("$unset", unset);
		}
		return operators;
	}

	public static List<BsonDocument> pipeline(BsonDocument set, BsonDocument unset) {
		List<BsonDocument> stages = new ArrayList<>();
		if (!set.isEmpty()) {
			BsonDocument literals = new BsonDocument();
			set.forEach((field, value) -> literals.append(field, Expressions.literal(value)));
			stages.add(new BsonDocument("$set", literals));
		}
		if (!unset.isEmpty()) {
			stages
				.add(new BsonDocument("$unset", new BsonArray(unset.keySet().stream().map(BsonString::new).toList())));
		}
		return stages;
	}

}
