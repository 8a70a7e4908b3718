package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import com.mongodb.client.model.UpdateOneModel;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.ConditionalUpdates;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.FieldPath;
import io.gemforce.migrations.mongo.change.document.WholeDocument;
import io.gemforce.migrations.mongo.change.preimage.Preimage;

/**
 * A field that a change sets where it is missing; the undo spares what had it before.
 */
record FieldAddition(String collection, FieldPath path) {

	private static final String NOTE = "spared";

	// Checks, remembers, and notes that the change begins
	void begin(OperationContext step, BsonDocument documents) throws Exception {
		new EnclosingDocuments(this.path).requireClear(step, this.collection, documents);
		if (step.isBegun()) {
			return;
		}
		BsonDocument notes = new BsonDocument();
		if (step.isRemembering()) {
			long spared = step.collection(this.collection).countDocuments(Conditions.exists(this.path));
			long empty = this.path.isNested() ? step.collection(this.collection)
				.countDocuments(Conditions.all(documents, new EnclosingDocuments(this.path).empty())) : 0;
			step.requireRoomFor(spared + empty);
			step.forget();
			Batches.ofFields(step, this.collection, Conditions.exists(this.path), List.of())
				.look((found) -> step.preimages()
					.keep(found.stream().map(WholeDocument::id).map(Preimage::seen).toList(), false));
			new EnclosingDocuments(this.path).remember(step, this.collection, documents);
			notes.append(NOTE, new BsonInt64(spared));
		}
		step.begin(notes);
	}

	// Removes the field where it is as the change has left it
	void remove(OperationContext step, List<String> needed, Function<BsonDocument, @Nullable BsonValue> expected)
			throws Exception {
		Batches.ofFields(step, this.collection, Conditions.exists(this.path), needed)
			.forEach((documents, again) -> removeFrom(documents, step, expected));
		String what = "'%s' stays, as it has been changed since".formatted(this.path);
		Batches.ofFields(step, this.collection, Conditions.exists(this.path), List.of()).look((left) -> {
			Map<ExactValue, Preimage> remembered = step.preimages().find(left.stream().map(WholeDocument::id).toList());
			left.stream()
				.filter((document) -> !isSpared(EnclosingDocuments.remembered(remembered, document)))
				.map(WholeDocument::id)
				.forEach((id) -> step
					.conflict("'%s', document %s: %s".formatted(this.collection, BsonFormatter.show(id), what)));
		});
	}

	private static boolean isSpared(@Nullable Preimage preimage) {
		return preimage != null && preimage.empty() == null;
	}

	private boolean removeFrom(List<BsonDocument> documents, OperationContext step,
			Function<BsonDocument, @Nullable BsonValue> expected) {
		Map<ExactValue, Preimage> remembered = step.preimages()
			.find(documents.stream().map(WholeDocument::id).toList());
		List<UpdateOneModel<BsonDocument>> updates = new ArrayList<>();
		for (BsonDocument document : documents) {
			Preimage preimage = EnclosingDocuments.remembered(remembered, document);
			BsonValue value = this.path.find(document);
			if (value == null || isSpared(preimage) || !ExactValue.same(value, expected.apply(document))) {
				continue;
			}
			FieldPath removable = new EnclosingDocuments(this.path).removable(document, preimage, null);
			updates.add(new UpdateOneModel<>(Conditions.all(Conditions.id(WholeDocument.id(document)),
					Conditions.unchanged(removable, removable.find(document))), removable.unset()));
		}
		return ConditionalUpdates.write(step.collection(this.collection), updates);
	}

}
