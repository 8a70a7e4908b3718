package io.gemforce.migrations.mongo.change;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.InsertManyOptions;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReplaceOptions;
import com.mongodb.client.model.WriteModel;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.Document;

/**
 * The pre-images of one change.
 */
final class Preimages {

	private static final String ID = "_id";

	private final Supplier<MongoCollection<Document>> collection;

	private final IdRange range;

	private long inserted;

	private boolean replacing;

	Preimages(Supplier<MongoCollection<Document>> collection, IdRange range) {
		this.collection = collection;
		this.range = range;
	}

	private MongoCollection<BsonDocument> collection() {
		return Memory.bson(this.collection.get());
	}

	/**
	 * Keep pre-images.
	 * @param preimages the pre-images
	 * @param again whether some of the same documents may be there
	 */
	void keep(List<Preimage> preimages, boolean again) {
		if (again) {
			put(preimages);
		}
		else {
			insert(preimages);
		}
	}

	private void insert(List<Preimage> preimages) {
		if (!preimages.isEmpty()) {
			this.inserted += preimages.size();
			collection().insertMany(preimages.stream().map(this::toDocument).toList(),
					new InsertManyOptions().ordered(false));
		}
	}

	/**
	 * Keep pre-images, in the place of those that are there of the same documents.
	 * @param preimages the pre-images
	 */
	void put(List<Preimage> preimages) {
		if (preimages.isEmpty()) {
			return;
		}
		this.replacing = true;
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

	/**
	 * Find pre-images.
	 * @param ids the ids of the documents
	 * @return the pre-images that there are, by the ids of the documents
	 */
	Map<BsonValue, Preimage> find(Collection<BsonValue> ids) {
		Map<BsonValue, Preimage> found = new HashMap<>();
		if (!ids.isEmpty()) {
			List<BsonString> keys = ids.stream().map(this.range::idOf).toList();
			for (BsonDocument document : collection().find(Conditions.ids(keys))) {
				Preimage preimage = new Preimage(document);
				found.put(preimage.id(), preimage);
			}
		}
		return found;
	}

	void delete(Collection<BsonValue> ids) {
		if (!ids.isEmpty()) {
			collection().deleteMany(Conditions.ids(ids.stream().map(this.range::idOf).toList()));
		}
	}

	void deleteAll() {
		collection().deleteMany(this.range.all());
	}

	/**
	 * Return how many pre-images there are after an attempt that began the change.
	 * @param resumed whether an earlier attempt may have kept some
	 * @return the number, counted only where it is not known
	 */
	long kept(boolean resumed) {
		return (resumed || this.replacing) ? count() : this.inserted;
	}

	long count() {
		return collection().countDocuments(this.range.all());
	}

	/**
	 * Go through all pre-images.
	 * @param consumer takes them, some at a time
	 * @throws Exception if the consumer throws it
	 */
	void forEach(BatchConsumer consumer) throws Exception {
		String last = this.range.prefix();
		List<Preimage> batch = next(last);
		while (!batch.isEmpty()) {
			consumer.accept(batch);
			last = batch.get(batch.size() - 1).content().getString(ID).getValue();
			batch = next(last);
		}
	}

	private List<Preimage> next(String last) {
		List<Preimage> batch = new ArrayList<>();
		BatchSize size = new BatchSize();
		try (MongoCursor<BsonDocument> cursor = collection().find(this.range.after(last))
			.sort(new BsonDocument(ID, new BsonInt32(1)))
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
	 * Takes some pre-images.
	 */
	@FunctionalInterface
	interface BatchConsumer {

		void accept(List<Preimage> preimages) throws Exception;

	}

}
