package io.gemforce.migrations.mongo.change.operation.transfer;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import com.mongodb.MongoException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonValue;

import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.BatchSize;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.preimage.Preimage;

/**
 * Undoes what was done to documents, in smaller parts where they have become too large
 * for the memory, or where a unique index does not let pass one of them, which is listed.
 *
 * @param collection the collection whose documents are listed
 * @param home the collection that they come back to
 */
record ReturnInParts(OperationContext step, String collection, String home, Part part) {

	private static final long MAX_BYTES = 32_000_000;

	void run() throws Exception {
		this.step.preimages().forEach(this::run);
	}

	private void run(List<Preimage> preimages) throws Exception {
		Reader reader = new Reader(preimages.size() == 1);
		try {
			this.step.untilDone(this.collection, (conflicts) -> this.part.run(preimages, reader, conflicts));
		}
		catch (TooLargeException ex) {
			runHalves(preimages);
		}
		catch (MongoException ex) {
			if (!TransferTarget.isDuplicate(ex)) {
				throw ex;
			}
			if (preimages.size() > 1) {
				runHalves(preimages);
			}
			else {
				this.step.conflict(
						"'%s', document %s: stays as it is, as another one of '%s' has the same values of a unique index"
							.formatted(this.collection, BsonFormatter.show(preimages.get(0).id()), this.home));
			}
		}
	}

	private void runHalves(List<Preimage> preimages) throws Exception {
		int half = preimages.size() / 2;
		run(preimages.subList(0, half));
		run(preimages.subList(half, preimages.size()));
	}

	/**
	 * Undoes a part, in a transaction if there are some.
	 */
	@FunctionalInterface
	interface Part {

		/**
		 * Returns whether all documents still were as they had been read.
		 */
		boolean run(List<Preimage> preimages, Reader reader, List<String> conflicts);

	}

	/**
	 * Reads no more than fits into the memory, unless it is needed for one document.
	 */
	record Reader(boolean all) {

		List<BsonDocument> read(MongoCollection<BsonDocument> collection, Collection<BsonValue> ids,
				BsonDocument projection) {
			List<BsonDocument> documents = new ArrayList<>();
			long bytes = 0;
			try (MongoCursor<BsonDocument> cursor = collection.find(Conditions.ids(ids))
				.projection(projection)
				.batchSize(BatchSize.MAX_DOCUMENTS + 1)
				.iterator()) {
				while (cursor.hasNext()) {
					BsonDocument document = cursor.next();
					bytes += BatchSize.size(document);
					if (bytes > MAX_BYTES && !this.all) {
						throw new TooLargeException();
					}
					documents.add(document);
				}
			}
			return documents;
		}

		List<BsonDocument> read(MongoCollection<BsonDocument> collection, Collection<BsonValue> ids) {
			return read(collection, ids, new BsonDocument());
		}

		List<BsonDocument> read(MongoCollection<BsonDocument> collection, Collection<BsonValue> ids, String field) {
			return read(collection, ids, new BsonDocument("_id", new BsonInt32(1)).append(field, new BsonInt32(1)));
		}

	}

	/**
	 * What was read is too much at once.
	 */
	@SuppressWarnings("serial")
	private static final class TooLargeException extends RuntimeException {

	}

}
