package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

import com.mongodb.MongoCommandException;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;

import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.WholeDocument;

/**
 * Finds, before the first write, documents that the change would make invalid.
 */
public record Validators(CollectionInfo collection) {

	private static final int EXAMPLES = 10;

	private BsonDocument validator() {
		return this.collection.options().getDocument("validator", new BsonDocument());
	}

	private String option(String name, String otherwise) {
		return this.collection.options().getString(name, new BsonString(otherwise)).getValue();
	}

	boolean isRefusing() {
		return !validator().isEmpty() && option("validationAction", "error").startsWith("error")
				&& !option("validationLevel", "strict").equals("off");
	}

	public void requirePass(OperationContext step, BsonDocument documents, List<BsonDocument> stages) {
		boolean moderate = option("validationLevel", "strict").equals("moderate");
		List<BsonDocument> before = moderate ? List.of(match(documents), match(validator()))
				: List.of(match(documents));
		requirePass(step, this.collection.name(), before, stages);
	}

	/**
	 * Documents of another collection are going to be inserted.
	 */
	public void requireInsertable(OperationContext step, String source, BsonDocument documents,
			List<BsonDocument> stages) {
		requirePass(step, source, List.of(match(documents)), stages);
	}

	private void requirePass(OperationContext step, String source, List<BsonDocument> before,
			List<BsonDocument> stages) {
		if (!isRefusing()) {
			return;
		}
		List<BsonDocument> pipeline = new ArrayList<>(before);
		pipeline.addAll(stages);
		pipeline.add(match(Conditions.not(validator())));
		Collections.addAll(pipeline, new BsonDocument("$limit", new BsonInt32(EXAMPLES)),
				new BsonDocument("$project", new BsonDocument("_id", new BsonInt32(1))));
		List<String> examples = examples(step, source, pipeline);
		if (!examples.isEmpty()) {
			throw step.refused(
					"the validator of '%s' would not let pass what it makes of documents, for example %s"
						.formatted(this.collection.name(), String.join(", ", examples)),
					"Set a validator first that lets the documents pass as they are and as they will be");
		}
	}

	private static BsonDocument match(BsonDocument filter) {
		return new BsonDocument("$match", filter);
	}

	private static List<String> examples(OperationContext step, String source, List<BsonDocument> pipeline) {
		List<String> examples = new ArrayList<>();
		try {
			step.collection(source)
				.aggregate(pipeline)
				.forEach((document) -> examples.add(BsonFormatter.show(WholeDocument.id(document))));
		}
		catch (MongoCommandException ex) {
			// The validator is not allowed in an aggregation: the write will report it
			return List.of();
		}
		return examples;
	}

}
