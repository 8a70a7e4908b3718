package io.gemforce.migrations.mongo.change.operation.transfer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import org.bson.BsonDocument;
import org.bson.BsonValue;

import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.WholeDocument;

/**
 * What is in the way of documents, as far as it is there before the first write.
 */
final class TransferConflicts {

	private static final int EXAMPLES = 10;

	private final OperationContext step;

	private final TransferDefinition transfer;

	private final List<String> taken = new ArrayList<>();

	private final List<String> withoutId = new ArrayList<>();

	// Of the batch that was tried last, perhaps not for the last time
	private final List<BsonValue> open = new ArrayList<>();

	private Set<ExactValue> tried = Set.of();

	private long count;

	TransferConflicts(OperationContext step, TransferDefinition transfer) {
		this.step = step;
		this.transfer = transfer;
	}

	void look(List<BsonDocument> documents) {
		begin(documents);
		Transferred transferred = new Transferred(this.step, this.transfer);
		Map<ExactValue, BsonDocument> made = transferred.made(documents);
		List<BsonValue> ids = documents.stream().map(WholeDocument::id).toList();
		Map<ExactValue, BsonDocument> there = this.transfer.keeping() ? Map.of() : transferred.there(ids);
		for (BsonDocument document : documents) {
			BsonDocument result = made.get(ExactValue.idOf(document));
			BsonDocument found = there.get(ExactValue.idOf(document));
			if (result == null && this.withoutId.size() < EXAMPLES) {
				this.withoutId.add(BsonFormatter.show(WholeDocument.id(document)));
			}
			else if (found != null && result != null && !Transferred.same(found, result)) {
				add(WholeDocument.id(document));
			}
		}
	}

	/**
	 * Must be called before each attempt to transfer a batch: what it has found before is
	 * forgotten if it is tried again.
	 */
	void begin(List<BsonDocument> documents) {
		Set<ExactValue> ids = documents.stream().map(ExactValue::idOf).collect(Collectors.toSet());
		if (Collections.disjoint(ids, this.tried)) {
			settle();
		}
		this.open.clear();
		this.tried = ids;
	}

	void add(BsonValue id) {
		this.open.add(id);
	}

	private void settle() {
		this.count += this.open.size();
		this.open.stream()
			.limit(Math.max(0, EXAMPLES - this.taken.size()))
			.forEach((id) -> this.taken.add(BsonFormatter.show(id)));
		this.open.clear();
	}

	void refuse() {
		settle();
		if (!this.withoutId.isEmpty()) {
			throw this.step.refused(
					"the pipeline does not keep the '_id' of documents, for example %s"
						.formatted(String.join(", ", this.withoutId)),
					"Let it keep the '_id', for example by {$replaceWith: {$mergeObjects: [$part, {_id: $_id}]}}");
		}
		if (this.count > 0) {
			throw this.step.refused(words("has"), remedy());
		}
	}

	void requireNone() {
		settle();
		if (this.count > 0) {
			throw this.step.failed(words("has come to have") + ". These stay in both collections", remedy());
		}
	}

	private String words(String has) {
		return "'%s' %s other documents of the same _id as %d of '%s', for example %s".formatted(this.transfer.to(),
				has, this.count, this.transfer.from(), String.join(", ", this.taken));
	}

	private static String remedy() {
		return "Change or remove one of both, leave it out by the filter, or write 'onConflict: keep' so that both stay";
	}

}
