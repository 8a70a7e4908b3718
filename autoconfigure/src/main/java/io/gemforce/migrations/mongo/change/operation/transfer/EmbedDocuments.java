package io.gemforce.migrations.mongo.change.operation.transfer;

import java.util.ArrayList;
import java.util.List;

import org.bson.BsonDocument;
import org.bson.BsonInt32;

import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.PlanPhrases;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.FieldPath;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Moves documents into an array of the documents that they refer to, in transactions.
 *
 * @param sort the order of the elements
 */
public record EmbedDocuments(String collection, String into, FieldPath field, String reference,
		BsonDocument sort) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "embed";

	private static final String BY_ID = "_id";

	public static EmbedDocuments of(Parameters parameters) {
		BsonDocument sort = new BsonDocument();
		BsonDocument declared = parameters.optionalDocument("sort");
		if (declared != null) {
			sort.putAll(declared);
		}
		sort.putIfAbsent(BY_ID, new BsonInt32(1));
		return new EmbedDocuments(parameters.text("collection"), parameters.text("into"), parameters.path("field"),
				parameters.text("reference"), sort);
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public String summary() {
		return "embed the documents of '%s' into '%s' of those of '%s' that they refer to by '%s'"
			.formatted(this.collection, this.field, this.into, this.reference);
	}

	@Override
	public List<String> collections() {
		return List.of(this.collection, this.into);
	}

	@Override
	public Reverse reverse() {
		return Reverse.remembered("moves the elements of '%s' of '%s' back to '%s' where they were not changed since"
			.formatted(this.field, this.into, this.collection));
	}

	@Override
	public List<String> needs() {
		List<String> needs = new ArrayList<>();
		needs.add("find, update on '%s'".formatted(this.into));
		needs.addAll(PlanPhrases.privileges("find, insert, remove, listIndexes, createCollection", this.collection));
		needs.add("transactions: a replica set or sharded cluster");
		return List.copyOf(needs);
	}

	@Override
	public List<String> locks() {
		return PlanPhrases.eachDocument(this.into);
	}

	@Override
	public void check(DefinitionCursor cursor) {
		if (this.collection.equals(this.into)) {
			cursor.to("into")
				.wrong("documents of '%s' cannot be embedded into each other".formatted(this.collection),
						"Write another collection");
		}
		ExtractElements.checkName("field", this.field.text(), cursor);
		ExtractElements.checkName("reference", this.reference, cursor);
	}

	@Override
	public AffectedCount touches(DocumentCounter counter) {
		return counter.count(this.collection, Conditions.ANY);
	}

	@Override
	public boolean keepsPreimages() {
		return true;
	}

	@Override
	public void up(OperationContext step) throws Exception {
		new Embedding(step, this).run();
	}

	@Override
	public void down(OperationContext step) throws Exception {
		new EmbeddingUndo(step, this).run();
	}

}
