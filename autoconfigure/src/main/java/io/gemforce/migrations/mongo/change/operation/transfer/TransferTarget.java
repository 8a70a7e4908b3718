package io.gemforce.migrations.mongo.change.operation.transfer;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoCommandException;
import com.mongodb.MongoException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Collation;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.WholeDocument;

/**
 * The collection that documents are copied or moved to.
 */
final class TransferTarget {

	private static final int NAMESPACE_EXISTS = 48;

	private static final BsonDocument ID = new BsonDocument("_id", new BsonInt32(1));

	private static final Pattern INDEX = Pattern.compile("index: (\\S+)");

	private TransferTarget() {
	}

	// With the same collation, so that ids that differ there differ here
	static void create(OperationContext step, String name, CollectionInfo source) {
		BsonDocument collation = source.collation();
		create(step, name, (collation != null) ? new BsonDocument("collation", collation) : new BsonDocument());
	}

	static void create(OperationContext step, String name, BsonDocument options) {
		try {
			step.catalog().create(name, options);
		}
		catch (MongoCommandException ex) {
			if (ex.getCode() != NAMESPACE_EXISTS) {
				throw ex;
			}
		}
	}

	// Not within a transaction. By the collection's own rules a change of the case might
	// be none
	static @Nullable Collation exactCollation(OperationContext step, MongoCollection<BsonDocument> collection) {
		return step.find(collection.getNamespace().getCollectionName())
			.map(CollectionInfo::exactCollation)
			.orElse(null);
	}

	// Without the values, which the server's message has
	static RuntimeException explained(OperationContext step, String name, MongoException ex) {
		String message = duplicate(ex);
		if (message == null) {
			return ex;
		}
		Matcher index = INDEX.matcher(message);
		return step.failed(
				"the unique index%s of '%s' did not let pass a document, as another one has the same values. "
					.formatted(index.find() ? " '%s'".formatted(index.group(1)) : "", name)
						+ "What is in the batches before is made, and stays",
				"Change or remove one of both documents, or leave it out by the filter");
	}

	private static @Nullable String duplicate(MongoException ex) {
		if (ex instanceof MongoBulkWriteException bulk) {
			return bulk.getWriteErrors()
				.stream()
				.filter((error) -> isDuplicate(error.getCode()))
				.map((error) -> error.getMessage())
				.findFirst()
				.orElse(null);
		}
		return isDuplicate(ex.getCode()) ? String.valueOf(ex.getMessage()) : null;
	}

	/**
	 * Whether a document was refused because there is one of its id.
	 */
	static boolean isTaken(MongoCollection<BsonDocument> collection, int code, BsonDocument document) {
		return isDuplicate(code)
				&& collection.find(Conditions.id(WholeDocument.id(document))).projection(ID).first() != null;
	}

	static boolean isDuplicate(MongoException ex) {
		return duplicate(ex) != null;
	}

	private static boolean isDuplicate(int code) {
		return ErrorCategory.fromErrorCode(code) == ErrorCategory.DUPLICATE_KEY;
	}

}
