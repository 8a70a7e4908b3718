package io.gemforce.migrations.mongo.change.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;

import io.gemforce.migrations.mongo.change.catalog.Catalog;
import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.preimage.ApplyKey;
import io.gemforce.migrations.mongo.change.preimage.ChangeJournal;
import io.gemforce.migrations.mongo.change.preimage.Conflicts;
import io.gemforce.migrations.mongo.change.preimage.Preimage;
import io.gemforce.migrations.mongo.change.preimage.PreimageStore;

/**
 * What one change gets in order to be made, or undone, in one attempt.
 */
public final class OperationContext {

	private static final BsonDocument ID = new BsonDocument("_id", new BsonInt32(1));

	private static final int EXAMPLES = 10;

	private static final int MAX_PASSES = 50;

	private final ChangeContext context;

	private final ChangeJournal memory;

	private final ChangeOperation change;

	private final String definition;

	private final int index;

	private final int total;

	private final boolean remembering;

	private final Pipelines pipelines;

	private final Conflicts conflicts;

	private final PreimageStore preimages;

	private final boolean resumed;

	private BsonDocument notes;

	private boolean begun;

	/**
	 * Create a step.
	 * @param conflicts takes what an undo finds changed
	 */
	public OperationContext(ChangeContext context, ChangeJournal memory, ChangeOperation change, String definition, int index, int total,
			boolean remembering, boolean begun, BsonDocument notes, Pipelines pipelines, Conflicts conflicts) {
		this.context = context;
		this.memory = memory;
		this.change = change;
		this.definition = definition;
		this.index = index;
		this.total = total;
		this.remembering = remembering;
		this.preimages = this.memory.preimages(index);
		this.resumed = begun;
		this.begun = begun;
		this.notes = notes;
		this.pipelines = pipelines;
		this.conflicts = conflicts;
	}

	/**
	 * Return the number of the change in its migration.
	 */
	public int number() {
		return this.index + 1;
	}

	/**
	 * Whether the change's first write may have happened.
	 */
	public boolean isBegun() {
		return this.begun;
	}

	/**
	 * Whether an earlier attempt may have done a part of what is to be done.
	 */
	public boolean isResumed() {
		return this.resumed;
	}

	/**
	 * Return the name under which a collection is put aside for a moment.
	 */
	public String nameAside() {
		ApplyKey key = this.context.key();
		return "migration_aside_%s_%d_%d".formatted(key.version(), key.rank(), this.index);
	}

	/**
	 * Whether to remember what an undo needs.
	 */
	public boolean isRemembering() {
		return this.remembering;
	}

	public boolean knowsPipelines() {
		return this.pipelines.areKnown();
	}

	public boolean hasTransactions() {
		return this.context.hasTransactions();
	}

	public MongoDatabase database() {
		return this.context.database().withCodecRegistry(MongoClientSettings.getDefaultCodecRegistry());
	}

	public MongoCollection<BsonDocument> collection(String name) {
		return database().getCollection(name, BsonDocument.class);
	}

	public Catalog catalog() {
		return new Catalog(database());
	}

	/**
	 * Look for a collection that the change is about.
	 */
	public Optional<CollectionInfo> find(String name) {
		Optional<CollectionInfo> info = catalog().find(name);
		info.map(CollectionInfo::peculiarity).ifPresent((peculiarity) -> {
			throw refused("'%s' is %s, which declared changes do not touch".formatted(name, peculiarity),
					"Write a bean that implements MongoMigration for it");
		});
		return info;
	}

	/**
	 * Return what was noted when the change was begun.
	 */
	public BsonDocument notes() {
		return this.notes;
	}

	public boolean isNoted(String note) {
		BsonValue value = this.notes.get(note);
		return value != null && value.isBoolean() && value.asBoolean().getValue();
	}

	/**
	 * Forget what an attempt that did not begin the change may have remembered.
	 */
	public void forget() {
		preimages().deleteAll();
	}

	/**
	 * Note that the first write of the change is about to happen.
	 */
	public void begin(BsonDocument notes) {
		begin(notes, this.index);
	}

	/**
	 * Do all of the change in one transaction with the note that it is made, so that it
	 * is made once.
	 */
	public void onceInTransaction(BsonDocument notes, ChangeContext.Work work) throws Exception {
		this.context.inTransaction(() -> {
			begin(notes, this.index + 1);
			work.run();
		});
	}

	private void begin(BsonDocument notes, int done) {
		this.memory.begin(this.index, done, this.total, this.definition, this.remembering, notes);
		this.notes = notes;
		this.begun = true;
	}

	/**
	 * Note something more.
	 */
	public void note(BsonDocument notes) {
		this.memory.note(this.index, notes);
		this.notes = notes;
	}

	/**
	 * Note something more with what is noted next, of whatever change.
	 */
	public void noteLater(String name, BsonValue value) {
		this.memory.noteLater(this.index, name, value);
	}

	/**
	 * Return how many pre-images the change has kept.
	 */
	public long kept() {
		return (this.remembering && this.change.keepsPreimages()) ? this.preimages.kept(this.resumed) : 0;
	}

	/**
	 * Undo all of the change in one transaction with the note that it is undone, so that
	 * it is undone once.
	 */
	public void downOnceInTransaction(ChangeContext.Work work) throws Exception {
		this.context.inTransaction(() -> {
			this.memory.beginDown(this.index, this.index, this.conflicts);
			work.run();
		});
	}

	public PreimageStore preimages() {
		return this.preimages;
	}

	/**
	 * Keep the pre-images of a batch, which are only ever gone through from one end to
	 * the other. An attempt that resumes the change has to unpack them first.
	 */
	public void keep(List<Preimage> preimages, boolean again) {
		// Without a transaction a document that was changed in between is kept again
		if (again || !hasTransactions()) {
			this.preimages.keep(preimages, again);
		}
		else {
			this.preimages.pack(preimages);
		}
	}

	/**
	 * Unpack what an interrupted attempt has kept, so that it can be found and replaced.
	 */
	public void unpack() throws Exception {
		this.preimages.forEachPack((pack) -> inTransaction(() -> this.preimages.unpack(pack)));
	}

	public void inTransaction(ChangeContext.Work work) throws Exception {
		AtomicBoolean tried = new AtomicBoolean();
		this.context.inTransaction(() -> {
			if (tried.getAndSet(true)) {
				this.preimages.recount();
			}
			work.run();
		});
	}

	/**
	 * Undo a part of the change, in a transaction if there are some, and again as long as
	 * documents are changed by another client in between.
	 */
	public void untilDone(String collection, GuardedWork work) throws Exception {
		List<String> found = new ArrayList<>();
		AtomicBoolean done = new AtomicBoolean();
		for (int pass = 1; !done.get(); pass++) {
			if (pass > MAX_PASSES) {
				throw new IllegalStateException(
						"Documents of '%s' are changed by another client again and again".formatted(collection));
			}
			inTransaction(() -> {
				found.clear();
				done.set(work.run(found));
			});
		}
		found.forEach(this::conflict);
	}

	/**
	 * Refuse to keep more pre-images than are allowed.
	 * @param count how many would have to be kept
	 */
	public void requireRoomFor(long count) {
		if (count > this.context.preimageLimit()) {
			throw refused(
					("its undo would need %d pre-images, more than the %d that are allowed").formatted(count,
							this.context.preimageLimit()),
					"Raise gemforce.migrations.mongo.preimage-limit, or declare 'irreversible' with a reason so that "
							+ "no pre-images are kept");
		}
	}

	/**
	 * Refuse the change because of some documents.
	 * @param what what is the matter with them, in words that follow their number
	 */
	public void refuseIfAny(String collection, BsonDocument documents, String what, String action) {
		describe(collection, documents, what).ifPresent((matter) -> {
			throw refused(matter, action);
		});
	}

	private Optional<String> describe(String collection, BsonDocument documents, String what) {
		List<String> examples = examples(collection, documents, EXAMPLES);
		return examples.isEmpty() ? Optional.empty()
				: Optional.of("%d document(s) of '%s' %s, for example %s".formatted(
						collection(collection).countDocuments(documents), collection, what,
						String.join(", ", examples)));
	}

	/**
	 * Fail after the change was made in all other documents, if some have come to be in
	 * its way while it was made. They were left as they are, and the next attempt goes
	 * on.
	 * @param what what is the matter with them, in words that follow their number
	 */
	public void requireNoneLeft(String collection, BsonDocument documents, String what, String action) {
		describe(collection, documents, what).ifPresent((matter) -> {
			throw failed(matter + ". These are left as they are, in all others it is made", action);
		});
	}

	public ChangeRefusedException failed(String reason, String action) {
		return new ChangeRefusedException("Change %d (%s) is not finished: while it was made, %s"
			.formatted(this.index + 1, this.change.summary(), reason), action, false);
	}

	/**
	 * Name some documents.
	 */
	List<String> examples(String collection, BsonDocument documents, int limit) {
		return ids(collection, documents, limit).stream().map(BsonFormatter::show).toList();
	}

	/**
	 * Name some documents by their ids.
	 */
	public List<BsonValue> ids(String collection, BsonDocument documents, int limit) {
		List<BsonValue> ids = new ArrayList<>();
		for (BsonDocument document : collection(collection).find(documents).projection(ID).limit(limit)) {
			ids.add(document.get("_id"));
		}
		return ids;
	}

	public ChangeRefusedException refused(String reason, String action) {
		return new ChangeRefusedException(
				"Change %d (%s) is refused: %s. %s".formatted(this.index + 1, this.change.summary(), reason,
						this.resumed ? "An interrupted attempt has made a part of it, this one has written nothing"
								: "It has written nothing"),
				action, this.index == 0 && !this.resumed);
	}

	/**
	 * Add a conflict that an undo has met.
	 * @param example what is the matter, with the name of the collection
	 */
	public void conflict(String example) {
		this.conflicts.add(example);
	}

	/**
	 * Add a conflict for each of some documents.
	 */
	public void conflicts(String collection, BsonDocument documents, String what) {
		List<String> examples = examples(collection, documents, Conflicts.MAX_EXAMPLES);
		if (!examples.isEmpty()) {
			this.conflicts.add(collection(collection).countDocuments(documents),
					examples.stream().map((id) -> "'%s', document %s: %s".formatted(collection, id, what)).toList());
		}
	}

	/**
	 * Some work on documents that were read before.
	 */
	@FunctionalInterface
	public interface GuardedWork {

		/**
		 * Do the work.
		 * @param conflicts takes what was found changed
		 * @return whether all documents still were as they had been read
		 */
		boolean run(List<String> conflicts);

	}

}
