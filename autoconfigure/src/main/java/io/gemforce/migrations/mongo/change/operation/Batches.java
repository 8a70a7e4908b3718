package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;

import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.BatchSize;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.ExactValue;

/**
 * Works in batches on the documents that a filter selects, so that no collection is ever
 * held in memory. One cursor, sorted by {@code _id}, gives the ids: a query for greater
 * ids would miss ids of other types. Each batch is read in the transaction that changes
 * it, if there is one, and again as long as another client changes a document in between.
 */
public final class Batches {

	private static final BsonDocument BY_ID = new BsonDocument("_id", new BsonInt32(1));

	private static final int MAX_PASSES = 50;

	private final OperationContext step;

	private final String collection;

	private final BsonDocument filter;

	private final BsonDocument projection;

	private final UpdateSettings settings;

	private Batches(OperationContext step, String collection, BsonDocument filter, BsonDocument projection,
			UpdateSettings settings) {
		this.step = step;
		this.collection = collection;
		this.filter = filter;
		this.projection = projection;
		this.settings = settings;
	}

	public static Batches ofDocuments(OperationContext step, String collection, BsonDocument filter) {
		return new Batches(step, collection, filter, new BsonDocument(), UpdateSettings.NONE);
	}

	public static Batches ofFields(OperationContext step, String collection, BsonDocument filter,
			Collection<String> fields) {
		return new Batches(step, collection, filter, including(fields), UpdateSettings.NONE);
	}

	Batches with(UpdateSettings settings) {
		return new Batches(this.step, this.collection, this.filter, this.projection, settings);
	}

	private static BsonDocument including(Collection<String> fields) {
		BsonDocument projection = BY_ID.clone();
		fields.forEach((field) -> projection.append(field, new BsonInt32(1)));
		return projection;
	}

	public void forEach(Work work) throws Exception {
		try (MongoCursor<BsonDocument> cursor = this.settings
			.selecting(this.step.collection(this.collection).find(this.filter))
			.projection(BY_ID)
			.sort(BY_ID)
			.batchSize(BatchSize.MAX_DOCUMENTS)
			.iterator()) {
			Set<ExactValue> ids = nextIds(cursor);
			while (!ids.isEmpty()) {
				change(ids, work);
				ids = nextIds(cursor);
			}
		}
	}

	private static Set<ExactValue> nextIds(MongoCursor<BsonDocument> cursor) {
		Set<ExactValue> ids = new LinkedHashSet<>();
		while (ids.size() < BatchSize.MAX_DOCUMENTS && cursor.hasNext()) {
			ids.add(ExactValue.idOf(cursor.next()));
		}
		return ids;
	}

	private void change(Set<ExactValue> ids, Work work) throws Exception {
		Set<ExactValue> open = ids;
		boolean again = false;
		for (int pass = 1; !open.isEmpty(); pass++) {
			if (pass > MAX_PASSES + BatchSize.MAX_DOCUMENTS) {
				throw new IllegalStateException(
						("Documents of '%s' are changed by another client again and again, for " + "example %s")
							.formatted(this.collection, BsonFormatter.show(open.iterator().next().value())));
			}
			Set<ExactValue> left = pass(open, work, again);
			again |= left.size() == open.size();
			open = left;
		}
	}

	// Returns the documents that are still to be changed
	private Set<ExactValue> pass(Set<ExactValue> open, Work work, boolean again) throws Exception {
		List<BsonDocument> documents = new ArrayList<>();
		AtomicBoolean readAll = new AtomicBoolean();
		AtomicBoolean changed = new AtomicBoolean();
		this.step.inTransaction(() -> {
			documents.clear();
			readAll.set(read(open, documents));
			changed.set(documents.isEmpty() || work.change(documents, again));
		});
		if (!changed.get()) {
			return open;
		}
		if (readAll.get()) {
			return Set.of();
		}
		Set<ExactValue> left = new LinkedHashSet<>(open);
		documents.forEach((document) -> left.remove(ExactValue.idOf(document)));
		return left;
	}

	// Returns whether all documents were read
	private boolean read(Set<ExactValue> ids, List<BsonDocument> documents) {
		BatchSize size = new BatchSize();
		try (MongoCursor<BsonDocument> cursor = this.settings
			.byId(this.step.collection(this.collection)
				.find(Conditions.all(Conditions.ids(ExactValue.values(ids)), this.filter)))
			.projection(this.projection)
			.batchSize(BatchSize.MAX_DOCUMENTS + 1)
			.iterator()) {
			while (cursor.hasNext()) {
				if (size.isReached()) {
					return false;
				}
				BsonDocument document = cursor.next();
				size.add(document);
				documents.add(document);
			}
			return true;
		}
	}

	// Reads all documents, in batches, and changes none
	public void look(Consumer<List<BsonDocument>> reader) {
		try (MongoCursor<BsonDocument> cursor = this.step.collection(this.collection)
			.find(this.filter)
			.projection(this.projection)
			.sort(BY_ID)
			.batchSize(BatchSize.MAX_DOCUMENTS)
			.iterator()) {
			while (cursor.hasNext()) {
				List<BsonDocument> documents = new ArrayList<>();
				BatchSize size = new BatchSize();
				while (!size.isReached() && cursor.hasNext()) {
					BsonDocument document = cursor.next();
					size.add(document);
					documents.add(document);
				}
				reader.accept(documents);
			}
		}
	}

	public static List<BsonDocument> read(MongoCollection<BsonDocument> collection, Collection<BsonValue> ids,
			Collection<String> fields) {
		return collection.find(Conditions.ids(ids))
			.projection(fields.isEmpty() ? new BsonDocument() : including(fields))
			.batchSize(ids.size() + 1)
			.into(new ArrayList<>());
	}

	/**
	 * Delete documents that the same transaction has read; returns whether all of them
	 * were still there. Fails, so that nothing is deleted, if there are others of the
	 * same ids: a collection that is sharded by another field may have some.
	 */
	public static boolean delete(OperationContext step, MongoCollection<BsonDocument> collection,
			Collection<BsonValue> ids) {
		if (ids.isEmpty()) {
			return true;
		}
		boolean repeated = Set.copyOf(ids).size() != ids.size();
		long deleted = repeated ? 0 : collection.deleteMany(Conditions.ids(ids)).getDeletedCount();
		if (repeated || deleted > ids.size()) {
			throw step.failed(
					("'%s' was found to have several documents of the same _id, which only a sharded collection can have, "
							+ "in a batch with %s. They cannot be told apart, so nothing of this batch is changed")
						.formatted(collection.getNamespace().getCollectionName(),
								BsonFormatter.show(ids.iterator().next())),
					"Give each document an _id of its own first, or write a bean that implements MongoMigration");
		}
		return deleted == ids.size();
	}

	@FunctionalInterface
	public interface Work {

		/**
		 * May be called again with the same documents after a transient error; then
		 * nothing that it did has happened.
		 * @param again whether an earlier call may have changed some of these documents
		 * @return whether all of them are changed; otherwise it is called again with
		 * those that the filter still selects
		 */
		boolean change(List<BsonDocument> documents, boolean again) throws Exception;

	}

}
