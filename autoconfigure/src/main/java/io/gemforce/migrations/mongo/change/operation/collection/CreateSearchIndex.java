package io.gemforce.migrations.mongo.change.operation.collection;

import java.util.List;
import java.util.Optional;

import org.bson.BsonBoolean;
import org.bson.BsonDocument;

import io.gemforce.migrations.mongo.change.catalog.SearchIndex;
import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.PlanPhrases;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.operation.CreatedCollection;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Creates a search index, unless the same one exists, and waits until it is ready.
 */
public record CreateSearchIndex(SearchIndexWork index, String type,
		BsonDocument definition) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "createSearchIndex";

	private static final String EXISTED = "existed";

	public static CreateSearchIndex of(Parameters parameters) {
		String type = parameters.optionalText("type");
		return new CreateSearchIndex(SearchIndexWork.of(parameters), (type != null) ? type : "search",
				parameters.value("definition").asDocument());
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public String summary() {
		return "create %s, and wait until it is READY".formatted(this.index);
	}

	@Override
	public List<String> collections() {
		return List.of(this.index.collection());
	}

	@Override
	public Optional<String> reachesBeyond() {
		return Optional.of(SearchIndexWork.BEYOND);
	}

	@Override
	public Reverse reverse() {
		return Reverse.derived("drops %s if it was not there before".formatted(this.index));
	}

	@Override
	public boolean canBeInTransaction() {
		return false;
	}

	@Override
	public List<String> needs() {
		return PlanPhrases.privileges(
				"createSearchIndexes, listSearchIndexes, createCollection, and for the undo dropSearchIndex",
				this.index.collection());
	}

	@Override
	public List<String> locks() {
		return List.of();
	}

	@Override
	public AffectedCount touches(DocumentCounter counter) {
		return counter.count(this.index.collection(), Conditions.ANY);
	}

	@Override
	public void up(OperationContext step) throws Exception {
		Optional<SearchIndex> found = this.index.find(step);
		boolean there = SearchIndexWork.isThere(found);
		if (there && !isSame(found.get())) {
			throw step.refused(
					"%s is there with another definition: %s".formatted(this.index,
							BsonFormatter.show(found.get().definition())),
					"Write updateSearchIndex if it is to be changed, or choose another name");
		}
		boolean collectionThere = step.catalog().find(this.index.collection()).isPresent();
		if (!step.isBegun()) {
			step.begin(CreatedCollection.note(collectionThere).append(EXISTED, BsonBoolean.valueOf(there)));
		}
		if (!collectionThere) {
			step.catalog().create(this.index.collection(), new BsonDocument());
		}
		if (!there) {
			this.index.create(step, this.type, this.definition);
		}
		this.index.awaitReady(step, this.definition);
	}

	private boolean isSame(SearchIndex found) {
		return found.type().equals(this.type) && found.is(this.definition);
	}

	@Override
	public void down(OperationContext step) {
		Optional<SearchIndex> found = step.isNoted(EXISTED) ? Optional.empty() : this.index.find(step);
		if (SearchIndexWork.isThere(found)) {
			if (isSame(found.get())) {
				step.catalog().search(this.index.collection()).drop(this.index.name());
			}
			else {
				step.conflict("%s has been changed since, and stays".formatted(this.index));
			}
		}
		new CreatedCollection(this.index.collection()).drop(step);
	}

}
