package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.WriteModel;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.ConditionalUpdates;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.FieldPath;
import io.gemforce.migrations.mongo.change.document.FieldValues;
import io.gemforce.migrations.mongo.change.document.WholeDocument;
import io.gemforce.migrations.mongo.change.preimage.Preimage;

/**
 * Restores fields from pre-images where they are still as the change has left them.
 */
final class PreimageRestorer {

	private final OperationContext step;

	private final String collection;

	private final Collection<String> fields;

	PreimageRestorer(OperationContext step, String collection, Collection<String> fields) {
		this.step = step;
		this.collection = collection;
		this.fields = fields;
	}

	void run() throws Exception {
		this.step.preimages().forEach(this::restore);
	}

	private void restore(List<Preimage> preimages) throws Exception {
		List<Preimage> open = preimages.stream().filter(Preimage::isComplete).toList();
		this.step.untilDone(this.collection, (conflicts) -> restore(open, conflicts));
	}

	private boolean restore(List<Preimage> preimages, List<String> conflicts) {
		Map<ExactValue, BsonDocument> current = ExactValue.index(Batches.read(this.step.collection(this.collection),
				preimages.stream().map(Preimage::id).toList(), this.fields), WholeDocument::id);
		List<WriteModel<BsonDocument>> writes = new ArrayList<>();
		for (Preimage preimage : preimages) {
			BsonDocument document = current.get(new ExactValue(preimage.id()));
			String conflict = conflict(preimage, document);
			if (conflict != null) {
				conflicts.add("'%s', document %s: %s".formatted(this.collection, BsonFormatter.show(preimage.id()),
						conflict));
			}
			else if (document != null && !preimage.isAsBefore(document)) {
				writes.add(restoring(preimage, document));
			}
		}
		return ConditionalUpdates.write(this.step.collection(this.collection), writes);
	}

	private static @Nullable String conflict(Preimage preimage, @Nullable BsonDocument document) {
		if (document == null) {
			return "the document is gone";
		}
		if (preimage.isAsLeft(document) || preimage.isAsBefore(document)) {
			return preimage.fields().stream().anyMatch((field) -> hasNoPlace(field, document))
					? "there is no place for '%s' any more".formatted(names(preimage)) : null;
		}
		boolean back = preimage.fields().stream().allMatch((field) -> field.in(document) != null);
		return (back && preimage.isRemoval()) ? "'%s' is there again".formatted(names(preimage))
				: "'%s' has been changed since".formatted(names(preimage));
	}

	private static String names(Preimage preimage) {
		return String.join("', '", preimage.fields().stream().map(Preimage.Field::name).toList());
	}

	private static boolean hasNoPlace(Preimage.Field field, BsonDocument document) {
		return !field.isAtTop() && new FieldPath(field.name()).parents().stream().anyMatch((parent) -> {
			BsonValue value = parent.find(document);
			return value != null && !value.isDocument();
		});
	}

	private WriteModel<BsonDocument> restoring(Preimage preimage, BsonDocument document) {
		BsonDocument set = new BsonDocument();
		BsonDocument unset = new BsonDocument();
		BsonDocument replacement = document.clone();
		List<BsonDocument> guards = new ArrayList<>();
		guards.add(Conditions.id(preimage.id()));
		boolean beyondOperators = false;
		for (Preimage.Field field : preimage.fields()) {
			BsonValue before = field.before();
			if (field.isBeyondOperators()) {
				beyondOperators = true;
			}
			else {
				FieldPath path = new FieldPath(field.name());
				guards.add(Conditions.unchanged(path, field.in(document)));
				guards.add(new EnclosingDocuments(path).clear());
			}
			if (before != null) {
				set.append(field.name(), before);
				replacement.put(field.name(), before);
			}
			else {
				unset.append(field.name(), new BsonInt32(1));
				replacement.remove(field.name());
			}
		}
		if (beyondOperators) {
			return new ReplaceOneModel<>(WholeDocument.unchanged(document), replacement);
		}
		BsonDocument filter = Conditions.all(guards.toArray(BsonDocument[]::new));
		boolean pipeline = FieldValues.areCompound(set) && this.step.knowsPipelines();
		return pipeline ? new UpdateOneModel<>(filter, FieldValues.pipeline(set, unset))
				: new UpdateOneModel<>(filter, FieldValues.operators(set, unset));
	}

}
