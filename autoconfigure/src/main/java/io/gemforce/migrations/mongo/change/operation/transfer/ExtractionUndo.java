package io.gemforce.migrations.mongo.change.operation.transfer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.UpdateOneModel;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.ConditionalUpdates;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.WholeDocument;
import io.gemforce.migrations.mongo.change.operation.CreatedCollection;
import io.gemforce.migrations.mongo.change.operation.EnclosingDocuments;
import io.gemforce.migrations.mongo.change.preimage.Preimage;

/**
 * Restores arrays, and deletes the documents that their elements have become. Where one
 * of those was changed, all of them stay.
 */
record ExtractionUndo(OperationContext step, ExtractElements change) {

	void run() throws Exception {
		new ReturnInParts(this.step, this.change.collection(), this.change.collection(), this::restore).run();
		new CreatedCollection(this.change.into()).drop(this.step);
	}

	private boolean restore(List<Preimage> removed, ReturnInParts.Reader reader, List<String> conflicts) {
		MongoCollection<BsonDocument> parents = this.step.collection(this.change.collection());
		MongoCollection<BsonDocument> target = this.step.collection(this.change.into());
		ElementDocuments elements = new ElementDocuments(this.change.reference(), this.change.position());
		Map<ExactValue, BsonDocument> current = Transferred
			.byId(reader.read(parents, removed.stream().map(Preimage::id).toList(), this.change.field().top()));
		List<Return> returns = new ArrayList<>();
		removed.forEach((preimage) -> returns.add(new Return(preimage.id(), before(preimage),
				elements.of(preimage.id(), before(preimage).asArray()), current.get(new ExactValue(preimage.id())))));
		Map<ExactValue, BsonDocument> there = Transferred.byId(reader.read(target,
				returns.stream().flatMap((back) -> back.made().stream()).map(WholeDocument::id).toList()));
		List<UpdateOneModel<BsonDocument>> updates = new ArrayList<>();
		List<BsonDocument> deletes = new ArrayList<>();
		for (Return back : returns) {
			String conflict = conflict(back, there);
			if (conflict != null) {
				conflicts.add("'%s', document %s: %s".formatted(this.change.collection(), BsonFormatter.show(back.id()),
						conflict));
				continue;
			}
			if (value(back) == null) {
				updates.add(restoring(back));
			}
			back.made().stream().map((made) -> there.get(ExactValue.idOf(made))).forEach((found) -> {
				if (found != null) {
					deletes.add(found);
				}
			});
		}
		return ConditionalUpdates.write(parents, updates) && CopyUndo.delete(this.step, target, deletes);
	}

	private static BsonValue before(Preimage preimage) {
		BsonValue before = preimage.fields().get(0).before();
		if (before == null) {
			throw new IllegalStateException("A pre-image has no array");
		}
		return before;
	}

	private @Nullable BsonValue value(Return back) {
		return (back.document() != null) ? this.change.field().find(back.document()) : null;
	}

	// An undo, or an attempt, that was interrupted may have left the array and elements
	private @Nullable String conflict(Return back, Map<ExactValue, BsonDocument> there) {
		if (back.document() == null) {
			return "the document is gone";
		}
		BsonValue value = value(back);
		if (value != null && !ExactValue.same(value, back.before())) {
			return "'%s' is there again".formatted(this.change.field());
		}
		boolean asMade = back.made().stream().allMatch((made) -> {
			BsonDocument found = there.get(ExactValue.idOf(made));
			return (found != null) ? Transferred.same(found, made) : value != null;
		});
		if (!asMade) {
			return "'%s' is not restored, as its elements in '%s' have been changed since"
				.formatted(this.change.field(), this.change.into());
		}
		return hasPlace(back.document()) ? null : "there is no place for '%s' any more".formatted(this.change.field());
	}

	private boolean hasPlace(BsonDocument document) {
		return this.change.field().parents().stream().allMatch((parent) -> {
			BsonValue value = parent.find(document);
			return value == null || value.isDocument();
		});
	}

	private UpdateOneModel<BsonDocument> restoring(Return back) {
		return new UpdateOneModel<>(
				Conditions.all(Conditions.id(back.id()), Conditions.missing(this.change.field()),
						new EnclosingDocuments(this.change.field()).clear()),
				new BsonDocument("$set", new BsonDocument(this.change.field().text(), back.before())));
	}

	/**
	 * A document whose array was removed.
	 *
	 * @param before the array
	 * @param made what its elements have become
	 * @param document what is there now
	 */
	private record Return(BsonValue id, BsonValue before, List<BsonDocument> made, @Nullable BsonDocument document) {

	}

}
