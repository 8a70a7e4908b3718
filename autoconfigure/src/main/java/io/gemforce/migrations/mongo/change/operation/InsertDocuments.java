package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.bulk.BulkWriteError;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.DeleteOneModel;
import com.mongodb.client.model.InsertManyOptions;
import org.bson.BsonDocument;

import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.PlanPhrases;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.document.BatchSize;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.Fingerprint;
import io.gemforce.migrations.mongo.change.document.WholeDocument;
import io.gemforce.migrations.mongo.change.preimage.Preimage;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Inserts documents that do not exist yet; the undo spares those that did.
 */
public record InsertDocuments(String collection, List<BsonDocument> documents) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "insert";

	private static final int EXAMPLES = 10;

	public static InsertDocuments of(Parameters parameters) {
		return new InsertDocuments(parameters.text("collection"), parameters.documents("documents"));
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public String summary() {
		return "insert %d document%s into '%s'".formatted(this.documents.size(),
				(this.documents.size() == 1) ? "" : "s", this.collection);
	}

	@Override
	public List<String> collections() {
		return List.of(this.collection);
	}

	@Override
	public Reverse reverse() {
		return Reverse.derived(
				"deletes the documents from '%s' that were inserted and not changed since".formatted(this.collection));
	}

	@Override
	public List<String> needs() {
		return PlanPhrases.privileges("find, insert, remove, createCollection, renameCollectionSameDB, dropCollection",
				this.collection);
	}

	@Override
	public List<String> locks() {
		return PlanPhrases.eachDocument(this.collection);
	}

	@Override
	public AffectedCount touches(DocumentCounter counter) {
		return counter.exactly(this.documents.size());
	}

	@Override
	public boolean keepsPreimages() {
		return true;
	}

	@Override
	public void up(OperationContext step) {
		boolean there = step.find(this.collection).isPresent();
		if (!step.isBegun()) {
			List<Preimage> existing = existing(step);
			if (step.isRemembering()) {
				step.requireRoomFor(existing.size());
				step.forget();
				for (List<Preimage> batch : split(existing)) {
					step.preimages().keep(batch, false);
				}
			}
			step.begin(CreatedCollection.note(there));
		}
		for (List<BsonDocument> batch : split(this.documents)) {
			Map<ExactValue, BsonDocument> current = read(step, batch);
			List<BsonDocument> missing = batch.stream()
				.filter((document) -> !current.containsKey(key(document)))
				.toList();
			if (!missing.isEmpty()) {
				insert(step, missing);
			}
		}
	}

	private void insert(OperationContext step, List<BsonDocument> missing) {
		try {
			step.collection(this.collection).insertMany(missing, new InsertManyOptions().ordered(false));
		}
		catch (MongoBulkWriteException ex) {
			requireSame(step, missing, ex);
		}
	}

	// Another client may have inserted documents of the same ids at the same time
	private void requireSame(OperationContext step, List<BsonDocument> missing, MongoBulkWriteException failure) {
		boolean duplicates = failure.getWriteConcernError() == null && failure.getWriteErrors()
			.stream()
			.allMatch((error) -> ErrorCategory.fromErrorCode(error.getCode()) == ErrorCategory.DUPLICATE_KEY);
		Map<ExactValue, BsonDocument> current = duplicates ? read(step, missing) : Map.of();
		List<Preimage> others = new ArrayList<>();
		for (BulkWriteError error : failure.getWriteErrors()) {
			BsonDocument document = missing.get(error.getIndex());
			BsonDocument found = current.get(key(document));
			if (found == null) {
				// Another unique index refused the documents
				throw failure;
			}
			if (!isSame(found, document)) {
				throw step.failed(
						"'%s' has come to have a document %s with other content".formatted(this.collection,
								BsonFormatter.show(WholeDocument.id(document))),
						"Remove this document, or change it by an update");
			}
			others.add(Preimage.seen(WholeDocument.id(document)));
		}
		if (step.isRemembering()) {
			step.preimages().keep(others, true);
		}
	}

	// The id as the server compares it
	private static ExactValue key(BsonDocument document) {
		return new ExactValue(Fingerprint.comparable(WholeDocument.id(document)));
	}

	private Map<ExactValue, BsonDocument> read(OperationContext step, List<BsonDocument> batch) {
		Map<ExactValue, BsonDocument> current = new HashMap<>();
		Batches.read(step.collection(this.collection), batch.stream().map(WholeDocument::id).toList(), List.of())
			.forEach((document) -> current.put(key(document), document));
		return current;
	}

	private static <T> List<List<T>> split(List<T> all) {
		List<List<T>> batches = new ArrayList<>();
		for (int from = 0; from < all.size(); from += BatchSize.MAX_DOCUMENTS) {
			batches.add(all.subList(from, Math.min(all.size(), from + BatchSize.MAX_DOCUMENTS)));
		}
		return batches;
	}

	private List<Preimage> existing(OperationContext step) {
		List<Preimage> existing = new ArrayList<>();
		List<String> different = new ArrayList<>();
		for (List<BsonDocument> batch : split(this.documents)) {
			Map<ExactValue, BsonDocument> current = read(step, batch);
			for (BsonDocument document : batch) {
				BsonDocument found = current.get(key(document));
				if (found != null && isSame(found, document)) {
					existing.add(Preimage.seen(WholeDocument.id(document)));
				}
				else if (found != null) {
					different.add(BsonFormatter.show(WholeDocument.id(document)));
				}
			}
		}
		if (!different.isEmpty()) {
			throw step.refused(
					"%d document%s of '%s' %s there with other content, for example %s".formatted(different.size(),
							(different.size() == 1) ? "" : "s", this.collection, (different.size() == 1) ? "is" : "are",
							String.join(", ", different.subList(0, Math.min(EXAMPLES, different.size())))),
					"Remove these documents first, or change them by an update");
		}
		return existing;
	}

	private static boolean isSame(BsonDocument one, BsonDocument other) {
		return Fingerprint.comparable(one).equals(Fingerprint.comparable(other));
	}

	@Override
	public void down(OperationContext step) throws Exception {
		if (step.find(this.collection).isPresent()) {
			for (List<BsonDocument> batch : split(this.documents)) {
				step.untilDone(this.collection, (conflicts) -> delete(step, batch, conflicts));
			}
		}
		new CreatedCollection(this.collection).drop(step);
	}

	private boolean delete(OperationContext step, List<BsonDocument> batch, List<String> conflicts) {
		Map<ExactValue, BsonDocument> current = read(step, batch);
		Map<ExactValue, Preimage> existing = step.preimages().find(batch.stream().map(WholeDocument::id).toList());
		List<DeleteOneModel<BsonDocument>> deletes = new ArrayList<>();
		for (BsonDocument document : batch) {
			BsonDocument found = current.get(key(document));
			if (found == null || existing.containsKey(ExactValue.idOf(document))) {
				continue;
			}
			if (isSame(found, document)) {
				deletes.add(new DeleteOneModel<>(WholeDocument.unchanged(found)));
			}
			else {
				conflicts.add("'%s', document %s: stays, as it has been changed since".formatted(this.collection,
						BsonFormatter.show(WholeDocument.id(document))));
			}
		}
		return deletes.isEmpty() || step.collection(this.collection)
			.bulkWrite(deletes, new BulkWriteOptions().ordered(false))
			.getDeletedCount() == deletes.size();
	}

}
