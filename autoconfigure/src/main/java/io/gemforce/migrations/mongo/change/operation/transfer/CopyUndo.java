package io.gemforce.migrations.mongo.change.operation.transfer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.DeleteOneModel;
import com.mongodb.client.model.DeleteOptions;
import org.bson.BsonDocument;

import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.WholeDocument;
import io.gemforce.migrations.mongo.change.operation.Batches;
import io.gemforce.migrations.mongo.change.operation.CreatedCollection;
import io.gemforce.migrations.mongo.change.preimage.Preimage;

/**
 * Deletes the copies that were not changed since.
 */
record CopyUndo(OperationContext step, String collection) {

	void run() throws Exception {
		if (this.step.find(this.collection).isPresent()) {
			new ReturnInParts(this.step, this.collection, this.collection, this::delete).run();
		}
		new CreatedCollection(this.collection).drop(this.step);
	}

	private boolean delete(List<Preimage> copies, ReturnInParts.Reader reader, List<String> conflicts) {
		MongoCollection<BsonDocument> collection = this.step.collection(this.collection);
		Map<ExactValue, BsonDocument> there = Transferred
			.byId(reader.read(collection, copies.stream().map(Preimage::id).toList()));
		List<BsonDocument> unchanged = new ArrayList<>();
		for (Preimage copy : copies) {
			BsonDocument found = there.get(new ExactValue(copy.id()));
			if (found != null && copy.isAsInserted(found)) {
				unchanged.add(found);
			}
			else if (found != null) {
				conflicts.add("'%s', document %s: stays, as it has been changed since".formatted(this.collection,
						BsonFormatter.show(copy.id())));
			}
		}
		return delete(this.step, collection, unchanged);
	}

	// Returns whether all of them were as they had been read
	static boolean delete(OperationContext step, MongoCollection<BsonDocument> collection,
			List<BsonDocument> documents) {
		if (documents.isEmpty()) {
			return true;
		}
		if (step.hasTransactions()) {
			// The transaction guarantees that they are as they were read
			return Batches.delete(step, collection, documents.stream().map(WholeDocument::id).toList());
		}
		DeleteOptions exact = new DeleteOptions().collation(TransferTarget.exactCollation(step, collection));
		return collection
			.bulkWrite(documents.stream()
				.map((document) -> new DeleteOneModel<BsonDocument>(WholeDocument.unchanged(document), exact))
				.toList(), new BulkWriteOptions().ordered(false))
			.getDeletedCount() == documents.size();
	}

}
