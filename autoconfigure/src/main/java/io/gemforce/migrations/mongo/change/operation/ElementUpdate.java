package io.gemforce.migrations.mongo.change.operation;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.FieldEdit;
import io.gemforce.migrations.mongo.change.document.FieldPath;
import io.gemforce.migrations.mongo.change.document.WholeDocument;
import io.gemforce.migrations.mongo.change.preimage.Preimage;

/**
 * Makes an edit in the documents of arrays, and undoes it. Where the edit itself does not
 * tell how an array was before, the array is remembered as a whole.
 */
record ElementUpdate(String collection, FieldEdit edit) {

	// By one command where the server has update pipelines, else in batches
	void make(OperationContext step, BsonDocument filter) throws Exception {
		if (step.knowsPipelines()) {
			step.collection(this.collection).updateMany(filter, List.of(this.edit.stage()));
			return;
		}
		FieldPath array = this.edit.place();
		Batches.ofFields(step, this.collection, filter, List.of(array.text())).forEach((documents, again) -> {
			Rewrites rewrites = new Rewrites(step, array);
			documents.forEach((document) -> rewrite(rewrites, document, this.edit.apply(document)));
			return rewrites.write(this.collection, List.of());
		});
	}

	private void rewrite(Rewrites rewrites, BsonDocument document, @Nullable BsonValue value) {
		if (!ExactValue.same(this.edit.place().find(document), value)) {
			rewrites.add(document, value);
		}
	}

	// Returns how many documents are remembered
	long remember(OperationContext step, BsonDocument filter) {
		long count = step.collection(this.collection).countDocuments(filter);
		step.requireRoomFor(count);
		step.forget();
		Batches.ofFields(step, this.collection, filter, List.of(this.edit.place().text()))
			.look((found) -> step.preimages().keep(found.stream().map(this::preimage).toList(), false));
		return count;
	}

	private Preimage preimage(BsonDocument document) {
		BsonValue before = this.edit.place().find(document);
		BsonValue after = this.edit.apply(document);
		return (before == null || ExactValue.same(before, after)) ? Preimage.seen(WholeDocument.id(document))
				: Preimage.ofField(WholeDocument.id(document), this.edit.place(), before, after);
	}

	/**
	 * Restore what is remembered, and change the elements of all other documents.
	 */
	void undo(OperationContext step, BsonDocument filter, UnaryOperator<BsonDocument> element) throws Exception {
		FieldPath array = this.edit.place();
		new PreimageRestorer(step, this.collection, List.of(array.top())).run();
		Batches.ofFields(step, this.collection, filter, List.of(array.text())).forEach((documents, again) -> {
			Map<ExactValue, Preimage> remembered = step.preimages()
				.find(documents.stream().map(WholeDocument::id).toList());
			Rewrites rewrites = new Rewrites(step, array);
			documents.stream()
				.filter((document) -> EnclosingDocuments.remembered(remembered, document) == null)
				.forEach((document) -> rewrite(rewrites, document, this.edit.scope().mapDocuments(document, element)));
			return rewrites.write(this.collection, List.of());
		});
	}

	// What is remembered is listed where it is restored
	static void listLeft(OperationContext step, String collection, BsonDocument filter, String what) {
		Batches.ofFields(step, collection, filter, List.of()).look((left) -> {
			Map<ExactValue, Preimage> remembered = step.preimages().find(left.stream().map(WholeDocument::id).toList());
			left.stream()
				.filter((document) -> !isSpared(EnclosingDocuments.remembered(remembered, document)))
				.map(WholeDocument::id)
				.forEach((id) -> step
					.conflict("'%s', document %s: %s".formatted(collection, BsonFormatter.show(id), what)));
		});
	}

	static boolean isSpared(@Nullable Preimage preimage) {
		return preimage != null && preimage.empty() == null;
	}

}
