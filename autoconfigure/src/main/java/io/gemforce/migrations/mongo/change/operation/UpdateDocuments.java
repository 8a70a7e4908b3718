package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReturnDocument;
import com.mongodb.client.model.WriteModel;
import com.mongodb.client.result.UpdateResult;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonValue;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.ConditionalUpdates;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.DocumentCount;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.UpdateOperators;
import io.gemforce.migrations.mongo.change.document.WholeDocument;
import io.gemforce.migrations.mongo.change.preimage.Preimage;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Updates documents by the author's operators or pipeline. With a {@code down} that is
 * one command of the server; without one the update is made in batches, with pre-images
 * of the fields at the top that it changes.
 */
public record UpdateDocuments(String collection, BsonDocument filter, BsonValue up, @Nullable BsonValue down,
		BsonDocument downFilter, boolean declaredIdempotent) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "update";

	private static final Log logger = LogFactory.getLog(UpdateDocuments.class);

	private static final String CHANGED = "changed";

	private static final String VAIN = "which finds none of the documents that 'up' has changed: add a 'downFilter' that does";

	public static UpdateDocuments of(Parameters parameters) {
		BsonDocument filter = parameters.value("filter").asDocument();
		BsonDocument downFilter = parameters.optionalDocument("downFilter");
		return new UpdateDocuments(parameters.text("collection"), filter, parameters.value("up"),
				parameters.optionalValue("down"), (downFilter != null) ? downFilter : filter,
				parameters.flag("idempotent"));
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public String summary() {
		return "update documents of '%s' where %s: %s".formatted(this.collection, BsonFormatter.show(this.filter),
				BsonFormatter.show(this.up));
	}

	@Override
	public List<String> collections() {
		return List.of(this.collection);
	}

	@Override
	public Reverse reverse() {
		return (this.down != null)
				? Reverse.declared("updates documents of '%s' where %s: %s%s".formatted(this.collection,
						BsonFormatter.show(this.downFilter), BsonFormatter.show(this.down),
						isVain() ? ", " + VAIN : ""))
				: Reverse.remembered("restores the changed fields of '%s' from pre-images".formatted(this.collection));
	}

	private boolean isVain() {
		return this.down != null && UpdateOperators.contradicts(this.up, this.downFilter);
	}

	@Override
	public boolean isIdempotent() {
		return this.declaredIdempotent || (UpdateOperators.areIdempotent(this.up)
				&& (this.down == null || UpdateOperators.areIdempotent(this.down)));
	}

	@Override
	public List<String> needs() {
		List<String> needs = new ArrayList<>(PlanPhrases.privileges("find, update", this.collection));
		if (!isIdempotent()) {
			needs.add(PlanPhrases.TRANSACTIONS);
		}
		return List.copyOf(needs);
	}

	@Override
	public List<String> locks() {
		return PlanPhrases.eachDocument(this.collection);
	}

	@Override
	public AffectedCount touches(DocumentCounter survey) {
		return survey.count(this.collection, this.filter);
	}

	@Override
	public @Nullable AffectedCount preimages(DocumentCounter survey) {
		return keepsPreimages() ? touches(survey) : null;
	}

	@Override
	public boolean keepsPreimages() {
		return this.down == null;
	}

	@Override
	public void check(DefinitionCursor spot) {
		if (this.down == null && !this.downFilter.equals(this.filter)) {
			spot.to("downFilter")
				.wrongKey("'downFilter' is of no use without 'down'", "Add 'down', or remove 'downFilter'");
		}
	}

	@Override
	public void up(OperationContext step) throws Exception {
		boolean there = step.find(this.collection).isPresent();
		boolean resumed = step.isBegun();
		if (isVain() && step.isRemembering()) {
			logger.warn("The update of '%s' has a 'down' %s".formatted(this.collection, VAIN));
		}
		if (!there) {
			step.begin(new BsonDocument());
		}
		else if (step.isRemembering() && keepsPreimages()) {
			if (!resumed) {
				step.requireRoomFor(new DocumentCount(step.database(), this.collection, this.filter).get());
				step.forget();
				step.begin(new BsonDocument());
			}
			updateInBatches(step, resumed);
		}
		else if (!isIdempotent() && step.hasTransactions()) {
			AtomicLong changed = new AtomicLong();
			step.onceInTransaction(new BsonDocument(),
					() -> changed.set(update(step, this.filter, this.up).getModifiedCount()));
			step.noteLater(CHANGED, new BsonInt64(changed.get()));
		}
		else {
			if (!resumed) {
				step.begin(new BsonDocument());
			}
			long changed = update(step, this.filter, this.up).getModifiedCount();
			if (!resumed) {
				step.noteLater(CHANGED, new BsonInt64(changed));
			}
		}
	}

	@Override
	public void down(OperationContext step) throws Exception {
		if (step.find(this.collection).isEmpty()) {
			return;
		}
		if (this.down == null) {
			step.preimages().forEach((preimages) -> complete(step, preimages));
			new PreimageRestorer(step, this.collection, List.of()).run();
		}
		else if (!isIdempotent() && step.hasTransactions()) {
			BsonValue down = this.down;
			AtomicLong found = new AtomicLong();
			step.downOnceInTransaction(() -> found.set(update(step, this.downFilter, down).getMatchedCount()));
			requireFound(step, found.get());
		}
		else {
			requireFound(step, update(step, this.downFilter, this.down).getMatchedCount());
		}
	}

	// An interrupted attempt may have undone all of it before
	private void requireFound(OperationContext step, long found) {
		long changed = step.notes().getNumber(CHANGED, new BsonInt64(0)).longValue();
		if (found == 0 && changed > 0 && !step.isResumed()) {
			step.conflict("'%s': 'down' has found none of the %d document%s that 'up' has changed, where %s"
				.formatted(this.collection, changed, (changed == 1) ? "" : "s", BsonFormatter.show(this.downFilter)));
		}
	}

	private UpdateResult update(OperationContext step, BsonDocument documents, BsonValue update) throws Exception {
		MongoCollection<BsonDocument> collection = step.collection(this.collection);
		if (update.isDocument()) {
			return collection.updateMany(documents, update.asDocument());
		}
		if (step.hasTransactions() || step.knowsPipelines()) {
			return collection.updateMany(documents, stages(update));
		}
		AtomicLong found = new AtomicLong();
		Batches.ofDocuments(step, this.collection, documents).forEach((batch, again) -> {
			found.addAndGet(batch.size());
			return ConditionalUpdates.write(step.collection(this.collection),
					replacements(batch, computed(step, batch, update)));
		});
		return UpdateResult.acknowledged(found.get(), found.get(), null);
	}

	private static List<? extends Bson> stages(BsonValue pipeline) {
		return pipeline.asArray().stream().map(BsonValue::asDocument).toList();
	}

	// What a pipeline would make of documents, by an aggregation
	private Map<ExactValue, BsonDocument> computed(OperationContext step, List<BsonDocument> documents,
			BsonValue pipeline) {
		List<BsonDocument> aggregation = new ArrayList<>();
		aggregation.add(new BsonDocument("$match", Conditions.ids(documents.stream().map(WholeDocument::id).toList())));
		aggregation.addAll(UpdateOperators.toAggregation(pipeline.asArray()));
		return byId(step.collection(this.collection).aggregate(aggregation).into(new ArrayList<>()));
	}

	private static Map<ExactValue, BsonDocument> byId(List<BsonDocument> documents) {
		return ExactValue.index(documents, WholeDocument::id);
	}

	private static List<WriteModel<BsonDocument>> replacements(List<BsonDocument> documents,
			Map<ExactValue, BsonDocument> computed) {
		List<WriteModel<BsonDocument>> writes = new ArrayList<>();
		for (BsonDocument document : documents) {
			BsonDocument replacement = computed.get(ExactValue.idOf(document));
			if (replacement != null && !ExactValue.same(replacement, document)) {
				writes.add(new ReplaceOneModel<>(WholeDocument.unchanged(document), replacement));
			}
		}
		return writes;
	}

	private void updateInBatches(OperationContext step, boolean resumed) throws Exception {
		if (resumed) {
			step.unpack();
		}
		if (step.hasTransactions()) {
			Set<String> fields = UpdateOperators.fields(this.up);
			Batches changed = fields.isEmpty() ? Batches.ofDocuments(step, this.collection, this.filter)
					: Batches.ofFields(step, this.collection, this.filter, fields);
			changed.forEach((documents, again) -> updateTogether(step, documents, fields, again || resumed));
			return;
		}
		Batches batches = Batches.ofDocuments(step, this.collection, this.filter);
		if (this.up.isArray() && !step.knowsPipelines()) {
			batches.forEach((documents, again) -> replace(step, documents, again || resumed));
		}
		else {
			batches.forEach((documents, again) -> updateGuarded(step, documents, again || resumed));
		}
	}

	private static Map<ExactValue, Preimage> earlier(OperationContext step, List<BsonDocument> documents,
			boolean again) {
		return again ? step.preimages().find(documents.stream().map(WholeDocument::id).toList()) : Map.of();
	}

	// An undo that was given up may have restored a document. Otherwise a pre-image is
	// complete once the update has been seen, whichever client has changed the document
	// since
	private static List<BsonDocument> withoutDone(List<BsonDocument> documents, Map<ExactValue, Preimage> earlier) {
		return documents.stream().filter((document) -> {
			Preimage preimage = earlier.get(ExactValue.idOf(document));
			return preimage == null || !preimage.isComplete() || preimage.isAsBefore(document);
		}).toList();
	}

	// In a transaction pre-images and update are written together or not at all
	private boolean updateTogether(OperationContext step, List<BsonDocument> documents, Set<String> fields,
			boolean again) {
		List<BsonDocument> open = withoutDone(documents, earlier(step, documents, again));
		List<BsonValue> ids = open.stream().map(WholeDocument::id).toList();
		if (ids.isEmpty()) {
			return true;
		}
		MongoCollection<BsonDocument> collection = step.collection(this.collection);
		BsonDocument batch = Conditions.all(Conditions.ids(ids), this.filter);
		if (this.up.isDocument()) {
			collection.updateMany(batch, this.up.asDocument());
		}
		else {
			collection.updateMany(batch, stages(this.up));
		}
		step.keep(differences(open, byId(Batches.read(collection, ids, fields))), again);
		return true;
	}

	private static List<Preimage> differences(List<BsonDocument> before, Map<ExactValue, BsonDocument> after) {
		List<Preimage> preimages = new ArrayList<>();
		for (BsonDocument document : before) {
			BsonDocument updated = after.get(ExactValue.idOf(document));
			Preimage preimage = (updated != null) ? Preimage.ofDifference(document, updated) : null;
			if (preimage != null) {
				preimages.add(preimage);
			}
		}
		return preimages;
	}

	// The result for each document is known before it is written
	private boolean replace(OperationContext step, List<BsonDocument> documents, boolean again) {
		Map<ExactValue, Preimage> earlier = earlier(step, documents, again);
		List<BsonDocument> open = documents.stream().filter((document) -> {
			Preimage preimage = earlier.get(ExactValue.idOf(document));
			return preimage == null || !preimage.isAsLeft(document);
		}).toList();
		Map<ExactValue, BsonDocument> computed = computed(step, open, this.up);
		step.preimages().keep(differences(open, computed), again);
		return ConditionalUpdates.write(step.collection(this.collection), replacements(open, computed));
	}

	// The whole document is kept until the result of the update is known, which requires
	// to update each document by itself
	private boolean updateGuarded(OperationContext step, List<BsonDocument> documents, boolean again) {
		Map<ExactValue, Preimage> earlier = earlier(step, documents, again);
		List<BsonDocument> open = withoutDone(documents, earlier);
		List<Preimage> whole = new ArrayList<>();
		for (BsonDocument document : open) {
			if (kept(earlier, document) == null) {
				whole.add(Preimage.whole(document));
			}
		}
		step.preimages().keep(whole, again);
		List<Preimage> complete = new ArrayList<>();
		List<BsonValue> needless = new ArrayList<>();
		boolean all = true;
		for (BsonDocument document : open) {
			BsonDocument kept = kept(earlier, document);
			boolean changed = kept != null && !ExactValue.same(kept, document);
			BsonDocument updated = (changed && !isIdempotent()) ? document : updateGuarded(step, document);
			BsonDocument before = (kept != null && changed) ? before(step, kept, document) : document;
			Preimage preimage = (updated != null) ? Preimage.ofDifference(before, updated) : null;
			if (preimage != null) {
				complete.add(preimage);
			}
			else if (updated != null || kept == null) {
				needless.add(WholeDocument.id(document));
			}
			all &= updated != null;
		}
		step.preimages().put(complete);
		step.preimages().delete(needless);
		return all;
	}

	// An interrupted attempt may have updated a document, and the application may have
	// changed other fields of it since
	private BsonDocument before(OperationContext step, BsonDocument kept, BsonDocument document) {
		Preimage expected = expected(step, kept);
		BsonDocument before = document.clone();
		for (Preimage.Field field : (expected != null) ? expected.fields() : List.<Preimage.Field>of()) {
			BsonValue value = field.before();
			if (value != null) {
				before.put(field.name(), value);
			}
			else {
				before.remove(field.name());
			}
		}
		return before;
	}

	// What an interrupted or failed attempt was working on may have been updated: it is
	// undone only where it is as the update would have left it
	private void complete(OperationContext step, List<Preimage> preimages) {
		List<BsonDocument> whole = preimages.stream().filter(Preimage::hasWhole).map(Preimage::whole).toList();
		if (whole.isEmpty()) {
			return;
		}
		Map<ExactValue, BsonDocument> current = byId(Batches.read(step.collection(this.collection),
				whole.stream().map(WholeDocument::id).toList(), List.of()));
		List<Preimage> complete = new ArrayList<>();
		for (BsonDocument before : whole) {
			Preimage expected = ExactValue.same(before, current.get(ExactValue.idOf(before))) ? null
					: expected(step, before);
			if (expected != null) {
				complete.add(expected);
			}
		}
		step.preimages().put(complete);
	}

	private @Nullable Preimage expected(OperationContext step, BsonDocument kept) {
		BsonDocument updated = step.preimages().tryOut(this.up, kept);
		return (updated != null) ? Preimage.ofDifference(kept, updated) : null;
	}

	private static @Nullable BsonDocument kept(Map<ExactValue, Preimage> earlier, BsonDocument document) {
		Preimage preimage = earlier.get(ExactValue.idOf(document));
		return (preimage != null && preimage.hasWhole()) ? preimage.whole() : null;
	}

	private @Nullable BsonDocument updateGuarded(OperationContext step, BsonDocument document) {
		MongoCollection<BsonDocument> collection = step.collection(this.collection);
		BsonDocument guard = Conditions.all(WholeDocument.unchanged(document), this.filter);
		FindOneAndUpdateOptions after = new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER);
		return this.up.isDocument() ? collection.findOneAndUpdate(guard, this.up.asDocument(), after)
				: collection.findOneAndUpdate(guard, stages(this.up), after);
	}

}
