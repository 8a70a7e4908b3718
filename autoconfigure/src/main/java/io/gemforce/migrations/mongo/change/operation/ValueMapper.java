package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.Collation;
import com.mongodb.client.model.UpdateManyModel;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.UpdateOptions;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.ConditionalUpdates;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.FieldPath;
import io.gemforce.migrations.mongo.change.document.ValueMapping;
import io.gemforce.migrations.mongo.change.document.WholeDocument;
import io.gemforce.migrations.mongo.change.preimage.Preimage;

/**
 * Maps the values of a field in all documents, or back. A collation of the collection
 * selects more documents than have such values, but has no say in what is mapped.
 */
final class ValueMapper {

	// Each value may cost a scan of the collection
	private static final int FEW = 20;

	private static final int EXAMPLES = 10;

	private final OperationContext step;

	private final String collection;

	private final @Nullable Collation exact;

	private final FieldPath field;

	private final ValueMapping values;

	private final Set<ExactValue> unclear = new LinkedHashSet<>();

	ValueMapper(OperationContext step, CollectionInfo collection, FieldPath field, ValueMapping values) {
		this.step = step;
		this.collection = collection.name();
		this.exact = collection.exactCollation();
		this.field = field;
		this.values = values;
	}

	// Leaves arrays, and numbers that are not the same to the last bit
	void mapAtOnce() {
		List<UpdateManyModel<BsonDocument>> updates = this.values.changing()
			.stream()
			.filter(ValueMapping.Entry::isKnownByType)
			.map((entry) -> new UpdateManyModel<BsonDocument>(Conditions.unchanged(this.field, entry.from()),
					set(entry.to()), new UpdateOptions().collation(this.exact)))
			.toList();
		if (!updates.isEmpty() && updates.size() <= FEW) {
			this.step.collection(this.collection).bulkWrite(updates, new BulkWriteOptions().ordered(false));
		}
	}

	private BsonDocument set(BsonValue value) {
		return new BsonDocument("$set", new BsonDocument(this.field.text(), value));
	}

	void mapInBatches(boolean resumed, boolean derived) throws Exception {
		boolean chained = this.values.isChained();
		batches().forEach((documents, again) -> {
			Map<ExactValue, Preimage> earlier = (chained && (again || resumed)) ? earlier(documents) : Map.of();
			List<Mapped> mapped = mapped(documents, earlier);
			addUnclear(documents, earlier);
			return write(mapped, keep(mapped, derived, again || resumed));
		});
		requireNoneUnclear();
	}

	// Values that came to a mapped document since may be old or new ones
	private void addUnclear(List<BsonDocument> documents, Map<ExactValue, Preimage> earlier) {
		for (BsonDocument document : documents) {
			BsonValue now = this.field.find(document);
			Preimage preimage = earlier.get(ExactValue.idOf(document));
			if (now != null && preimage != null && !preimage.isAsBefore(document) && this.unclear.size() < EXAMPLES
					&& preimage.fields().stream().anyMatch((field) -> hasCome(field.before(), now))) {
				this.unclear.add(ExactValue.idOf(document));
			}
		}
	}

	private boolean hasCome(@Nullable BsonValue before, BsonValue now) {
		List<BsonValue> come = new ArrayList<>(elements(now));
		if (before != null) {
			elements(this.values.apply(before)).forEach(come::remove);
		}
		return come.stream().anyMatch((value) -> !ExactValue.same(this.values.apply(value), value));
	}

	private static List<BsonValue> elements(BsonValue value) {
		return value.isArray() ? value.asArray().getValues() : List.of(value);
	}

	private void requireNoneUnclear() {
		if (!this.unclear.isEmpty()) {
			throw this.step.failed(
					"'%s' of document %s of '%s' was changed after it was mapped, and what came to it may be an old or a new value. It is left as it is, all others are mapped"
						.formatted(this.field,
								this.unclear.stream()
									.map((id) -> BsonFormatter.show(id.value()))
									.collect(Collectors.joining(", ")),
								this.collection),
					"Take out of '%s' what came to it, start again, and put it back as the new value that it stands for"
						.formatted(this.field));
		}
	}

	private List<Preimage> keep(List<Mapped> mapped, boolean derived, boolean again) {
		if (derived) {
			// Not packed, as the undo looks for them
			return this.step.preimages().keep(preimages(mapped, true), again);
		}
		return (this.step.isRemembering() || this.values.isChained()) ? this.step.keep(preimages(mapped, false), again)
				: List.of();
	}

	void mapBack() throws Exception {
		if (this.step.preimages().count() == 0) {
			mapAtOnce();
		}
		batches().forEach((documents, again) -> write(mapped(documents, earlier(documents)), List.of()));
	}

	private Batches batches() {
		return Batches.ofFields(this.step, this.collection, this.values.selected(this.field),
				List.of(this.field.text()));
	}

	private Map<ExactValue, Preimage> earlier(List<BsonDocument> documents) {
		return this.step.preimages().find(documents.stream().map(WholeDocument::id).toList());
	}

	// A document with a pre-image has been mapped, unless it is as before, which it also
	// is after an undo that was given up
	private List<Mapped> mapped(List<BsonDocument> documents, Map<ExactValue, Preimage> earlier) {
		List<Mapped> mapped = new ArrayList<>();
		for (BsonDocument document : documents) {
			BsonValue before = this.field.find(document);
			Preimage preimage = earlier.get(ExactValue.idOf(document));
			if (before != null && (preimage == null || preimage.isAsBefore(document))) {
				BsonValue after = this.values.apply(before);
				if (!ExactValue.same(before, after)) {
					mapped.add(new Mapped(WholeDocument.id(document), before, after));
				}
			}
		}
		return mapped;
	}

	private List<Preimage> preimages(List<Mapped> mapped, boolean derived) {
		ValueMapping back = derived ? this.values.inverse() : null;
		return mapped.stream()
			.filter((one) -> back == null || !ExactValue.same(back.apply(one.after()), one.before()))
			.map((one) -> Preimage.ofField(one.id(), this.field, one.before(), one.after()))
			.toList();
	}

	private boolean write(List<Mapped> mapped, List<Preimage> kept) {
		if (this.step.hasTransactions()) {
			// The transaction guarantees that they are as they were read
			ValuesById values = new ValuesById(this.field);
			mapped.forEach((one) -> values.add(one.id(), one.after()));
			values.write(this.step.collection(this.collection));
			return true;
		}
		List<UpdateOneModel<BsonDocument>> updates = new ArrayList<>();
		Map<ExactValue, UpdateOneModel<BsonDocument>> alone = new LinkedHashMap<>();
		for (Mapped one : mapped) {
			if (!kept.isEmpty() && isWrittenAlone(one)) {
				alone.put(new ExactValue(one.id()), update(one));
			}
			else {
				updates.add(update(one));
			}
		}
		boolean all = ConditionalUpdates.write(this.step.collection(this.collection), updates);
		Set<ExactValue> missed = ConditionalUpdates.writeEach(this.step.collection(this.collection), alone);
		this.step.preimages().takeBack(kept, missed);
		return all && missed.isEmpty();
	}

	// A pre-image must not be kept unless the document is mapped
	private boolean isWrittenAlone(Mapped one) {
		return this.values.isChained() || one.before().isArray();
	}

	private UpdateOneModel<BsonDocument> update(Mapped one) {
		return new UpdateOneModel<>(
				Conditions.all(Conditions.id(one.id()), Conditions.unchanged(this.field, one.before())),
				set(one.after()), new UpdateOptions().collation(this.exact));
	}

	/**
	 * What becomes of the field of a document.
	 */
	private record Mapped(BsonValue id, BsonValue before, BsonValue after) {

	}

}
