package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.FieldPath;
import io.gemforce.migrations.mongo.change.document.WholeDocument;
import io.gemforce.migrations.mongo.change.preimage.Preimage;

/**
 * The documents that enclose a nested field, in a document or in an element of an array.
 * A change that sets the field creates the missing ones, and its undo removes those again
 * that it leaves empty. So the rare documents in which one of them existed and was empty
 * are remembered.
 * <p>
 * Conditions that are taken or returned are those of what has the field: the document, or
 * the element.
 */
public record EnclosingDocuments(FieldPath path) {

	private FieldPath field() {
		return this.path.inner();
	}

	// Filters for documents in which the field cannot be reached
	List<BsonDocument> obstacles() {
		List<BsonDocument> obstacles = new ArrayList<>();
		for (FieldPath parent : field().parents()) {
			obstacles.add(Conditions.isArray(parent));
			obstacles.add(Conditions.isNoDocument(parent));
		}
		return obstacles;
	}

	// Nothing blocks the path to the field
	public BsonDocument clear() {
		List<BsonDocument> obstacles = obstacles();
		return obstacles.isEmpty() ? Conditions.ANY : Conditions.not(Conditions.any(obstacles));
	}

	// A filter for documents that have, or have an element that has, what is to be
	// changed
	BsonDocument having(BsonDocument condition) {
		BsonDocument some = this.path.scope().some(condition);
		List<BsonDocument> outside = this.path.scope().obstacles(field());
		return outside.isEmpty() ? some : Conditions.all(some, Conditions.not(Conditions.any(outside)));
	}

	public void requireClear(OperationContext step, String collection, BsonDocument condition) {
		requireNoArrays(step, collection, condition);
		if (field().isNested()) {
			step.refuseIfAny(collection,
					blocked(condition, field().parents().stream().map(Conditions::isNoDocument).toList()),
					"have something else than a document on the way to '%s', so the field has no place there"
						.formatted(this.path),
					"Change these documents first, or choose another field");
		}
	}

	private BsonDocument blocked(BsonDocument condition, List<BsonDocument> obstacles) {
		return this.path.scope().some(Conditions.all(condition, Conditions.any(obstacles)));
	}

	public void requireNoArrays(OperationContext step, String collection, BsonDocument condition) {
		List<BsonDocument> outside = this.path.scope().obstacles(field());
		if (!outside.isEmpty()) {
			step.refuseIfAny(collection, Conditions.any(outside),
					"have an array on the way to '%s' that the path does not show, or a document where it shows an array"
						.formatted(this.path),
					"Write '[]' after the name of each array that is in all of these documents, or change them first");
		}
		if (field().isNested()) {
			step.refuseIfAny(collection,
					blocked(condition, field().parents().stream().map(Conditions::isArray).toList()),
					"have an array on the way to '%s', which leads through no array".formatted(this.path),
					("Write '[]' after the name of the array if the documents in it are meant, for example '%s'; or an "
							+ "update with a pipeline, or a bean that implements MongoMigration")
						.formatted(throughArray()));
		}
	}

	private String throughArray() {
		String outside = this.path.text().substring(0, this.path.text().length() - field().text().length());
		String top = field().top();
		return outside + top + "[]" + field().text().substring(top.length());
	}

	// Fails after all other documents are changed, if some paths are blocked by now
	static void requireNoneLeft(OperationContext step, String collection, BsonDocument condition,
			List<EnclosingDocuments> parents) {
		List<BsonDocument> obstacles = new ArrayList<>();
		for (EnclosingDocuments way : parents) {
			if (way.field().isNested()) {
				obstacles.add(way.blocked(condition, way.obstacles()));
			}
			obstacles.addAll(way.path.scope().obstacles(way.field()));
		}
		if (!obstacles.isEmpty()) {
			step.requireNoneLeft(collection, Conditions.any(obstacles),
					"have come to have something else than a document on the way to the field",
					"Change these documents");
		}
	}

	void remember(OperationContext step, String collection, BsonDocument documents) {
		if (!field().isNested() || !step.isRemembering()) {
			return;
		}
		BsonDocument withEmpty = Conditions.all(documents, empty());
		Batches.ofFields(step, collection, withEmpty, List.of(this.path.top())).look((found) -> {
			List<Preimage> preimages = new ArrayList<>();
			for (BsonDocument document : found) {
				FieldPath empty = emptyParent(document);
				if (empty != null) {
					preimages.add(Preimage.withEmpty(WholeDocument.id(document), empty));
				}
			}
			step.preimages().keep(preimages, false);
		});
	}

	BsonDocument empty() {
		return Conditions.any(field().parents().stream().map(Conditions::isEmptyDocument).toList());
	}

	private @Nullable FieldPath emptyParent(BsonDocument document) {
		for (FieldPath parent : field().parents()) {
			BsonValue value = parent.find(document);
			if (value != null && value.isDocument() && value.asDocument().isEmpty()) {
				return parent;
			}
		}
		return null;
	}

	// The field, or the outermost parent that holds only it; the parents of kept stay
	FieldPath removable(BsonDocument document, @Nullable Preimage remembered, @Nullable FieldPath kept) {
		FieldPath removable = field();
		List<FieldPath> parents = field().parents();
		for (int i = parents.size() - 1; i >= 0; i--) {
			FieldPath parent = parents.get(i);
			BsonValue value = parent.find(document);
			boolean wasEmpty = remembered != null && parent.equals(remembered.empty());
			boolean onlyThis = value != null && value.isDocument() && value.asDocument().size() == 1;
			if (wasEmpty || !onlyThis || (kept != null && kept.isWithin(parent))) {
				break;
			}
			removable = parent;
		}
		return removable;
	}

	static @Nullable Preimage remembered(Map<ExactValue, Preimage> preimages, BsonDocument document) {
		return preimages.get(ExactValue.idOf(document));
	}

}
