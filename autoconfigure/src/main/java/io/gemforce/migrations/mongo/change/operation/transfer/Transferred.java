package io.gemforce.migrations.mongo.change.operation.transfer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import com.mongodb.client.MongoCollection;
import org.bson.BsonDocument;
import org.bson.BsonValue;

import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.Fingerprint;
import io.gemforce.migrations.mongo.change.document.WholeDocument;
import io.gemforce.migrations.mongo.change.operation.Batches;

/**
 * What becomes of the documents of a batch.
 */
record Transferred(OperationContext step, TransferDefinition transfer) {

	// What the pipeline makes of documents, by their ids
	Map<ExactValue, BsonDocument> made(List<BsonDocument> documents) {
		if (this.transfer.pipeline() == null) {
			return byId(documents);
		}
		List<BsonDocument> stages = new ArrayList<>();
		stages.add(new BsonDocument("$match", Conditions.ids(documents.stream().map(WholeDocument::id).toList())));
		stages.addAll(this.transfer.stages());
		List<BsonDocument> made = this.step.collection(this.transfer.from()).aggregate(stages).into(new ArrayList<>());
		made.removeIf((document) -> !document.containsKey("_id"));
		return byId(made);
	}

	MongoCollection<BsonDocument> target() {
		return this.step.collection(this.transfer.to());
	}

	Map<ExactValue, BsonDocument> there(Collection<BsonValue> ids) {
		return byId(Batches.read(target(), ids, List.of()));
	}

	static Map<ExactValue, BsonDocument> byId(List<BsonDocument> documents) {
		return ExactValue.index(documents, WholeDocument::id);
	}

	// Up to the order of fields
	static boolean same(BsonDocument one, BsonDocument other) {
		return Fingerprint.of(List.of(one)).equals(Fingerprint.of(List.of(other)));
	}

}
