package io.gemforce.migrations.mongo.change;

import java.util.ArrayList;
import java.util.List;

import com.mongodb.client.AggregateIterable;
import com.mongodb.client.model.Collation;
import com.mongodb.client.model.CollationAlternate;
import com.mongodb.client.model.CollationCaseFirst;
import com.mongodb.client.model.CollationMaxVariable;
import com.mongodb.client.model.CollationStrength;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * Looks for documents that a unique index could not be built over. A document has an
 * entry for each element of an array, and one of {@code null} for a field that it lacks.
 *
 * @param collection the collection
 * @param index the index in the form that the server takes
 */
record Duplicates(String collection, BsonDocument index) {

	private static final int EXAMPLES = 10;

	/**
	 * Refuse to build the index if there are duplicates.
	 * @param step the change
	 * @throws ChangeRefusedException if there are some
	 */
	void refuseIfAny(Step step) {
		List<String> examples = examples(step);
		if (!examples.isEmpty()) {
			boolean more = examples.size() > EXAMPLES;
			throw step.refused("documents of '%s' have the same values: %s%s".formatted(this.collection,
					String.join("; ", examples.subList(0, Math.min(EXAMPLES, examples.size()))),
					more ? "; and more" : ""), "Change these documents first");
		}
	}

	/**
	 * Find values that several documents have.
	 * @param step the change
	 * @return the values and the number of documents, one more than are shown at the most
	 */
	List<String> examples(Step step) {
		AggregateIterable<BsonDocument> aggregation = step.collection(this.collection)
			.aggregate(pipeline())
			.allowDiskUse(true);
		if (this.index.isDocument("collation")) {
			aggregation = aggregation.collation(collation(this.index.getDocument("collation")));
		}
		List<String> examples = new ArrayList<>();
		for (BsonDocument group : aggregation) {
			examples.add("%s in %d documents".formatted(BsonWords.show(values(group.getDocument("_id"))),
					group.getNumber("count", new BsonInt64(0)).longValue()));
		}
		return examples;
	}

	private List<String> fields() {
		return List.copyOf(this.index.getDocument("key").keySet());
	}

	private BsonValue values(BsonDocument group) {
		BsonDocument values = new BsonDocument();
		List<String> fields = fields();
		for (int i = 0; i < fields.size(); i++) {
			values.append(fields.get(i), group.get("k" + i, BsonNull.VALUE));
		}
		return values;
	}

	private List<BsonDocument> pipeline() {
		List<BsonDocument> stages = new ArrayList<>();
		BsonDocument match = this.index.getDocument("partialFilterExpression", new BsonDocument());
		if (this.index.containsKey("sparse")) {
			match = Conditions.all(match,
					Conditions.any(fields().stream().map(FieldPath::new).map(Conditions::exists).toList()));
		}
		stages.add(new BsonDocument("$match", match));
		BsonDocument entry = new BsonDocument();
		BsonDocument entryOfGroup = new BsonDocument();
		List<String> fields = fields();
		for (int i = 0; i < fields.size(); i++) {
			FieldPath path = new FieldPath(fields.get(i));
			List<FieldPath> steps = new ArrayList<>(path.parents());
			steps.add(path);
			steps.forEach((part) -> stages.add(unwind(part)));
			entry.append("k" + i,
					new BsonDocument("$ifNull", new BsonArray(List.of(new BsonString("$" + path), BsonNull.VALUE))));
			entryOfGroup.append("k" + i, new BsonString("$_id.k" + i));
		}
		BsonDocument one = new BsonDocument("$sum", new BsonInt32(1));
		stages.add(new BsonDocument("$group", new BsonDocument("_id", entry.append("d", new BsonString("$_id")))));
		stages.add(new BsonDocument("$group", new BsonDocument("_id", entryOfGroup).append("count", one)));
		stages.add(new BsonDocument("$match", new BsonDocument("count", new BsonDocument("$gt", new BsonInt32(1)))));
		stages.add(new BsonDocument("$limit", new BsonInt32(EXAMPLES + 1)));
		return stages;
	}

	private static BsonDocument unwind(FieldPath path) {
		return new BsonDocument("$unwind", new BsonDocument("path", new BsonString("$" + path))
			.append("preserveNullAndEmptyArrays", BsonBoolean.TRUE));
	}

	private static Collation collation(BsonDocument document) {
		BsonDocument complete = Collations.complete(document);
		Collation.Builder builder = Collation.builder().locale(document.getString("locale").getValue());
		if (!complete.isEmpty()) {
			builder.caseLevel(complete.getBoolean("caseLevel").getValue())
				.collationCaseFirst(CollationCaseFirst.fromString(complete.getString("caseFirst").getValue()))
				.collationStrength(CollationStrength.fromInt(complete.getNumber("strength").intValue()))
				.numericOrdering(complete.getBoolean("numericOrdering").getValue())
				.collationAlternate(CollationAlternate.fromString(complete.getString("alternate").getValue()))
				.collationMaxVariable(CollationMaxVariable.fromString(complete.getString("maxVariable").getValue()))
				.normalization(complete.getBoolean("normalization").getValue())
				.backwards(complete.getBoolean("backwards").getValue());
		}
		return builder.build();
	}

}
