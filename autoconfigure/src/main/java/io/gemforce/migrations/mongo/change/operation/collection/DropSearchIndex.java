package io.gemforce.migrations.mongo.change.operation.collection;

import java.util.List;
import java.util.Optional;

import io.gemforce.migrations.mongo.change.catalog.SearchIndex;
import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.PlanPhrases;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Drops a search index, if it exists, and notes its definition.
 */
public record DropSearchIndex(SearchIndexWork index) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "dropSearchIndex";

	public static DropSearchIndex of(Parameters parameters) {
		return new DropSearchIndex(SearchIndexWork.of(parameters));
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public String summary() {
		return "drop %s".formatted(this.index);
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
		return Reverse.derived("creates %s as it was, and waits until it is READY".formatted(this.index));
	}

	@Override
	public boolean canBeInTransaction() {
		return false;
	}

	@Override
	public List<String> needs() {
		return PlanPhrases.privileges("dropSearchIndex, listSearchIndexes, and for the undo createSearchIndexes",
				this.index.collection());
	}

	@Override
	public List<String> locks() {
		return List.of();
	}

	@Override
	public AffectedCount touches(DocumentCounter counter) {
		return counter.exactly(0);
	}

	@Override
	public void up(OperationContext step) {
		Optional<SearchIndex> found = this.index.find(step).filter((index) -> !index.isGoing());
		if (!step.isBegun()) {
			step.begin(SearchIndexWork.note(found));
		}
		// One of another definition was created since
		if (found.isPresent() && SearchIndexWork.isNoted(step) && isNoted(step, found.get())) {
			step.catalog().search(this.index.collection()).drop(this.index.name());
		}
	}

	private static boolean isNoted(OperationContext step, SearchIndex found) {
		return found.type().equals(SearchIndexWork.previousType(step)) && found.is(SearchIndexWork.previous(step));
	}

	@Override
	public void down(OperationContext step) throws Exception {
		if (!SearchIndexWork.isNoted(step)) {
			return;
		}
		Optional<SearchIndex> found = this.index.find(step);
		if (step.catalog().find(this.index.collection()).isEmpty()) {
			step.conflict("'%s': the collection of %s is gone".formatted(this.index.collection(), this.index));
			return;
		}
		if (SearchIndexWork.isThere(found) && !isNoted(step, found.get())) {
			step.conflict("%s is there again with another definition".formatted(this.index));
			return;
		}
		if (!SearchIndexWork.isThere(found)) {
			this.index.create(step, SearchIndexWork.previousType(step), SearchIndexWork.previous(step));
		}
		this.index.awaitReady(step, SearchIndexWork.previous(step));
	}

}
