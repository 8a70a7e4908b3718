package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import com.mongodb.client.model.UpdateOneModel;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.ConditionalUpdates;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.FieldEdit;
import io.gemforce.migrations.mongo.change.document.FieldPath;
import io.gemforce.migrations.mongo.change.document.WholeDocument;
import io.gemforce.migrations.mongo.change.preimage.Preimage;

/**
 * A field that a change sets where it is missing, in documents or in the documents of an
 * array; the undo spares what had it before.
 */
record FieldAddition(String collection, FieldPath path, FieldEdit edit) {

	private static final String NOTE = "spared";

	// Checks, remembers, and notes that the change begins
	void begin(OperationContext step, BsonDocument condition) throws Exception {
		new EnclosingDocuments(this.path).requireClear(step, this.collection, condition);
		if (step.isBegun()) {
			return;
		}
		BsonDocument notes = new BsonDocument();
		if (step.isRemembering()) {
			notes.append(NOTE, new BsonInt64(
					this.path.scope().isArray() ? rememberArrays(step, condition) : remember(step, condition)));
		}
		step.begin(notes);
	}

	private long remember(OperationContext step, BsonDocument documents) throws Exception {
		long spared = step.collection(this.collection).countDocuments(Conditions.exists(this.path));
		long empty = this.path.isNested() ? step.collection(this.collection)
			.countDocuments(Conditions.all(documents, new EnclosingDocuments(this.path).empty())) : 0;
		step.requireRoomFor(spared + empty);
		step.forget();
		Batches.ofFields(step, this.collection, Conditions.exists(this.path), List.of())
			.look((found) -> step.preimages()
				.keep(found.stream().map(WholeDocument::id).map(Preimage::seen).toList(), false));
		new EnclosingDocuments(this.path).remember(step, this.collection, documents);
		return spared;
	}

	// Which elements had the field, or an empty document on its way, cannot be told later
	private long rememberArrays(OperationContext step, BsonDocument condition) {
		FieldPath field = this.path.inner();
		List<BsonDocument> special = new ArrayList<>(List.of(Conditions.exists(field)));
		if (field.isNested()) {
			special.add(Conditions.all(condition, new EnclosingDocuments(this.path).empty()));
		}
		return new ElementUpdate(this.collection, this.edit).remember(step,
				this.path.scope().some(Conditions.any(special)));
	}

	// Removes the field where it is as the change has left it
	void remove(OperationContext step, List<String> needed, Function<BsonDocument, @Nullable BsonValue> expected)
			throws Exception {
		if (this.path.scope().isArray()) {
			new ElementUpdate(this.collection, this.edit).undo(step, Conditions.exists(this.path),
					(element) -> removable(element, null, expected).map((field) -> field.without(element))
						.orElse(element));
		}
		else {
			Batches.ofFields(step, this.collection, Conditions.exists(this.path), needed)
				.forEach((documents, again) -> removeFrom(documents, step, expected));
		}
		ElementUpdate.listLeft(step, this.collection, Conditions.exists(this.path),
				"'%s' stays, as it has been changed since".formatted(this.path));
	}

	private boolean removeFrom(List<BsonDocument> documents, OperationContext step,
			Function<BsonDocument, @Nullable BsonValue> expected) {
		Map<ExactValue, Preimage> remembered = step.preimages()
			.find(documents.stream().map(WholeDocument::id).toList());
		List<UpdateOneModel<BsonDocument>> updates = new ArrayList<>();
		for (BsonDocument document : documents) {
			Preimage preimage = EnclosingDocuments.remembered(remembered, document);
			if (!ElementUpdate.isSpared(preimage)) {
				removable(document, preimage, expected)
					.ifPresent(
							(field) -> updates.add(
									new UpdateOneModel<>(
											Conditions.all(Conditions.id(WholeDocument.id(document)),
													Conditions.unchanged(field, field.find(document))),
											field.unset())));
			}
		}
		return ConditionalUpdates.write(step.collection(this.collection), updates);
	}

	private Optional<FieldPath> removable(BsonDocument document, @Nullable Preimage preimage,
			Function<BsonDocument, @Nullable BsonValue> expected) {
		BsonValue value = this.path.inner().find(document);
		return (value != null && ExactValue.same(value, expected.apply(document)))
				? Optional.of(new EnclosingDocuments(this.path).removable(document, preimage, null)) : Optional.empty();
	}

}
