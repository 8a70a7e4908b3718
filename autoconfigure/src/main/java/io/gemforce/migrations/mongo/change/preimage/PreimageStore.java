package io.gemforce.migrations.mongo.change.preimage;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import com.mongodb.MongoCommandException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.InsertManyOptions;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.WriteModel;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.document.BatchSize;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.UpdateOperators;
import io.gemforce.migrations.mongo.change.document.WholeDocument;

/**
 * The pre-images of one change. Each is a document of its own, or those of a batch are
 * packed into one, which is far faster. Packed pre-images can only be read in sequence:
 * they can neither be found by the id of a document nor be replaced.
 */
public final class PreimageStore {

	private static final String ID = "_id";

	private static final BsonDocument BY_ID = new BsonDocument(ID, new BsonInt32(1));

	private final Supplier<MongoCollection<Document>> collection;

	private final IdRange range;

	private final IdRange packs;

	private long inserted;

	private int lastPack;

	private boolean uncounted;

	public PreimageStore(Supplier<MongoCollection<Document>> collection, IdRange range) {
		this.collection = collection;
		this.range = range;
		this.packs = range.of("pack");
	}

	private MongoCollection<BsonDocument> collection() {
		return ChangeJournal.bson(this.collection.get());
	}

	/**
	 * Keep pre-images, each in a document of its own.
	 * @param again whether some of the same documents may be there, none of which is
	 * packed
	 * @return those that are kept: where an array is to be changed again, the first
	 * pre-image stays, as what it has now is partly the work of the change
	 */
	public List<Preimage> keep(List<Preimage> preimages, boolean again) {
		List<Preimage> kept = again ? withoutArraysAgain(preimages) : preimages;
		if (again) {
			put(kept);
		}
		else {
			insert(kept);
		}
		return kept;
	}

	private List<Preimage> withoutArraysAgain(List<Preimage> preimages) {
		List<BsonString> keys = preimages.stream()
			.filter(Preimage::isOfChangedArray)
			.map((preimage) -> this.range.idOf(preimage.id()))
			.toList();
		if (keys.isEmpty()) {
			return preimages;
		}
		Set<BsonValue> there = new HashSet<>();
		collection().find(Conditions.all(Conditions.ids(keys), Preimage.ofArrays()))
			.projection(BY_ID)
			.forEach((document) -> there.add(document.get(ID)));
		return preimages.stream()
			.filter((preimage) -> !preimage.isOfChangedArray() || !there.contains(this.range.idOf(preimage.id())))
			.toList();
	}

	/**
	 * Delete those pre-images among some whose documents were not changed after all.
	 */
	public void takeBack(List<Preimage> kept, Set<ExactValue> unchanged) {
		delete(kept.stream().map(Preimage::id).filter((id) -> unchanged.contains(new ExactValue(id))).toList());
	}

	private void insert(List<Preimage> preimages) {
		if (!preimages.isEmpty()) {
			this.inserted += preimages.size();
			collection().insertMany(preimages.stream().map(this::toDocument).toList(),
					new InsertManyOptions().ordered(false));
		}
	}

	public void pack(List<Preimage> preimages) {
		for (PreimagePack pack : PreimagePack.of(preimages)) {
			this.lastPack++;
			this.inserted += pack.count();
			BsonDocument document = new BsonDocument(ID,
					new BsonString("%s%08d".formatted(this.packs.prefix(), this.lastPack)));
			document.putAll(pack.content());
			collection().insertOne(document);
		}
	}

	/**
	 * Move the pre-images of a pack to documents of their own.
	 */
	public void unpack(PreimagePack pack) {
		put(pack.preimages());
		collection().deleteOne(new BsonDocument(ID, new BsonString(pack.id())));
	}

	/**
	 * Keep pre-images, and replace existing ones of the same documents.
	 */
	public void put(List<Preimage> preimages) {
		if (preimages.isEmpty()) {
			return;
		}
		this.uncounted = true;
		List<WriteModel<BsonDocument>> writes = new ArrayList<>();
		for (Preimage preimage : preimages) {
			BsonDocument document = toDocument(preimage);
			writes.add(new ReplaceOneModel<>(new BsonDocument(ID, document.get(ID)), document,
					new ReplaceOptions().upsert(true)));
		}
		collection().bulkWrite(writes, new BulkWriteOptions().ordered(false));
	}

	private BsonDocument toDocument(Preimage preimage) {
		BsonDocument document = new BsonDocument(ID, this.range.idOf(preimage.id()));
		document.putAll(preimage.content());
		return document;
	}

	public Map<ExactValue, Preimage> find(Collection<BsonValue> ids) {
		Map<ExactValue, Preimage> found = new HashMap<>();
		if (!ids.isEmpty()) {
			List<BsonString> keys = ids.stream().map(this.range::idOf).toList();
			for (BsonDocument document : collection().find(Conditions.ids(keys))) {
				Preimage preimage = new Preimage(document);
				found.put(new ExactValue(preimage.id()), preimage);
			}
		}
		return found;
	}

	public void delete(Collection<BsonValue> ids) {
		if (!ids.isEmpty()) {
			this.uncounted = true;
			collection().deleteMany(Conditions.ids(ids.stream().map(this.range::idOf).toList()));
		}
	}

	public void deleteAll() {
		collection().deleteMany(this.range.all());
	}

	/**
	 * Apply an update to a copy of a document that is kept as a whole, without touching
	 * its collection. Returns {@code null} if it cannot be updated like this.
	 */
	public @Nullable BsonDocument tryOut(BsonValue update, FindOneAndUpdateOptions options, BsonDocument whole) {
		BsonValue id = WholeDocument.id(whole);
		try {
			return update.isArray() ? aggregate(this.range.idOf(id), update.asArray(), options)
					: updateCopy(update, options, id, whole);
		}
		catch (MongoCommandException ex) {
			if (ex.hasErrorLabel("RetryableWriteError")) {
				throw ex;
			}
			return null;
		}
	}

	/**
	 * Make the document of an id that an update would insert, without touching its
	 * collection.
	 */
	public BsonDocument tryUpsert(BsonValue update, FindOneAndUpdateOptions options, BsonValue id) {
		BsonDocument inserted = update.isArray() ? aggregateNew(update.asArray(), options, id)
				: updateCopy(update, options.upsert(true), id, null);
		if (inserted == null) {
			throw new IllegalStateException("An upsert has inserted nothing");
		}
		return inserted;
	}

	private @Nullable BsonDocument aggregate(BsonString id, BsonArray pipeline, FindOneAndUpdateOptions options) {
		List<BsonDocument> stages = new ArrayList<>();
		stages.add(new BsonDocument("$match", new BsonDocument(ID, id)));
		stages.add(new BsonDocument("$replaceRoot", new BsonDocument("newRoot", new BsonString("$" + Preimage.WHOLE))));
		stages.addAll(UpdateOperators.toAggregation(pipeline));
		return collection().aggregate(stages).let(options.getLet()).first();
	}

	// A pipeline may read the id, which a copy has not
	private @Nullable BsonDocument aggregateNew(BsonArray pipeline, FindOneAndUpdateOptions options, BsonValue id) {
		BsonString trial = this.range.of("trial").idOf(id);
		BsonDocument filter = new BsonDocument(ID, trial);
		BsonDocument inserted = new BsonDocument(ID, id);
		collection().deleteOne(filter);
		collection().insertOne(new BsonDocument(ID, trial).append(Preimage.WHOLE, inserted));
		try {
			BsonDocument computed = aggregate(trial, pipeline, options);
			if (computed == null) {
				return null;
			}
			computed.remove(ID);
			inserted.putAll(computed);
			return inserted;
		}
		finally {
			collection().deleteOne(filter);
		}
	}

	// No operator can tell that the copy has another id
	private @Nullable BsonDocument updateCopy(BsonValue update, FindOneAndUpdateOptions options, BsonValue id,
			@Nullable BsonDocument whole) {
		BsonString trial = this.range.of("trial").idOf(id);
		BsonDocument filter = new BsonDocument(ID, trial);
		collection().deleteOne(filter);
		if (whole != null) {
			BsonDocument copy = whole.clone();
			copy.put(ID, trial);
			collection().insertOne(copy);
		}
		try {
			BsonDocument updated = update.isArray()
					? collection().findOneAndUpdate(filter,
							update.asArray().stream().map(BsonValue::asDocument).toList(), options)
					: collection().findOneAndUpdate(filter, update.asDocument(), options);
			if (updated != null) {
				updated.put(ID, id);
			}
			return updated;
		}
		finally {
			collection().deleteOne(filter);
		}
	}

	/**
	 * The number of pre-images after an attempt that began the change.
	 */
	public long kept(boolean resumed) {
		return (resumed || this.uncounted) ? count() : this.inserted;
	}

	/**
	 * Must be called when some of what was written may have been lost.
	 */
	public void recount() {
		this.uncounted = true;
	}

	public long count() {
		long count = collection().countDocuments(IdRange.between(this.range.prefix(), this.packs.prefix()));
		return count + packed(collection(), this.packs.all());
	}

	static long packed(MongoCollection<BsonDocument> collection, BsonDocument packs) {
		long count = 0;
		for (BsonDocument pack : collection.find(packs)
			.projection(new BsonDocument(PreimagePack.COUNT, new BsonInt32(1)))) {
			count += new PreimagePack(pack).count();
		}
		return count;
	}

	public void forEach(BatchConsumer consumer) throws Exception {
		List<Preimage> batch = next(this.range.prefix());
		while (!batch.isEmpty()) {
			consumer.accept(batch);
			batch = next(batch.get(batch.size() - 1).content().getString(ID).getValue());
		}
		forEachPack((pack) -> consumer.accept(pack.preimages()));
	}

	private List<Preimage> next(String last) {
		List<Preimage> batch = new ArrayList<>();
		BatchSize size = new BatchSize();
		try (MongoCursor<BsonDocument> cursor = collection().find(IdRange.between(last, this.packs.prefix()))
			.sort(BY_ID)
			.limit(BatchSize.MAX_DOCUMENTS)
			.iterator()) {
			while (!size.isReached() && cursor.hasNext()) {
				BsonDocument document = cursor.next();
				size.add(document);
				batch.add(new Preimage(document));
			}
		}
		return batch;
	}

	/**
	 * The consumer may delete the pack.
	 */
	public void forEachPack(PackConsumer consumer) throws Exception {
		PreimagePack pack = nextPack(this.packs.prefix());
		while (pack != null) {
			consumer.accept(pack);
			pack = nextPack(pack.id());
		}
	}

	// One by one, as a cursor would have many of them in memory
	private @Nullable PreimagePack nextPack(String last) {
		BsonDocument document = collection().find(this.packs.after(last)).sort(BY_ID).limit(1).first();
		return (document != null) ? new PreimagePack(document) : null;
	}

	/**
	 * Takes a part of the pre-images.
	 */
	@FunctionalInterface
	public interface BatchConsumer {

		void accept(List<Preimage> preimages) throws Exception;

	}

	/**
	 * Takes the pre-images of a pack.
	 */
	@FunctionalInterface
	public interface PackConsumer {

		void accept(PreimagePack pack) throws Exception;

	}

}
