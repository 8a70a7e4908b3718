package io.gemforce.migrations.mongo.change.operation.transfer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoCursor;
import com.mongodb.client.model.UpdateOneModel;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.BatchSize;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.FieldPath;
import io.gemforce.migrations.mongo.change.document.Fingerprint;
import io.gemforce.migrations.mongo.change.document.WholeDocument;
import io.gemforce.migrations.mongo.change.operation.Batches;
import io.gemforce.migrations.mongo.change.preimage.Preimage;

/**
 * Sets the arrays and deletes the documents that they are made of, in batches of one
 * transaction each.
 */
final class Embedding {

	private static final int EXAMPLES = 10;

	private static final int FEW = 1_000;

	private static final long MAX_BYTES = 32_000_000;

	private static final int MAX_DOCUMENT = 16 * 1024 * 1024;

	private final OperationContext step;

	private final EmbedDocuments change;

	private final FieldPath reference;

	Embedding(OperationContext step, EmbedDocuments change) {
		this.step = step;
		this.change = change;
		this.reference = new FieldPath(change.reference());
	}

	private MongoCollection<BsonDocument> children() {
		return this.step.collection(this.change.collection());
	}

	private MongoCollection<BsonDocument> parents() {
		return this.step.collection(this.change.into());
	}

	void run() throws Exception {
		Optional<CollectionInfo> source = this.step.find(this.change.collection());
		this.step.find(this.change.into());
		boolean resumed = this.step.isBegun();
		if (!resumed) {
			if (source.isPresent()) {
				check();
			}
			this.step.forget();
			this.step.begin(new BsonDocument());
		}
		if (source.isEmpty()) {
			return;
		}
		if (resumed) {
			this.step.unpack();
		}
		Batches.ofFields(this.step, this.change.into(), Conditions.missing(this.change.field()), List.of())
			.forEach((documents, again) -> embed(documents.stream().map(WholeDocument::id).toList(), again || resumed));
		this.step.requireNoneLeft(this.change.collection(), Conditions.ANY,
				"have come to refer to no document of '%s', or to one that has '%s'".formatted(this.change.into(),
						this.change.field()),
				"Embed these by hand, or remove them");
	}

	private void check() {
		if (!this.step.hasTransactions()) {
			throw this.step.refused("documents are only embedded in transactions, which this deployment does not have",
					"Use a replica set, or write a bean that implements MongoMigration");
		}
		this.step.refuseIfAny(this.change.into(), Conditions.exists(this.change.field()),
				"have '%s' already".formatted(this.change.field()),
				"Remove or rename '%s' in these documents first, or choose another name"
					.formatted(this.change.field()));
		long count = children().countDocuments();
		if (count > FEW && !isIndexed()) {
			throw this.step.refused(
					"'%s' has %d documents and no index on '%s', so that each batch would search all of them"
						.formatted(this.change.collection(), count, this.reference),
					"Create an index on '%s' first, by 'createIndex'".formatted(this.reference));
		}
		if (this.step.isRemembering()) {
			this.step.requireRoomFor(Math.min(count, parents().countDocuments()));
		}
		List<String> orphans = new ArrayList<>();
		Batches.ofFields(this.step, this.change.collection(), Conditions.ANY, List.of(this.reference.text()))
			.look((documents) -> look(documents, orphans));
		if (!orphans.isEmpty()) {
			throw this.step.refused(
					"documents of '%s' refer to none of '%s' by '%s', for example %s".formatted(
							this.change.collection(), this.change.into(), this.reference, String.join(", ", orphans)),
					"Remove these documents first, or move them elsewhere by 'moveDocuments'");
		}
	}

	private boolean isIndexed() {
		return this.step.catalog()
			.indexes(this.change.collection())
			.stream()
			.anyMatch((index) -> index.getDocument("key").getFirstKey().equals(this.reference.text())
					&& !index.containsKey("partialFilterExpression"));
	}

	private void look(List<BsonDocument> documents, List<String> orphans) {
		List<BsonValue> references = new ArrayList<>();
		documents.forEach((document) -> references.add(document.get(this.reference.text())));
		references.removeIf((value) -> value == null || value.isArray() || value.isRegularExpression());
		Map<BsonValue, BsonDocument> there = new LinkedHashMap<>();
		Batches.read(parents(), references, List.of("_id"))
			.forEach((parent) -> there.put(Fingerprint.comparable(WholeDocument.id(parent)), parent));
		for (BsonDocument document : documents) {
			BsonValue value = document.get(this.reference.text());
			if (orphans.size() < EXAMPLES && (value == null || !there.containsKey(Fingerprint.comparable(value)))) {
				orphans.add(BsonFormatter.show(WholeDocument.id(document)));
			}
		}
	}

	private boolean embed(List<BsonValue> ids, boolean again) {
		Map<BsonValue, List<BsonDocument>> children = read(ids);
		if (children == null) {
			int half = ids.size() / 2;
			return embed(ids.subList(0, half), again) && embed(ids.subList(half, ids.size()), again);
		}
		List<UpdateOneModel<BsonDocument>> updates = new ArrayList<>();
		List<Preimage> preimages = new ArrayList<>();
		List<BsonValue> embedded = new ArrayList<>();
		for (BsonValue id : ids) {
			List<BsonDocument> own = children.getOrDefault(Fingerprint.comparable(id), List.of());
			if (!own.isEmpty()) {
				BsonArray array = elements(id, own);
				requireSize(id, array, "its");
				preimages.add(Preimage.ofAdded(id, this.change.field(), array));
				updates.add(new UpdateOneModel<>(Conditions.id(id),
						new BsonDocument("$set", new BsonDocument(this.change.field().text(), array))));
				own.forEach((document) -> embedded.add(WholeDocument.id(document)));
			}
		}
		if (!updates.isEmpty()) {
			if (this.step.isRemembering()) {
				this.step.keep(preimages, again);
			}
			parents().bulkWrite(updates);
			return Batches.delete(this.step, children(), embedded);
		}
		return true;
	}

	// By the ids that they refer to, null if they are too many for the memory
	private @Nullable Map<BsonValue, List<BsonDocument>> read(List<BsonValue> ids) {
		Map<BsonValue, List<BsonDocument>> children = new LinkedHashMap<>();
		long bytes = 0;
		long limit = MAX_BYTES;
		BsonDocument referring = new BsonDocument(this.reference.text(), new BsonDocument("$in", new BsonArray(ids)));
		try (MongoCursor<BsonDocument> cursor = children().find(referring).sort(this.change.sort()).iterator()) {
			while (cursor.hasNext()) {
				BsonDocument document = cursor.next();
				BsonValue value = document.get(this.reference.text());
				bytes += BatchSize.size(document);
				if (bytes > limit) {
					if (ids.size() > 1) {
						return null;
					}
					children.values().forEach((own) -> requireSize(ids.get(0), elements(ids.get(0), own), "the first"));
					limit = 2 * bytes;
				}
				if (value != null && !value.isArray()) {
					children.computeIfAbsent(Fingerprint.comparable(value), (key) -> new ArrayList<>()).add(document);
				}
			}
		}
		return children;
	}

	// Without the reference, unless it is a number of another type
	private BsonArray elements(BsonValue id, List<BsonDocument> children) {
		BsonArray array = new BsonArray();
		for (BsonDocument child : children) {
			BsonDocument element = child.clone();
			if (ExactValue.same(child.get(this.reference.text()), id)) {
				element.remove(this.reference.text());
			}
			array.add(element);
		}
		return array;
	}

	private void requireSize(BsonValue id, BsonArray array, String which) {
		BsonDocument document = new BsonDocument("array", array);
		if (BatchSize.size(document) > MAX_DOCUMENT / 3
				&& new RawBsonDocument(document, new BsonDocumentCodec()).getByteBuffer().remaining() > MAX_DOCUMENT) {
			throw this.step.failed(
					"document %s of '%s' would be larger than 16 MB with %s %d elements"
						.formatted(BsonFormatter.show(id), this.change.into(), which, array.size()),
					"Move some of these to another collection first");
		}
	}

}
