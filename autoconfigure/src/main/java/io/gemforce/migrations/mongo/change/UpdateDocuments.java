package io.gemforce.migrations.mongo.change;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.UpdateOneModel;
import com.mongodb.client.model.WriteModel;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Touches;

/**
 * Updates documents by the author's operators or pipeline. With a {@code down} that is
 * one command of the server; without one the update is made in batches, with the
 * pre-images of the fields at the top that it changes.
 *
 * @param collection the collection
 * @param filter selects the documents
 * @param up the update
 * @param down what undoes it, {@code null} if pre-images do
 * @param downFilter selects the documents to undo
 * @param declaredIdempotent whether the author says that the update is idempotent
 */
record UpdateDocuments(String collection, BsonDocument filter, BsonValue up, @Nullable BsonValue down,
		BsonDocument downFilter, boolean declaredIdempotent) implements ExecutableChange {

	static UpdateDocuments of(Parameters parameters) {
		BsonDocument filter = parameters.value("filter").asDocument();
		BsonDocument downFilter = parameters.optionalDocument("downFilter");
		return new UpdateDocuments(parameters.text("collection"), filter, parameters.value("up"),
				parameters.optionalValue("down"), (downFilter != null) ? downFilter : filter,
				parameters.flag("idempotent"));
	}

	@Override
	public String kind() {
		return ChangeKind.UPDATE.id();
	}

	@Override
	public String summary() {
		return "update documents of '%s' where %s: %s".formatted(this.collection, BsonWords.show(this.filter),
				BsonWords.show(this.up));
	}

	@Override
	public List<String> collections() {
		return List.of(this.collection);
	}

	@Override
	public Reverse reverse() {
		return (this.down != null)
				? Reverse.declared("updates documents of '%s' where %s: %s".formatted(this.collection,
						BsonWords.show(this.downFilter), BsonWords.show(this.down)))
				: Reverse.remembered("restores the changed fields of '%s' from pre-images".formatted(this.collection));
	}

	@Override
	public boolean isIdempotent() {
		return this.declaredIdempotent || (UpdateOperators.areIdempotent(this.up)
				&& (this.down == null || UpdateOperators.areIdempotent(this.down)));
	}

	@Override
	public List<String> needs() {
		List<String> needs = new ArrayList<>(Wording.privileges("find, update", this.collection));
		if (!isIdempotent()) {
			needs.add(Wording.TRANSACTIONS);
		}
		return List.copyOf(needs);
	}

	@Override
	public List<String> locks() {
		return Wording.eachDocument(this.collection);
	}

	@Override
	public Touches touches(Survey survey) {
		return survey.count(this.collection, this.filter);
	}

	@Override
	public @Nullable Touches preimages(Survey survey) {
		return keepsPreimages() ? touches(survey) : null;
	}

	@Override
	public boolean keepsPreimages() {
		return this.down == null;
	}

	@Override
	public void check(Spot spot) {
		if (this.down == null && !this.downFilter.equals(this.filter)) {
			spot.to("downFilter")
				.wrongKey("'downFilter' is of no use without 'down'", "Add 'down', or remove 'downFilter'");
		}
	}

	@Override
	public void up(Step step) throws Exception {
		boolean there = step.find(this.collection).isPresent();
		boolean resumed = step.isBegun();
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
			step.onceInTransaction(new BsonDocument(), () -> update(step, this.filter, this.up));
		}
		else {
			if (!resumed) {
				step.begin(new BsonDocument());
			}
			update(step, this.filter, this.up);
		}
	}

	@Override
	public void down(Step step) throws Exception {
		if (step.find(this.collection).isEmpty()) {
			return;
		}
		if (this.down == null) {
			new Restoring(step, this.collection, List.of()).run();
		}
		else if (!isIdempotent() && step.hasTransactions()) {
			BsonValue down = this.down;
			step.downOnceInTransaction(() -> update(step, this.downFilter, down));
		}
		else {
			update(step, this.downFilter, this.down);
		}
	}

	private void update(Step step, BsonDocument documents, BsonValue update) throws Exception {
		MongoCollection<BsonDocument> collection = step.collection(this.collection);
		if (update.isDocument()) {
			collection.updateMany(documents, update.asDocument());
		}
		else if (step.hasTransactions() || step.knowsPipelines()) {
			collection.updateMany(documents, stages(update));
		}
		else {
			Batches.ofDocuments(step, this.collection, documents)
				.forEach((found, again) -> GuardedUpdates.write(step.collection(this.collection),
						replacements(found, computed(step, found, update))));
		}
	}

	private static List<? extends Bson> stages(BsonValue pipeline) {
		return pipeline.asArray().stream().map(BsonValue::asDocument).toList();
	}

	// What a pipeline would make of documents, by an aggregation
	private Map<BsonValue, BsonDocument> computed(Step step, List<BsonDocument> documents, BsonValue pipeline) {
		List<BsonDocument> aggregation = new ArrayList<>();
		aggregation.add(new BsonDocument("$match", Conditions.ids(documents.stream().map(Parents::id).toList())));
		aggregation.addAll(UpdateOperators.toAggregation(pipeline.asArray()));
		return byId(step.collection(this.collection).aggregate(aggregation).into(new ArrayList<>()));
	}

	private static Map<BsonValue, BsonDocument> byId(List<BsonDocument> documents) {
		Map<BsonValue, BsonDocument> byId = new LinkedHashMap<>();
		documents.forEach((document) -> byId.put(Parents.id(document), document));
		return byId;
	}

	private static List<WriteModel<BsonDocument>> replacements(List<BsonDocument> documents,
			Map<BsonValue, BsonDocument> computed) {
		List<WriteModel<BsonDocument>> writes = new ArrayList<>();
		for (BsonDocument document : documents) {
			BsonDocument replacement = computed.get(Parents.id(document));
			if (replacement != null && !replacement.equals(document)) {
				writes.add(new ReplaceOneModel<>(WholeDocument.unchanged(document), replacement));
			}
		}
		return writes;
	}

	private void updateInBatches(Step step, boolean resumed) throws Exception {
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

	private static Map<BsonValue, Preimage> earlier(Step step, List<BsonDocument> documents, boolean again) {
		return again ? step.preimages().find(documents.stream().map(Parents::id).toList()) : Map.of();
	}

	// A pre-image is complete once the update has been seen, whoever has changed the
	// document
	// since
	private static List<BsonDocument> withoutDone(List<BsonDocument> documents, Map<BsonValue, Preimage> earlier) {
		return documents.stream().filter((document) -> {
			Preimage preimage = earlier.get(Parents.id(document));
			return preimage == null || !preimage.isComplete();
		}).toList();
	}

	// In a transaction pre-images and update are there together or not at all
	private boolean updateTogether(Step step, List<BsonDocument> documents, Set<String> fields, boolean again) {
		List<BsonDocument> open = withoutDone(documents, earlier(step, documents, again));
		List<BsonValue> ids = open.stream().map(Parents::id).toList();
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

	private static List<Preimage> differences(List<BsonDocument> before, Map<BsonValue, BsonDocument> after) {
		List<Preimage> preimages = new ArrayList<>();
		for (BsonDocument document : before) {
			BsonDocument updated = after.get(Parents.id(document));
			Preimage preimage = (updated != null) ? Preimage.ofDifference(document, updated) : null;
			if (preimage != null) {
				preimages.add(preimage);
			}
		}
		return preimages;
	}

	// What is made of each document is known before it is written
	private boolean replace(Step step, List<BsonDocument> documents, boolean again) {
		Map<BsonValue, Preimage> earlier = earlier(step, documents, again);
		List<BsonDocument> open = documents.stream().filter((document) -> {
			Preimage preimage = earlier.get(Parents.id(document));
			return preimage == null || !preimage.isAsLeft(document);
		}).toList();
		Map<BsonValue, BsonDocument> computed = computed(step, open, this.up);
		step.preimages().keep(differences(open, computed), again);
		return GuardedUpdates.write(step.collection(this.collection), replacements(open, computed));
	}

	// The whole document is kept until it is known what the update has made of it
	private boolean updateGuarded(Step step, List<BsonDocument> documents, boolean again) {
		Map<BsonValue, Preimage> earlier = earlier(step, documents, again);
		Map<BsonValue, BsonDocument> before = new HashMap<>();
		List<Preimage> open = new ArrayList<>();
		List<WriteModel<BsonDocument>> updates = new ArrayList<>();
		for (BsonDocument document : withoutDone(documents, earlier)) {
			BsonValue id = Parents.id(document);
			Preimage preimage = earlier.get(id);
			BsonDocument kept = (preimage != null && preimage.hasWhole()) ? preimage.whole() : null;
			if (kept == null) {
				open.add(Preimage.whole(document));
			}
			if (kept == null || isIdempotent() || kept.equals(document)) {
				updates.add(guarded(document));
			}
			before.put(id, (kept != null) ? kept : document);
		}
		if (before.isEmpty()) {
			return true;
		}
		step.preimages().keep(open, again);
		boolean all = GuardedUpdates.write(step.collection(this.collection), updates);
		complete(step, before);
		return all;
	}

	private WriteModel<BsonDocument> guarded(BsonDocument document) {
		BsonDocument guard = Conditions.all(WholeDocument.unchanged(document), this.filter);
		return this.up.isDocument() ? new UpdateOneModel<>(guard, this.up.asDocument())
				: new UpdateOneModel<>(guard, stages(this.up));
	}

	private void complete(Step step, Map<BsonValue, BsonDocument> before) {
		List<Preimage> complete = new ArrayList<>();
		List<BsonValue> unchanged = new ArrayList<>();
		Map<BsonValue, BsonDocument> after = byId(
				Batches.read(step.collection(this.collection), before.keySet(), List.of()));
		before.forEach((id, document) -> {
			BsonDocument updated = after.get(id);
			Preimage preimage = (updated != null) ? Preimage.ofDifference(document, updated) : null;
			if (preimage != null) {
				complete.add(preimage);
			}
			else {
				unchanged.add(id);
			}
		});
		step.preimages().put(complete);
		step.preimages().delete(unchanged);
	}

}
