package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.Collation;
import com.mongodb.client.model.DeleteOneModel;
import com.mongodb.client.model.DeleteOptions;
import com.mongodb.client.model.InsertManyOptions;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.PlanPhrases;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.DocumentCount;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.WholeDocument;
import io.gemforce.migrations.mongo.change.preimage.Preimage;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Deletes documents, in batches whose pre-images are written first. Each is deleted only
 * as it was read; the undo inserts it again where its {@code _id} is free.
 *
 * @param all the author's word that an empty filter is meant
 */
public record DeleteDocuments(String collection, BsonDocument filter, boolean all) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "delete";

	public static DeleteDocuments of(Parameters parameters) {
		return new DeleteDocuments(parameters.text("collection"), parameters.value("filter").asDocument(),
				parameters.flag("all"));
	}

	@Override
	public void check(DefinitionCursor cursor) {
		if (this.filter.isEmpty() && !this.all) {
			cursor.to("filter")
				.wrong("the filter is empty, which would delete all documents",
						"Write a filter, or add 'all: true' if all documents are meant");
		}
		else if (this.all && !this.filter.isEmpty()) {
			cursor.to("all")
				.wrongKey("'all' contradicts the filter, which selects some documents", "Remove one of both");
		}
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public String summary() {
		return this.all ? "delete all documents of '%s'".formatted(this.collection)
				: "delete documents of '%s' where %s".formatted(this.collection, BsonFormatter.show(this.filter));
	}

	@Override
	public List<String> collections() {
		return List.of(this.collection);
	}

	@Override
	public Reverse reverse() {
		return Reverse
			.remembered("inserts the deleted documents of '%s' again, from pre-images".formatted(this.collection));
	}

	@Override
	public List<String> needs() {
		return PlanPhrases.privileges(
				"find, remove, and for the undo insert, and bypassDocumentValidation if it has a validator",
				this.collection);
	}

	@Override
	public List<String> locks() {
		return PlanPhrases.eachDocument(this.collection);
	}

	@Override
	public AffectedCount touches(DocumentCounter counter) {
		return counter.count(this.collection, this.filter);
	}

	@Override
	public @Nullable AffectedCount preimages(DocumentCounter counter) {
		return touches(counter);
	}

	@Override
	public boolean keepsPreimages() {
		return true;
	}

	@Override
	public void up(OperationContext step) throws Exception {
		Optional<CollectionInfo> info = step.find(this.collection);
		if (info.isEmpty()) {
			step.begin(new BsonDocument());
			return;
		}
		boolean resumed = step.isBegun();
		if (!resumed) {
			if (step.isRemembering()) {
				step.requireRoomFor(new DocumentCount(step.database(), this.collection, this.filter).get());
				step.forget();
			}
			step.begin(new BsonDocument());
		}
		if (!step.isRemembering()) {
			step.collection(this.collection).deleteMany(this.filter);
			return;
		}
		if (resumed) {
			step.unpack();
		}
		Collation exact = info.get().exactCollation();
		Batches.ofDocuments(step, this.collection, this.filter)
			.forEach((documents, again) -> delete(step, documents, again || resumed, exact));
	}

	private boolean delete(OperationContext step, List<BsonDocument> documents, boolean again,
			@Nullable Collation exact) {
		List<BsonValue> ids = documents.stream().map(WholeDocument::id).toList();
		step.keep(documents.stream().map(Preimage::whole).toList(), again);
		MongoCollection<BsonDocument> collection = step.collection(this.collection);
		if (step.hasTransactions()) {
			// The transaction guarantees that they are as they were read
			return Batches.delete(step, collection, ids);
		}
		List<DeleteOneModel<BsonDocument>> deletes = documents.stream()
			.map((document) -> new DeleteOneModel<BsonDocument>(WholeDocument.unchanged(document),
					new DeleteOptions().collation(exact)))
			.toList();
		if (collection.bulkWrite(deletes, new BulkWriteOptions().ordered(false)).getDeletedCount() == deletes.size()) {
			return true;
		}
		// What has been changed may not be selected any more, and is not to be restored
		step.preimages().delete(Batches.read(collection, ids, List.of("_id")).stream().map(WholeDocument::id).toList());
		return false;
	}

	@Override
	public void down(OperationContext step) throws Exception {
		Optional<CollectionInfo> info = step.find(this.collection);
		if (info.isPresent()) {
			InsertManyOptions options = new InsertManyOptions().ordered(false);
			if (new Validators(info.get()).isRefusing()) {
				// Documents older than the validator may not pass it
				options.bypassDocumentValidation(true);
			}
			step.preimages().forEach((preimages) -> restore(step, preimages, options));
			return;
		}
		long kept = step.preimages().count();
		if (kept > 0) {
			step.conflict("'%s': the collection is gone, so %d document%s not restored".formatted(this.collection, kept,
					(kept == 1) ? " is" : "s are"));
		}
	}

	// Without a transaction, which one document that cannot be restored would abort
	private void restore(OperationContext step, List<Preimage> preimages, InsertManyOptions options) {
		Map<ExactValue, BsonDocument> current = ExactValue.index(Batches.read(step.collection(this.collection),
				preimages.stream().map(Preimage::id).toList(), List.of()), WholeDocument::id);
		List<BsonDocument> inserts = new ArrayList<>();
		for (Preimage preimage : preimages) {
			BsonDocument there = current.get(new ExactValue(preimage.id()));
			if (there == null) {
				inserts.add(preimage.whole());
			}
			else if (!ExactValue.same(there, preimage.whole())) {
				conflict(step, preimage.id(), "it is there again");
			}
		}
		if (inserts.isEmpty()) {
			return;
		}
		try {
			step.collection(this.collection).insertMany(inserts, options);
		}
		catch (MongoBulkWriteException ex) {
			conflicts(step, inserts, ex);
		}
	}

	private void conflicts(OperationContext step, List<BsonDocument> inserts, MongoBulkWriteException failure) {
		boolean duplicates = failure.getWriteConcernError() == null && failure.getWriteErrors()
			.stream()
			.allMatch((error) -> ErrorCategory.fromErrorCode(error.getCode()) == ErrorCategory.DUPLICATE_KEY);
		if (!duplicates) {
			throw failure;
		}
		List<BsonValue> ids = failure.getWriteErrors()
			.stream()
			.map((error) -> WholeDocument.id(inserts.get(error.getIndex())))
			.toList();
		Set<ExactValue> there = new HashSet<>();
		Batches.read(step.collection(this.collection), ids, List.of("_id"))
			.forEach((document) -> there.add(ExactValue.idOf(document)));
		for (BulkWriteError error : failure.getWriteErrors()) {
			BsonValue id = WholeDocument.id(inserts.get(error.getIndex()));
			conflict(step, id, there.contains(new ExactValue(id)) ? "it is there again"
					: "is not restored, as another document has the same values of a unique index");
		}
	}

	private void conflict(OperationContext step, BsonValue id, String what) {
		step.conflict("'%s', document %s: %s".formatted(this.collection, BsonFormatter.show(id), what));
	}

}
