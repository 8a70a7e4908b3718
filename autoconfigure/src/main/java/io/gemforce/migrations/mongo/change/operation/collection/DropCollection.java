package io.gemforce.migrations.mongo.change.operation.collection;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.InsertOneModel;
import com.mongodb.client.model.WriteModel;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.PlanPhrases;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.Json;
import io.gemforce.migrations.mongo.change.document.WholeDocument;
import io.gemforce.migrations.mongo.change.operation.Batches;
import io.gemforce.migrations.mongo.change.preimage.Preimage;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Drops a collection once its documents, options and indexes are remembered.
 */
public record DropCollection(String collection) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "dropCollection";

	private static final Log logger = LogFactory.getLog(DropCollection.class);

	private static final String EXISTED = "existed";

	private static final String KEPT = "kept";

	private static final String UUID = "uuid";

	private static final String OPTIONS = "options";

	private static final String INDEXES = "indexes";

	private static final String RESTORING = "restoring";

	public static DropCollection of(Parameters parameters) {
		return new DropCollection(parameters.text("collection"));
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public String summary() {
		return "drop collection '%s'".formatted(this.collection);
	}

	@Override
	public List<String> collections() {
		return List.of(this.collection);
	}

	@Override
	public Reverse reverse() {
		return Reverse.remembered(
				"creates '%s' with its options and indexes, its documents from pre-images".formatted(this.collection));
	}

	@Override
	public boolean canBeInTransaction() {
		return false;
	}

	@Override
	public List<String> needs() {
		return PlanPhrases.privileges(
				"find, listIndexes, dropCollection, and for the undo createCollection, insert, createIndex, and "
						+ "bypassDocumentValidation if it has a validator",
				this.collection);
	}

	@Override
	public List<String> locks() {
		return PlanPhrases.exclusively(this.collection);
	}

	@Override
	public AffectedCount touches(DocumentCounter counter) {
		return counter.count(this.collection, Conditions.ANY);
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
		Optional<CollectionInfo> there = find(step);
		if (!step.isBegun()) {
			if (there.isPresent() && step.isRemembering()) {
				step.requireRoomFor(step.collection(this.collection).countDocuments());
			}
			step.begin(notes(step, there.orElse(null)));
		}
		if (there.isEmpty() || !step.isNoted(EXISTED)) {
			return;
		}
		boolean kept = step.isNoted(KEPT);
		if (kept && there.get().uuid() != null && !there.get().isSame(step.notes().get(UUID))) {
			logger.warn(
					("Collection '%s' was created again after this migration dropped it, and an interruption; it stays "
							+ "as it is")
						.formatted(this.collection));
			return;
		}
		if (step.isRemembering()) {
			keep(step, kept && there.get().uuid() == null);
		}
		step.catalog().drop(this.collection);
	}

	// An undo could not restore in which order, or in which buckets, documents are
	private Optional<CollectionInfo> find(OperationContext step) {
		Optional<CollectionInfo> there = step.catalog().find(this.collection);
		String peculiarity = there.map(CollectionInfo::peculiarity).orElse(null);
		if (peculiarity != null && (step.isRemembering() || there.get().isView())) {
			throw step.refused("'%s' is %s, which an undo could not restore".formatted(this.collection, peculiarity),
					there.get().isView() ? "Write dropView, whose undo can"
							: "Declare 'irreversible' with a reason, so that it is dropped for good");
		}
		return there;
	}

	private BsonDocument notes(OperationContext step, @Nullable CollectionInfo there) {
		BsonDocument notes = new BsonDocument(EXISTED, BsonBoolean.valueOf(there != null));
		if (there != null) {
			notes.append(OPTIONS, new BsonString(Json.canonical(there.options())))
				.append(INDEXES,
						new BsonArray(step.catalog()
							.indexes(this.collection)
							.stream()
							.map((index) -> new BsonString(Json.canonical(index)))
							.toList()));
			if (there.uuid() != null) {
				notes.append(UUID, there.uuid());
			}
		}
		return notes;
	}

	// What an interrupted attempt has kept is kept anew, as documents may have changed
	// since, unless this could be another collection of the same name
	private void keep(OperationContext step, boolean adding) throws Exception {
		if (adding) {
			step.unpack();
		}
		else {
			step.forget();
		}
		Batches.ofDocuments(step, this.collection, Conditions.ANY).look((documents) -> {
			List<Preimage> preimages = documents.stream().map(Preimage::whole).toList();
			if (adding) {
				step.preimages().keep(preimages, true);
			}
			else {
				step.preimages().pack(preimages);
			}
		});
		BsonDocument notes = step.notes().clone();
		step.note(notes.append(KEPT, BsonBoolean.TRUE));
	}

	@Override
	public void down(OperationContext step) throws Exception {
		if (!step.isNoted(EXISTED)) {
			return;
		}
		if (!step.isNoted(KEPT)) {
			// The collection was not dropped
			return;
		}
		Optional<CollectionInfo> there = step.find(this.collection);
		if (there.isPresent() && isTheOriginal(step, there.get())) {
			return;
		}
		if (there.isPresent() && !step.isNoted(RESTORING)) {
			step.conflict("'%s': the collection is there again, with %d documents, and is not restored"
				.formatted(this.collection, step.collection(this.collection).countDocuments()));
			return;
		}
		if (there.isEmpty()) {
			step.note(step.notes().clone().append(RESTORING, BsonBoolean.TRUE));
			step.catalog().create(this.collection, options(step));
		}
		step.preimages().forEach((preimages) -> step.inTransaction(() -> restore(step, preimages)));
		step.catalog()
			.createListedIndexes(this.collection, CollectionInfo.collation(options(step)),
					step.notes()
						.getArray(INDEXES)
						.stream()
						.map((index) -> Json.parse(index.asString().getValue()))
						.toList());
	}

	private static BsonDocument options(OperationContext step) {
		return Json.parse(step.notes().getString(OPTIONS).getValue());
	}

	private boolean isTheOriginal(OperationContext step, CollectionInfo there) throws Exception {
		if (there.uuid() != null || step.isNoted(RESTORING)) {
			return there.isSame(step.notes().get(UUID));
		}
		boolean[] same = { step.collection(this.collection).countDocuments() == step.preimages().count() };
		step.preimages().forEach((preimages) -> {
			Map<ExactValue, BsonDocument> current = read(step, preimages, List.of());
			preimages.forEach((preimage) -> same[0] &= ExactValue.same(preimage.whole(),
					current.get(new ExactValue(preimage.id()))));
		});
		return same[0];
	}

	private Map<ExactValue, BsonDocument> read(OperationContext step, List<Preimage> preimages, List<String> fields) {
		return ExactValue.index(
				Batches.read(step.collection(this.collection), preimages.stream().map(Preimage::id).toList(), fields),
				WholeDocument::id);
	}

	private void restore(OperationContext step, List<Preimage> preimages) {
		Map<ExactValue, BsonDocument> current = read(step, preimages, List.of("_id"));
		List<WriteModel<BsonDocument>> inserts = new ArrayList<>();
		for (Preimage preimage : preimages) {
			if (!current.containsKey(new ExactValue(preimage.id()))) {
				inserts.add(new InsertOneModel<>(preimage.whole()));
			}
		}
		if (!inserts.isEmpty()) {
			BulkWriteOptions options = new BulkWriteOptions().ordered(false);
			if (!options(step).getDocument("validator", new BsonDocument()).isEmpty()) {
				// Documents older than the validator may not pass it
				options.bypassDocumentValidation(true);
			}
			step.collection(this.collection).bulkWrite(inserts, options);
		}
	}

}
