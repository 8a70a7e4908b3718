package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.List;

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
import io.gemforce.migrations.mongo.change.document.FieldPath;
import io.gemforce.migrations.mongo.change.document.FieldValues;
import io.gemforce.migrations.mongo.change.document.WholeDocument;

/**
 * Other values for a field of the documents of a batch, each only where the field is as
 * it was read.
 */
final class Rewrites {

	private final OperationContext step;

	private final FieldPath field;

	private final ValuesById values;

	private final List<UpdateOneModel<BsonDocument>> updates = new ArrayList<>();

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
		BsonDocument filter = Conditions.all(Conditions.id(id),
				Conditions.unchanged(this.field, this.field.find(document)));
		BsonDocument set = (value != null) ? new BsonDocument(this.field.text(), value) : new BsonDocument();
		BsonDocument unset = (value != null) ? new BsonDocument()
				: new BsonDocument(this.field.text(), new BsonInt32(1));
		boolean pipeline = FieldValues.areCompound(set) && this.step.knowsPipelines();
		this.updates.add(pipeline ? new UpdateOneModel<>(filter, FieldValues.pipeline(set, unset), this.options)
				: new UpdateOneModel<>(filter, FieldValues.operators(set, unset), this.options));
	}

	// Returns whether all documents were as they had been read
	boolean write(String collection) {
		if (this.step.hasTransactions()) {
			// The transaction guarantees that they are as they were read
			this.values.write(this.step.collection(collection));
			return true;
		}
		// By the collection's own rules a change of the case might be none
		this.options.collation(this.step.find(collection).map(CollectionInfo::exactCollation).orElse(null));
		return ConditionalUpdates.write(this.step.collection(collection), this.updates);
	}

}
