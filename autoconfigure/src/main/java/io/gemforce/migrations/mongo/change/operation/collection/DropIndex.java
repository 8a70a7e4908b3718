package io.gemforce.migrations.mongo.change.operation.collection;

import java.util.List;
import java.util.Optional;

import org.bson.BsonDocument;
import org.bson.BsonString;

import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
import io.gemforce.migrations.mongo.change.catalog.IndexDefinition;
import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.PlanPhrases;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.document.Json;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Drops an index, if it exists, and notes its definition.
 */
public record DropIndex(String collection, String name) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "dropIndex";

	private static final String INDEX = "index";

	public static DropIndex of(Parameters parameters) {
		return new DropIndex(parameters.text("collection"), parameters.text("name"));
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public String summary() {
		return "drop index '%s' of '%s'".formatted(this.name, this.collection);
	}

	@Override
	public List<String> collections() {
		return List.of(this.collection);
	}

	@Override
	public Reverse reverse() {
		return Reverse.derived("creates index '%s' of '%s' as it was".formatted(this.name, this.collection));
	}

	@Override
	public boolean canBeInTransaction() {
		return false;
	}

	@Override
	public List<String> needs() {
		return PlanPhrases.privileges("dropIndex, listIndexes, and for the undo createIndex, find", this.collection);
	}

	@Override
	public List<String> locks() {
		return PlanPhrases.exclusively(this.collection);
	}

	@Override
	public AffectedCount touches(DocumentCounter counter) {
		return counter.exactly(0);
	}

	@Override
	public void up(OperationContext step) {
		boolean there = step.findUnlessView(this.collection).isPresent();
		if (!step.isBegun()) {
			BsonDocument notes = new BsonDocument();
			Optional<BsonDocument> existing = there ? step.catalog().index(this.collection, this.name)
					: Optional.empty();
			existing.ifPresent((index) -> notes.append(INDEX, new BsonString(Json.canonical(index))));
			step.begin(notes);
		}
		if (there && step.notes().containsKey(INDEX)) {
			step.catalog().dropIndex(this.collection, this.name);
		}
	}

	@Override
	public void down(OperationContext step) {
		if (!step.notes().containsKey(INDEX)) {
			return;
		}
		BsonDocument index = Json.parse(step.notes().getString(INDEX).getValue());
		Optional<CollectionInfo> there = step.findUnlessView(this.collection);
		if (there.isEmpty()) {
			step.conflict("'%s': the collection of index '%s' is gone".formatted(this.collection, this.name));
			return;
		}
		Optional<BsonDocument> existing = step.catalog().index(this.collection, this.name);
		if (existing.isPresent() && !IndexDefinition.listed(existing.get()).isSame(IndexDefinition.listed(index))) {
			step.conflict("'%s': there is another index '%s' now".formatted(this.collection, this.name));
			return;
		}
		Duplicates duplicates = new Duplicates(this.collection,
				IndexDefinition.asListed(index, there.get().collation()));
		List<String> examples = existing.isPresent() ? List.of() : duplicates.examples(step);
		if (examples.isEmpty()) {
			examples = duplicates.build(step);
		}
		if (!examples.isEmpty()) {
			step.conflict("'%s': unique index '%s' stays away, as documents have the same values now: %s"
				.formatted(this.collection, this.name, examples.get(0)));
		}
	}

}
