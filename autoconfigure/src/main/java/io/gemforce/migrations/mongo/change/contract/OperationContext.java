package io.gemforce.migrations.mongo.change.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

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

	private static final long LARGEST_PREIMAGE = 16 * 1024 * 1024 - 1024;

	private final ChangeContext context;

	private final ChangeJournal journal;

	private final PlacedChange change;

	private final Pipelines pipelines;

	private final Conflicts conflicts;

	private final PreimageStore preimages;

	private final boolean resumed;

	private BsonDocument notes;

	private boolean begun;

	private boolean forgotten;

	public OperationContext(ChangeContext context, ChangeJournal journal, PlacedChange change, boolean begun,
			BsonDocument notes, Pipelines pipelines, Conflicts conflicts) {
		this.context = context;
		this.journal = journal;
		this.change = change;
		this.preimages = this.journal.preimages(change.index());
		this.resumed = begun;
		this.begun = begun;
		this.notes = notes;
		this.pipelines = pipelines;
		this.conflicts = conflicts;
	}

	public int number() {
		return this.change.index() + 1;
	}

	/**
	 * Whether the change's first write may have happened.
	 */
	public boolean isBegun() {
		return this.begun;
	}

	/**
	 * Whether an earlier attempt may have done a part of the work.
	 */
	public boolean isResumed() {
		return this.resumed;
	}

	/**
	 * The name under which a collection is put aside for a moment.
	 */
	public String nameAside() {
		ApplyKey key = this.context.key();
		return "migration_aside_%s_%d_%d".formatted(key.version(), key.rank(), this.change.index());
	}

	public boolean isRemembering() {
		return this.change.remembering();
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

	/**
	 * The server's own database, to which its administration belongs.
	 */
	public MongoDatabase adminDatabase() {
		return this.context.adminDatabase();
	}

	public MongoCollection<BsonDocument> collection(String name) {
		return database().getCollection(name, BsonDocument.class);
	}

	public Catalog catalog() {
		return new Catalog(database());
	}

	/**
	 * Find an ordinary collection.
	 */
	public Optional<CollectionInfo> find(String name) {
		return find(name, (info) -> false);
	}

	/**
	 * Find a collection that is an ordinary one, or capped, or a time series.
	 */
	public Optional<CollectionInfo> findUnlessView(String name) {
		return find(name, (info) -> !info.isView());
	}

	private Optional<CollectionInfo> find(String name, Predicate<CollectionInfo> allowed) {
		Optional<CollectionInfo> info = catalog().find(name);
		info.filter(allowed.negate()).map(CollectionInfo::peculiarity).ifPresent((peculiarity) -> {
			throw refused("'%s' is %s, which declared changes do not touch".formatted(name, peculiarity),
					"Write a bean that implements MongoMigration for it");
		});
		return info;
	}

	public BsonDocument notes() {
		return this.notes;
	}

	public boolean isNoted(String note) {
		BsonValue value = this.notes.get(note);
		return value != null && value.isBoolean() && value.asBoolean().getValue();
	}

	/**
	 * Delete what an attempt that did not begin the change may have stored.
	 */
	public void forget() {
		preimages().deleteAll();
		this.forgotten = true;
	}

	/**
	 * Store, before the first write of the change, that it is about to happen.
	 */
	public void begin(BsonDocument notes) {
		if (!this.begun && !this.forgotten && this.change.remembering() && this.change.operation().keepsPreimages()) {
			// Those of another change, which was here before the migration was edited
			forget();
		}
		begin(notes, this.change.index());
	}

	/**
	 * Make the whole change in one transaction with the note that it is made.
	 */
	public void onceInTransaction(BsonDocument notes, ChangeContext.Work work) throws Exception {
		this.context.inTransaction(() -> {
			begin(notes, this.change.index() + 1);
			work.run();
		});
	}

	private void begin(BsonDocument notes, int done) {
		this.journal.begin(this.change.index(), done, this.change.total(), this.change.definition(),
				this.change.remembering(), notes);
		this.notes = notes;
		this.begun = true;
	}

	public void note(BsonDocument notes) {
		this.journal.note(this.change.index(), notes);
		this.notes = notes;
	}

	/**
	 * Add a note that is written together with the next one, of whatever change.
	 */
	public void noteLater(String name, BsonValue value) {
		this.journal.noteLater(this.change.index(), name, value);
	}

	public long kept() {
		return (this.change.remembering() && this.change.operation().keepsPreimages())
				? this.preimages.kept(this.resumed) : 0;
	}

	/**
	 * Undo the whole change in one transaction with the note that it is undone.
	 */
	public void downOnceInTransaction(ChangeContext.Work work) throws Exception {
		this.context.inTransaction(() -> {
			this.journal.beginDown(this.change.index(), this.change.index(), this.conflicts);
			work.run();
		});
	}

	public PreimageStore preimages() {
		return this.preimages;
	}

	/**
	 * Keep the pre-images of a batch, which are only read in sequence. An attempt that
	 * resumes the change has to unpack them first.
	 * @return those that are kept, and not known from before
	 */
	public List<Preimage> keep(List<Preimage> preimages, boolean again) {
		preimages.forEach(this::requireStorable);
		// Without a transaction a document that was changed in between is kept again
		if (again || !hasTransactions()) {
			return this.preimages.keep(preimages, again);
		}
		this.preimages.pack(preimages);
		return preimages;
	}

	// The document that it is stored in has an id of its own, and may be a pack
	private void requireStorable(Preimage preimage) {
		if (preimage.size() > LARGEST_PREIMAGE) {
			throw failed(
					"document %s was found to be so large that no pre-image of it can be stored"
						.formatted(BsonFormatter.show(preimage.id())),
					"Change or delete this document by hand first, or declare 'irreversible' with a reason so that no "
							+ "pre-images are kept");
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
	 * Undo a part of the change, in a transaction if possible, and again as long as other
	 * clients change the documents in between.
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
	 * @param what what is wrong with them, in words that follow their number
	 */
	public void refuseIfAny(String collection, BsonDocument documents, String what, String action) {
		describe(collection, documents, what).ifPresent((matter) -> {
			throw refused(matter, action);
		});
	}

	/**
	 * Tell how many documents there are, with examples; empty if there are none.
	 * @param what what is wrong with them, in words that follow their number
	 */
	public Optional<String> describe(String collection, BsonDocument documents, String what) {
		List<String> examples = examples(collection, documents, EXAMPLES);
		return examples.isEmpty() ? Optional.empty()
				: Optional.of("%d document(s) of '%s' %s, for example %s".formatted(
						collection(collection).countDocuments(documents), collection, what,
						String.join(", ", examples)));
	}

	/**
	 * Fail after the change was made in all other documents, if there are now some in its
	 * way. These are left as they are, and the next attempt goes on.
	 */
	public void requireNoneLeft(String collection, BsonDocument documents, String what, String action) {
		describe(collection, documents, what).ifPresent((matter) -> {
			throw failed(matter + ". These are left as they are, in all others it is made", action);
		});
	}

	public ChangeRefusedException failed(String reason, String action) {
		return new ChangeRefusedException("Change %d (%s) is not finished: while it was made, %s"
			.formatted(this.change.index() + 1, this.change.operation().summary(), reason), action, false);
	}

	List<String> examples(String collection, BsonDocument documents, int limit) {
		return ids(collection, documents, limit).stream().map(BsonFormatter::show).toList();
	}

	public List<BsonValue> ids(String collection, BsonDocument documents, int limit) {
		List<BsonValue> ids = new ArrayList<>();
		for (BsonDocument document : collection(collection).find(documents).projection(ID).limit(limit)) {
			ids.add(document.get("_id"));
		}
		return ids;
	}

	public ChangeRefusedException refused(String reason, String action) {
		return new ChangeRefusedException("Change %d (%s) is refused: %s. %s".formatted(this.change.index() + 1,
				this.change.operation().summary(), reason,
				this.resumed ? "An interrupted attempt has made a part of it, this one has written nothing"
						: "It has written nothing"),
				action, this.change.index() == 0 && !this.resumed);
	}

	public void conflict(String example) {
		this.conflicts.add(example);
	}

	public void conflicts(String collection, BsonDocument documents, String what) {
		List<String> examples = examples(collection, documents, Conflicts.MAX_EXAMPLES);
		if (!examples.isEmpty()) {
			this.conflicts.add(collection(collection).countDocuments(documents),
					examples.stream().map((id) -> "'%s', document %s: %s".formatted(collection, id, what)).toList());
		}
	}

	/**
	 * Work on documents that were read before.
	 */
	@FunctionalInterface
	public interface GuardedWork {

		/**
		 * Returns whether all documents still were as they had been read.
		 */
		boolean run(List<String> conflicts);

	}

}
