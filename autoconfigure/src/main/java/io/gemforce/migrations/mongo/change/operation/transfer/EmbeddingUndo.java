package io.gemforce.migrations.mongo.change.operation.transfer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.bson.BsonDocument;
import org.bson.BsonValue;

import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.WholeDocument;
import io.gemforce.migrations.mongo.change.operation.Batches;
import io.gemforce.migrations.mongo.change.preimage.Preimage;

/**
 * Makes documents of the elements again, and removes the arrays, where they are as they
 * were made.
 */
record EmbeddingUndo(OperationContext step, EmbedDocuments change) {

	void run() throws Exception {
		if (this.step.preimages().count() == 0) {
			return;
		}
		if (this.step.find(this.change.collection()).isEmpty()) {
			TransferTarget.create(this.step, this.change.collection(), new BsonDocument());
		}
		new ReturnInParts(this.step, this.change.into(), this.change.collection(), this::restore).run();
	}

	private boolean restore(List<Preimage> embedded, ReturnInParts.Reader reader, List<String> conflicts) {
		Map<ExactValue, BsonDocument> parents = Transferred.byId(reader.read(this.step.collection(this.change.into()),
				embedded.stream().map(Preimage::id).toList(), this.change.field().text()));
		Map<ExactValue, List<BsonDocument>> children = new LinkedHashMap<>();
		for (Preimage preimage : embedded) {
			BsonDocument parent = parents.get(new ExactValue(preimage.id()));
			BsonValue array = (parent != null) ? this.change.field().find(parent) : null;
			if (parent != null && array != null && preimage.isAsLeft(parent)) {
				children.put(new ExactValue(preimage.id()), children(preimage.id(), array));
			}
			else if (parent == null) {
				conflicts.add(conflict(preimage.id(), "the document is gone"));
			}
			else if (array != null || !this.step.isResumed()) {
				conflicts.add(conflict(preimage.id(), "'%s' has been changed since".formatted(this.change.field())));
			}
		}
		Set<ExactValue> there = there(children);
		children.entrySet().removeIf((parent) -> {
			boolean taken = parent.getValue().stream().map(ExactValue::idOf).anyMatch(there::contains);
			if (taken) {
				conflicts.add(conflict(parent.getKey().value(), "an element of '%s' is in '%s' again"
					.formatted(this.change.field(), this.change.collection())));
			}
			return taken;
		});
		if (!children.isEmpty()) {
			this.step.collection(this.change.collection())
				.insertMany(children.values().stream().flatMap(List::stream).toList());
			this.step.collection(this.change.into())
				.updateMany(Conditions.ids(ExactValue.values(children.keySet())), this.change.field().unset());
		}
		return true;
	}

	private String conflict(BsonValue id, String what) {
		return "'%s', document %s: %s".formatted(this.change.into(), BsonFormatter.show(id), what);
	}

	private Set<ExactValue> there(Map<ExactValue, List<BsonDocument>> children) {
		List<BsonValue> ids = children.values().stream().flatMap(List::stream).map(WholeDocument::id).toList();
		return Transferred.byId(Batches.read(this.step.collection(this.change.collection()), ids, List.of("_id")))
			.keySet();
	}

	private List<BsonDocument> children(BsonValue parent, BsonValue array) {
		List<BsonDocument> children = new ArrayList<>();
		for (BsonValue element : array.asArray()) {
			BsonDocument child = element.asDocument().clone();
			child.putIfAbsent(this.change.reference(), parent);
			children.add(child);
		}
		return children;
	}

}
