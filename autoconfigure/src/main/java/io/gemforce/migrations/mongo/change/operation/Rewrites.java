package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.UpdateOptions;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.ConditionalUpdates;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.FieldPath;
import io.gemforce.migrations.mongo.change.document.FieldValues;
import io.gemforce.migrations.mongo.change.document.WholeDocument;
import io.gemforce.migrations.mongo.change.preimage.Preimage;

/**
 * Other values for a field of the documents of a batch, each only where the field is as
 * it was read.
 */
final class Rewrites {

	private final OperationContext step;

	private final FieldPath field;

	private final ValuesById values;

	private final List<UpdateOneModel<BsonDocument>> updates = new ArrayList<>();

	// Their pre-images are only kept if they are written
	private final Map<ExactValue, UpdateOneModel<BsonDocument>> ofArrays = new LinkedHashMap<>();

	private final UpdateOptions options = new UpdateOptions();

	Rewrites(OperationContext step, FieldPath field) {
		this.step = step;
		this.field = field;
		this.values = new ValuesById(field);
	}

	void add(BsonDocument document, @Nullable BsonValue value) {
		BsonValue id = WholeDocument.id(document);
		if (this.step.hasTransactions()) {
			this.values.add(id, value);
			return;
		}
		BsonValue before = this.field.find(document);
		BsonDocument filter = Conditions.all(Conditions.id(id), Conditions.unchanged(this.field, before));
		BsonDocument set = (value != null) ? new BsonDocument(this.field.text(), value) : new BsonDocument();
		BsonDocument unset = (value != null) ? new BsonDocument()
				: new BsonDocument(this.field.text(), new BsonInt32(1));
		boolean pipeline = FieldValues.areCompound(set) && this.step.knowsPipelines();
		UpdateOneModel<BsonDocument> update = pipeline
				? new UpdateOneModel<>(filter, FieldValues.pipeline(set, unset), this.options)
				: new UpdateOneModel<>(filter, FieldValues.operators(set, unset), this.options);
		if (before != null && before.isArray() && value != null) {
			this.ofArrays.put(new ExactValue(id), update);
		}
		else {
			this.updates.add(update);
		}
	}

	// Returns whether all documents were as they had been read
	boolean write(String collection, List<Preimage> kept) {
		if (this.step.hasTransactions()) {
			// The transaction guarantees that they are as they were read
			this.values.write(this.step.collection(collection));
			return true;
		}
		// By the collection's own rules a change of the case might be none
		this.options.collation(this.step.find(collection).map(CollectionInfo::exactCollation).orElse(null));
		if (kept.isEmpty()) {
			return ConditionalUpdates.write(this.step.collection(collection),
					Stream.concat(this.updates.stream(), this.ofArrays.values().stream()).toList());
		}
		boolean all = ConditionalUpdates.write(this.step.collection(collection), this.updates);
		Set<ExactValue> missed = ConditionalUpdates.writeEach(this.step.collection(collection), this.ofArrays);
		this.step.preimages().takeBack(kept, missed);
		return all && missed.isEmpty();
	}

}
