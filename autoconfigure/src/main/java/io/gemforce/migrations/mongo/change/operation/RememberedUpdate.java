package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.ConditionalUpdates;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.UpdateOperators;
import io.gemforce.migrations.mongo.change.document.WholeDocument;
import io.gemforce.migrations.mongo.change.preimage.Preimage;

/**
 * An update in batches, with pre-images of the fields at the top that it changes.
 */
record RememberedUpdate(UpdateCommand command, boolean isIdempotent) {

	void make(OperationContext step, boolean resumed) throws Exception {
		if (resumed) {
			step.unpack();
		}
		if (step.hasTransactions()) {
			Set<String> fields = UpdateOperators.fields(this.command.update());
			batches(step, fields)
				.forEach((documents, again) -> updateTogether(step, documents, fields, again || resumed));
		}
		else if (this.command.update().isArray() && !step.knowsPipelines()) {
			batches(step, Set.of()).forEach((documents, again) -> replace(step, documents, again || resumed));
		}
		else {
			batches(step, Set.of()).forEach((documents, again) -> updateGuarded(step, documents, again || resumed));
		}
	}

	private Batches batches(OperationContext step, Set<String> fields) {
		String collection = this.command.collection();
		BsonDocument filter = this.command.filter();
		Batches batches = fields.isEmpty() ? Batches.ofDocuments(step, collection, filter)
				: Batches.ofFields(step, collection, filter, fields);
		return batches.with(this.command.settings());
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
		this.command.runOn(step, ids);
		step.keep(differences(open, updated(step, open, ids, fields)), again);
		return true;
	}

	private Map<ExactValue, BsonDocument> updated(OperationContext step, List<BsonDocument> documents,
			List<BsonValue> ids, Set<String> fields) {
		if (!UpdateOperators.isPlain(this.command.update())) {
			return byId(Batches.read(step.collection(this.command.collection()), ids, fields));
		}
		Map<ExactValue, BsonDocument> updated = new HashMap<>();
		documents.forEach((document) -> updated.put(ExactValue.idOf(document),
				UpdateOperators.applyPlain(this.command.update().asDocument(), document)));
		return updated;
	}

	private static Map<ExactValue, BsonDocument> byId(List<BsonDocument> documents) {
		return ExactValue.index(documents, WholeDocument::id);
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
		Map<ExactValue, BsonDocument> computed = this.command.computed(step, open);
		step.preimages().keep(differences(open, computed), again);
		return ConditionalUpdates.write(step.collection(this.command.collection()),
				UpdateCommand.replacements(open, computed));
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
			BsonDocument updated = (changed && !this.isIdempotent) ? document : this.command.runGuarded(step, document);
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
	// changed it since: what is not as the update would have left it is the application's
	private BsonDocument before(OperationContext step, BsonDocument kept, BsonDocument document) {
		BsonDocument updated = triedOut(step, kept);
		BsonDocument before = document.clone();
		Set<String> names = new HashSet<>(kept.keySet());
		if (updated != null) {
			names.addAll(updated.keySet());
			names.removeIf((name) -> ExactValue.same(kept.get(name), updated.get(name))
					|| !ExactValue.same(document.get(name), updated.get(name)));
			for (String name : names) {
				BsonValue value = kept.get(name);
				if (value != null) {
					before.put(name, value);
				}
				else {
					before.remove(name);
				}
			}
		}
		return before;
	}

	// What an interrupted or failed attempt was working on may have been updated: it is
	// undone only where it is as the update would have left it
	void complete(OperationContext step, List<Preimage> preimages) {
		List<BsonDocument> whole = preimages.stream().filter(Preimage::hasWhole).map(Preimage::whole).toList();
		if (whole.isEmpty()) {
			return;
		}
		Map<ExactValue, BsonDocument> current = byId(Batches.read(step.collection(this.command.collection()),
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
		BsonDocument updated = triedOut(step, kept);
		return (updated != null) ? Preimage.ofDifference(kept, updated) : null;
	}

	private @Nullable BsonDocument triedOut(OperationContext step, BsonDocument kept) {
		return step.preimages().tryOut(this.command.update(), this.command.settings().forOne(), kept);
	}

	private static @Nullable BsonDocument kept(Map<ExactValue, Preimage> earlier, BsonDocument document) {
		Preimage preimage = earlier.get(ExactValue.idOf(document));
		return (preimage != null && preimage.hasWhole()) ? preimage.whole() : null;
	}

}
