package io.gemforce.migrations.mongo.change.preimage;

import java.time.Instant;
import java.util.function.Supplier;

import com.mongodb.MongoClientSettings;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.UpdateOptions;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.Document;

/**
 * What is remembered of the applications of declared changes, in the collection
 * {@code migration_preimage}. One document tells how far an application has come:
 *
 * <pre>
 * {_id: "progress#3#7",                // version 3, whose first attempt has rank 7 in the history
 *  at: …,                              // when this document was last written
 *  up: {done: 1, begun: 1, total: 2},  // change 0 of two is made, the first write of change 1 may have happened
 *  down: {left: 1, begun: 0, conflicts: 2, examples: ["…"]}, // once it is being undone: change 0 is left
 *  changes: {c0: {definition: "{renameField: …}", notes: {…}, items: 0}, c1: {…}}, // left: true once its undo met
 *                                      // conflicts; forgotten: true if nothing was kept for an undo
 *  kept: true, purgedAt: …}            // that there are pre-images; when they were deleted because they were too old
 * </pre>
 *
 * It is written before the first write of each change, so that an attempt which goes on
 * after an interruption skips the changes that are made, and the change that is at work
 * knows that it has been begun. The notes of a change hold the small things that its undo
 * needs. One document tells about each document that an undo must restore or spare:
 *
 * <pre>
 * {_id: "item#3#7#1#f00d…",            // the end is a hash of the document's id: writing it again does no harm
 *  document: 42,                       // the document's id
 *  path: "a.b", value: 5,              // the field that the change is about, and its value before
 *  before: [{path: "a", value: 5}],    // or several, without value where there was none; literal: true where the
 *                                      // path is a name at the top that may hold dots
 *  after: BinData(…),                  // fingerprint of what the change left there
 *  whole: {…},                         // or the whole document, before a drop, while an update is at work, and where
 *                                      // a document was changed on its way to another collection
 *  empty: "a"}                         // or the path at which the document had an empty document
 * </pre>
 *
 * Where a batch is changed in a transaction, and before a drop, what is known of its
 * documents is packed into one document, or into few:
 *
 * <pre>
 * {_id: "item#3#7#1#pack#00000001",
 *  count: 1000,
 *  common: {path: "a.b", after: …},    // what they have in common
 *  packed: [{document: 42, value: 5}, …]}
 * </pre>
 *
 * Ids are strings, so that all that belongs to a change is a range of them.
 */
public final class ChangeJournal {

	private static final String ID = "_id";

	private final Supplier<MongoCollection<Document>> preimages;

	private final ApplyKey key;

	private final BsonDocument finished = new BsonDocument();

	public ChangeJournal(Supplier<MongoCollection<Document>> preimages, ApplyKey key) {
		this.preimages = preimages;
		this.key = key;
	}

	private static String suffix(ApplyKey key) {
		return "%s#%d".formatted(key.version(), key.rank());
	}

	static BsonString progressId(ApplyKey key) {
		return new BsonString("progress#" + suffix(key));
	}

	public static MongoCollection<BsonDocument> bson(MongoCollection<Document> preimages) {
		return preimages.withDocumentClass(BsonDocument.class)
			.withCodecRegistry(MongoClientSettings.getDefaultCodecRegistry());
	}

	private MongoCollection<BsonDocument> collection() {
		return bson(this.preimages.get());
	}

	public JournalProgress read() {
		return read(this.preimages.get(), this.key);
	}

	public static JournalProgress read(MongoCollection<Document> preimages, ApplyKey key) {
		BsonDocument found = bson(preimages).find(new BsonDocument(ID, progressId(key))).first();
		return new JournalProgress((found != null) ? found : new BsonDocument());
	}

	/**
	 * Store, before the first write of a change, that it is about to happen.
	 * @param done how many changes are made, this one included if it is made together
	 * with this note
	 */
	public void begin(int change, int done, int total, String definition, boolean remembering, BsonDocument notes) {
		BsonDocument entry = new BsonDocument(JournalProgress.DEFINITION, new BsonString(definition))
			.append(JournalProgress.NOTES, notes);
		if (!remembering) {
			entry.append(JournalProgress.FORGOTTEN, BsonBoolean.TRUE);
		}
		String name = "changes." + JournalProgress.entryName(change);
		this.finished.keySet().removeIf((earlier) -> earlier.startsWith(name + "."));
		set(new BsonDocument(JournalProgress.UP,
				new BsonDocument(JournalProgress.DONE, new BsonInt32(done))
					.append(JournalProgress.BEGUN, new BsonInt32(change))
					.append(JournalProgress.TOTAL, new BsonInt32(total)))
			.append(name, entry));
	}

	public void beginAgain(int change, int total) {
		set(new BsonDocument(JournalProgress.UP,
				new BsonDocument(JournalProgress.DONE, new BsonInt32(change))
					.append(JournalProgress.BEGUN, new BsonInt32(change))
					.append(JournalProgress.TOTAL, new BsonInt32(total))));
	}

	public void note(int change, BsonDocument notes) {
		set(new BsonDocument("changes.%s.%s".formatted(JournalProgress.entryName(change), JournalProgress.NOTES),
				notes));
	}

	/**
	 * Add a note that is written together with the next one.
	 */
	public void noteLater(int change, String name, BsonValue value) {
		this.finished.append(
				"changes.%s.%s.%s".formatted(JournalProgress.entryName(change), JournalProgress.NOTES, name), value);
	}

	/**
	 * Note that a change is made. This is written with the next note: an interruption in
	 * between makes the change again, which does no harm.
	 */
	public void finish(int change, long items) {
		this.finished.append("changes.%s.%s".formatted(JournalProgress.entryName(change), JournalProgress.ITEMS),
				new BsonInt64(items));
		if (items > 0) {
			this.finished.append(JournalProgress.KEPT, BsonBoolean.TRUE);
		}
	}

	public void finishAll(int total) {
		set(new BsonDocument("up.done", new BsonInt32(total)));
	}

	/**
	 * Note that the undo of a change is about to begin, or that all are undone.
	 */
	public void beginDown(int left, int begun, Conflicts conflicts) {
		BsonArray examples = new BsonArray(conflicts.examples().stream().map(BsonString::new).toList());
		set(new BsonDocument(JournalProgress.DOWN,
				new BsonDocument(JournalProgress.LEFT, new BsonInt32(left))
					.append(JournalProgress.BEGUN, new BsonInt32(begun))
					.append(JournalProgress.CONFLICTS, new BsonInt64(conflicts.count()))
					.append(JournalProgress.EXAMPLES, examples)));
	}

	/**
	 * Note whether the undo of a change has left a part of it, because that has been
	 * changed since. This is written with the next note.
	 */
	public void finishDown(int change, boolean left) {
		this.finished.append("changes.%s.%s".formatted(JournalProgress.entryName(change), JournalProgress.LEFT),
				BsonBoolean.valueOf(left));
	}

	/**
	 * Note that an undo is given up, and the remaining changes stay as they are.
	 */
	public void turnAround(int done, int begun) {
		BsonDocument up = new BsonDocument(JournalProgress.UP,
				new BsonDocument(JournalProgress.DONE, new BsonInt32(done)).append(JournalProgress.BEGUN,
						new BsonInt32(begun)));
		up.putAll(this.finished);
		collection().updateOne(new BsonDocument(ID, progressId(this.key)), new BsonDocument("$set", up).append("$unset",
				new BsonDocument(JournalProgress.DOWN, new BsonString(""))));
	}

	private void set(BsonDocument fields) {
		fields.putAll(this.finished);
		fields.append("at", new BsonDateTime(Instant.now().toEpochMilli()));
		collection().updateOne(new BsonDocument(ID, progressId(this.key)), new BsonDocument("$set", fields),
				new UpdateOptions().upsert(true));
	}

	public PreimageStore preimages(int change) {
		return new PreimageStore(this.preimages, rangeOf(this.key, change));
	}

	public static IdRange rangeOf(ApplyKey key, int change) {
		return new IdRange("item#%s#%d#".formatted(suffix(key), change));
	}

}
