package io.gemforce.migrations.mongo.change.operation.transfer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.client.model.InsertManyOptions;
import org.bson.BsonDocument;
import org.bson.BsonValue;

import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.WholeDocument;
import io.gemforce.migrations.mongo.change.preimage.Preimage;

/**
 * Copies documents, each as it is at some moment.
 */
final class Copying implements BatchTransfer {

	private final OperationContext step;

	private final Transferred transferred;

	private final TransferConflicts conflicts;

	private final boolean keeping;

	Copying(OperationContext step, TransferDefinition transfer) {
		this.step = step;
		this.transferred = new Transferred(step, transfer);
		this.conflicts = new TransferConflicts(step, transfer);
		this.keeping = transfer.keeping();
	}

	@Override
	public boolean transfer(List<BsonDocument> documents, boolean again) {
		this.conflicts.begin(documents);
		Map<ExactValue, BsonDocument> made = this.transferred.made(documents);
		Map<ExactValue, BsonDocument> there = this.transferred
			.there(documents.stream().map(WholeDocument::id).toList());
		List<BsonDocument> inserts = new ArrayList<>();
		List<BsonDocument> others = new ArrayList<>();
		made.forEach((id, document) -> {
			BsonDocument found = there.get(id);
			if (found == null) {
				inserts.add(document);
			}
			else if (!Transferred.same(found, document)) {
				others.add(found);
			}
		});
		if (!others.isEmpty() && !this.keeping) {
			addConflicts(others, again);
		}
		return inserts.isEmpty() || insert(inserts, again);
	}

	// What was copied before may have been changed since
	private void addConflicts(List<BsonDocument> others, boolean again) {
		List<BsonValue> ids = others.stream().map(WholeDocument::id).toList();
		Map<ExactValue, Preimage> copied = again ? this.step.preimages().find(ids) : Map.of();
		ids.stream().filter((id) -> !copied.containsKey(new ExactValue(id))).forEach(this.conflicts::add);
	}

	private boolean insert(List<BsonDocument> documents, boolean again) {
		if (this.step.isRemembering()) {
			this.step.keep(documents.stream().map(Preimage::ofInserted).toList(), again);
		}
		try {
			this.transferred.target().insertMany(documents, new InsertManyOptions().ordered(false));
			return true;
		}
		catch (MongoBulkWriteException ex) {
			boolean taken = !this.step.hasTransactions() && ex.getWriteConcernError() == null
					&& ex.getWriteErrors()
						.stream()
						.allMatch((error) -> TransferTarget.isTaken(this.transferred.target(), error.getCode(),
								documents.get(error.getIndex())));
			if (!taken) {
				throw ex;
			}
			// Another client was faster: what it has inserted is not a copy
			this.step.preimages()
				.delete(ex.getWriteErrors()
					.stream()
					.map((error) -> WholeDocument.id(documents.get(error.getIndex())))
					.toList());
			return false;
		}
	}

	@Override
	public void requireNoConflicts() {
		this.conflicts.requireNone();
	}

}
