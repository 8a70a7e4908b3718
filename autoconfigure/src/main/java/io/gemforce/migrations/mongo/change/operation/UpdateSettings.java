package io.gemforce.migrations.mongo.change.operation;

import java.util.List;

import com.mongodb.client.AggregateIterable;
import com.mongodb.client.FindIterable;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.UpdateOptions;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.catalog.Collations;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.document.ArrayFilters;

/**
 * What an update command may have besides its filter and its operators.
 *
 * @param hint the name of an index, or its keys
 * @param let values of variables for expressions
 */
record UpdateSettings(List<BsonDocument> arrayFilters, @Nullable BsonDocument collation, @Nullable BsonValue hint,
		@Nullable BsonDocument let, boolean upsert) {

	static final UpdateSettings NONE = new UpdateSettings(List.of(), null, null, null, false);

	static UpdateSettings of(Parameters parameters) {
		return new UpdateSettings(parameters.has("arrayFilters") ? parameters.documents("arrayFilters") : List.of(),
				parameters.optionalDocument("collation"), parameters.optionalValue("hint"),
				parameters.optionalDocument("let"), parameters.flag("upsert"));
	}

	// The hint is for another filter, and nothing is inserted
	UpdateSettings forUndo(BsonValue down, @Nullable List<BsonDocument> own) {
		return new UpdateSettings((own != null) ? own : ArrayFilters.of(down, this.arrayFilters), this.collation, null,
				this.let, false);
	}

	UpdateSettings withoutUpsert() {
		return new UpdateSettings(this.arrayFilters, this.collation, this.hint, this.let, false);
	}

	// Whether more than the filter decides which documents are selected
	boolean isSelecting() {
		return this.collation != null || this.let != null;
	}

	UpdateOptions forUpdate() {
		UpdateOptions options = new UpdateOptions().let(this.let).upsert(this.upsert);
		if (!this.arrayFilters.isEmpty()) {
			options.arrayFilters(this.arrayFilters);
		}
		if (this.collation != null) {
			options.collation(Collations.forDriver(this.collation));
		}
		if (this.hint != null) {
			options = this.hint.isString() ? options.hintString(this.hint.asString().getValue())
					: options.hint(this.hint.asDocument());
		}
		return options;
	}

	// Of one document by its id, which needs no hint
	FindOneAndUpdateOptions forOne() {
		FindOneAndUpdateOptions options = new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER)
			.let(this.let);
		return this.arrayFilters.isEmpty() ? options : options.arrayFilters(this.arrayFilters);
	}

	FindIterable<BsonDocument> selecting(FindIterable<BsonDocument> find) {
		FindIterable<BsonDocument> selecting = byId(find);
		if (this.hint != null) {
			selecting = this.hint.isString() ? selecting.hintString(this.hint.asString().getValue())
					: selecting.hint(this.hint.asDocument());
		}
		return selecting;
	}

	FindIterable<BsonDocument> byId(FindIterable<BsonDocument> find) {
		return (this.let != null) ? find.let(this.let) : find;
	}

	AggregateIterable<BsonDocument> aggregating(AggregateIterable<BsonDocument> aggregation) {
		AggregateIterable<BsonDocument> aggregating = (this.let != null) ? aggregation.let(this.let) : aggregation;
		return (this.collation != null) ? aggregating.collation(Collations.forDriver(this.collation)) : aggregating;
	}

}
