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
 * The documents that enclose a nested field. A change that sets the field creates the
 * missing ones, and its undo removes those again that it leaves empty. So the rare
 * documents in which one of them existed and was empty are remembered.
 */
public record EnclosingDocuments(FieldPath path) {

	// Filters for documents in which the field cannot be reached
	List<BsonDocument> obstacles() {
		List<BsonDocument> obstacles = new ArrayList<>();
		for (FieldPath parent : this.path.parents()) {
			obstacles.add(Conditions.isArray(parent));
			obstacles.add(Conditions.isNoDocument(parent));
		}
		return obstacles;
	}

	// A filter for documents in which nothing blocks the path to the field
	public BsonDocument clear() {
		List<BsonDocument> obstacles = obstacles();
		return obstacles.isEmpty() ? Conditions.ANY : Conditions.not(Conditions.any(obstacles));
	}

	public void requireClear(OperationContext step, String collection, BsonDocument documents) {
		requireNoArrays(step, collection, documents);
		if (this.path.isNested()) {
			step.refuseIfAny(collection,
					Conditions.all(documents,
							Conditions.any(this.path.parents().stream().map(Conditions::isNoDocument).toList())),
					"have something else than a document on the way to '%s', so the field has no place there"
						.formatted(this.path),
					"Change these documents first, or choose another field");
		}
	}

	public void requireNoArrays(OperationContext step, String collection, BsonDocument documents) {
		if (this.path.isNested()) {
			step.refuseIfAny(collection,
					Conditions.all(documents,
							Conditions.any(this.path.parents().stream().map(Conditions::isArray).toList())),
					"have an array on the way to '%s', and MongoDB changes no fields through arrays".formatted(
							this.path),
					"Write an update with a pipeline, or a bean that implements MongoMigration");
		}
	}

	// Fails after all other documents are changed, if some paths are blocked by now
	static void requireNoneLeft(OperationContext step, String collection, BsonDocument documents,
			List<EnclosingDocuments> parents) {
		List<BsonDocument> obstacles = parents.stream().flatMap((way) -> way.obstacles().stream()).toList();
		if (!obstacles.isEmpty()) {
			step.requireNoneLeft(collection, Conditions.all(documents, Conditions.any(obstacles)),
					"have come to have something else than a document on the way to the field",
					"Change these documents");
		}
	}

	void remember(OperationContext step, String collection, BsonDocument documents) {
		if (!this.path.isNested() || !step.isRemembering()) {
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
		return Conditions.any(this.path.parents().stream().map(Conditions::isEmptyDocument).toList());
	}

	private @Nullable FieldPath emptyParent(BsonDocument document) {
		for (FieldPath parent : this.path.parents()) {
			BsonValue value = parent.find(document);
			if (value != null && value.isDocument() && value.asDocument().isEmpty()) {
				return parent;
			}
		}
		return null;
	}

	// The field, or the outermost parent that holds only it; the parents of kept stay
	FieldPath removable(BsonDocument document, @Nullable Preimage remembered, @Nullable FieldPath kept) {
		FieldPath removable = this.path;
		List<FieldPath> parents = this.path.parents();
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
