package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.UpdateOptions;
import com.mongodb.client.model.WriteModel;
import com.mongodb.client.result.UpdateResult;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.ConditionalUpdates;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.UpdateOperators;
import io.gemforce.migrations.mongo.change.document.WholeDocument;

/**
 * An update as the server, or without pipelines the client, executes it.
 *
 * @param update operators, or a pipeline
 */
record UpdateCommand(String collection, BsonDocument filter, BsonValue update, UpdateSettings settings) {

	UpdateCommand withoutUpsert() {
		return new UpdateCommand(this.collection, this.filter, this.update, this.settings.withoutUpsert());
	}

	UpdateResult run(OperationContext step) throws Exception {
		if (this.update.isDocument() || step.hasTransactions() || step.knowsPipelines()) {
			return runOn(step, this.filter, this.settings.forUpdate());
		}
		AtomicLong found = new AtomicLong();
		Batches.ofDocuments(step, this.collection, this.filter).with(this.settings).forEach((batch, again) -> {
			found.addAndGet(batch.size());
			return ConditionalUpdates.write(step.collection(this.collection),
					replacements(batch, computed(step, batch)));
		});
		return UpdateResult.acknowledged(found.get(), found.get(), null);
	}

	// Updates some of the documents that the filter selects
	void runOn(OperationContext step, List<BsonValue> ids) {
		runOn(step, Conditions.all(Conditions.ids(ids), this.filter),
				new UpdateSettings(this.settings.arrayFilters(), null, null, this.settings.let(), false).forUpdate());
	}

	private UpdateResult runOn(OperationContext step, BsonDocument documents, UpdateOptions options) {
		MongoCollection<BsonDocument> collection = step.collection(this.collection);
		return this.update.isDocument() ? collection.updateMany(documents, this.update.asDocument(), options)
				: collection.updateMany(documents, stages(), options);
	}

	private List<? extends Bson> stages() {
		return this.update.asArray().stream().map(BsonValue::asDocument).toList();
	}

	// Returns null if the document is not as it was read
	@Nullable BsonDocument runGuarded(OperationContext step, BsonDocument document) {
		MongoCollection<BsonDocument> collection = step.collection(this.collection);
		BsonDocument guard = Conditions.all(WholeDocument.unchanged(document), this.filter);
		FindOneAndUpdateOptions options = this.settings.forOne();
		return this.update.isDocument() ? collection.findOneAndUpdate(guard, this.update.asDocument(), options)
				: collection.findOneAndUpdate(guard, stages(), options);
	}

	// What a pipeline would make of documents, by an aggregation
	Map<ExactValue, BsonDocument> computed(OperationContext step, List<BsonDocument> documents) {
		List<BsonDocument> aggregation = new ArrayList<>();
		aggregation.add(new BsonDocument("$match", Conditions.ids(documents.stream().map(WholeDocument::id).toList())));
		aggregation.addAll(UpdateOperators.toAggregation(this.update.asArray()));
		return ExactValue.index(this.settings.aggregating(step.collection(this.collection).aggregate(aggregation))
			.into(new ArrayList<>()), WholeDocument::id);
	}

	static List<WriteModel<BsonDocument>> replacements(List<BsonDocument> documents,
			Map<ExactValue, BsonDocument> computed) {
		List<WriteModel<BsonDocument>> writes = new ArrayList<>();
		for (BsonDocument document : documents) {
			BsonDocument replacement = computed.get(ExactValue.idOf(document));
			if (replacement != null && !ExactValue.same(replacement, document)) {
				writes.add(new ReplaceOneModel<>(WholeDocument.unchanged(document), replacement));
			}
		}
		return writes;
	}

}
