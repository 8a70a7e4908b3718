package io.gemforce.migrations.mongo.change.operation.collection;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.client.AggregateIterable;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;

import io.gemforce.migrations.mongo.change.catalog.Collations;
import io.gemforce.migrations.mongo.change.catalog.IndexKeys;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;

/**
 * Looks for documents that prevent a unique index.
 */
record Duplicates(String collection, BsonDocument index) {

	private static final int EXAMPLES = 10;

	private static final int DUPLICATE_KEY = 11000;

	private static final Pattern POSITION = Pattern.compile("(.*\\.)?[0-9]+(\\..*)?");

	void refuseIfAny(OperationContext step) {
		refuseIfAny(step, examples(step));
	}

	void refuseIfAny(OperationContext step, List<String> examples) {
		if (!examples.isEmpty()) {
			boolean more = examples.size() > EXAMPLES;
			throw step.refused("documents of '%s' have the same values: %s%s".formatted(this.collection,
					String.join("; ", examples.subList(0, Math.min(EXAMPLES, examples.size()))),
					more ? "; and more" : ""), "Change these documents first");
		}
	}

	// Builds the index, or waits for it; returns the values that prevent it
	List<String> build(OperationContext step) {
		try {
			step.catalog().createIndexes(this.collection, List.of(this.index));
			return List.of();
		}
		catch (MongoException ex) {
			if (ex.getCode() != DUPLICATE_KEY) {
				throw ex;
			}
			List<String> examples = examples(step);
			return examples.isEmpty() ? List.of(reported(ex)) : examples;
		}
	}

	private static String reported(MongoException ex) {
		BsonValue values = (ex instanceof MongoCommandException command) ? command.getResponse().get("keyValue") : null;
		return (values != null) ? BsonFormatter.show(values) : "the server does not tell which";
	}

	// Finds none if keys are not just values of fields: then only the server reports them
	List<String> examples(OperationContext step) {
		if (!this.index.getBoolean("unique", BsonBoolean.FALSE).getValue() || !isOfFields()) {
			return List.of();
		}
		AggregateIterable<BsonDocument> aggregation = step.collection(this.collection)
			.aggregate(pipeline())
			.allowDiskUse(true);
		if (this.index.isDocument("collation")) {
			aggregation = aggregation.collation(Collations.forDriver(this.index.getDocument("collation")));
		}
		List<String> examples = new ArrayList<>();
		for (BsonDocument group : aggregation) {
			examples.add("%s in %d documents".formatted(BsonFormatter.show(values(group.getDocument("_id"))),
					group.getNumber("count", new BsonInt64(0)).longValue()));
		}
		return examples;
	}

	boolean isOfFields() {
		return this.index.getDocument("key")
			.entrySet()
			.stream()
			.allMatch((entry) -> entry.getValue().isNumber() && !POSITION.matcher(entry.getKey()).matches()
					&& !entry.getKey().endsWith("$**"));
	}

	private List<String> fields() {
		return List.copyOf(this.index.getDocument("key").keySet());
	}

	BsonValue values(BsonDocument key) {
		BsonDocument values = new BsonDocument();
		List<String> fields = fields();
		for (int i = 0; i < fields.size(); i++) {
			values.append(fields.get(i), IndexKeys.value(key, i));
		}
		return values;
	}

	List<BsonDocument> pipeline() {
		boolean sparse = this.index.getBoolean("sparse", BsonBoolean.FALSE).getValue();
		return List.of(
				new BsonDocument("$match", this.index.getDocument("partialFilterExpression", new BsonDocument())),
				new BsonDocument("$project", new BsonDocument("k", new IndexKeys(fields(), sparse).expression())),
				new BsonDocument("$unwind", new BsonString("$k")),
				new BsonDocument("$group",
						new BsonDocument("_id", new BsonString("$k")).append("count",
								new BsonDocument("$sum", new BsonInt32(1)))),
				new BsonDocument("$match", new BsonDocument("count", new BsonDocument("$gt", new BsonInt32(1)))),
				new BsonDocument("$limit", new BsonInt32(EXAMPLES + 1)));
	}

}
