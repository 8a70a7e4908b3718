package io.gemforce.migrations.mongo.change.operation.collection;

import java.util.List;
import java.util.Optional;

import org.bson.BsonDocument;

import io.gemforce.migrations.mongo.change.catalog.SearchIndex;
import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.PlanPhrases;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Gives a search index another definition, waits until queries use it, and notes the old
 * one.
 */
public record UpdateSearchIndex(SearchIndexWork index, BsonDocument definition) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "updateSearchIndex";

	public static UpdateSearchIndex of(Parameters parameters) {
		return new UpdateSearchIndex(SearchIndexWork.of(parameters), parameters.value("definition").asDocument());
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public String summary() {
		return "update %s, and wait until it is READY".formatted(this.index);
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
		return Reverse.derived("gives %s its previous definition".formatted(this.index));
	}

	@Override
	public boolean canBeInTransaction() {
		return false;
	}

	@Override
	public List<String> needs() {
		return PlanPhrases.privileges("updateSearchIndex, listSearchIndexes", this.index.collection());
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
		if (!SearchIndexWork.isThere(found)) {
			throw step.refused("there is no " + this.index,
					"Write createSearchIndex, or the name of one that is there");
		}
		if (!step.isBegun()) {
			step.begin(SearchIndexWork.note(found));
		}
		set(step, found.get(), this.definition);
	}

	private void set(OperationContext step, SearchIndex found, BsonDocument wanted) throws InterruptedException {
		if (!found.is(wanted)) {
			step.catalog().search(this.index.collection()).update(this.index.name(), wanted);
		}
		this.index.awaitReady(step, wanted);
	}

	@Override
	public void down(OperationContext step) throws Exception {
		if (!SearchIndexWork.isNoted(step)) {
			return;
		}
		Optional<SearchIndex> found = this.index.find(step);
		BsonDocument previous = SearchIndexWork.previous(step);
		if (!SearchIndexWork.isThere(found)) {
			step.conflict("%s is gone".formatted(this.index));
		}
		else if (found.get().is(this.definition) || found.get().is(previous)) {
			set(step, found.get(), previous);
		}
		else {
			step.conflict("%s has been changed since, and stays".formatted(this.index));
		}
	}

}
