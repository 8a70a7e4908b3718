package io.gemforce.migrations.mongo.change.operation.collection;

import java.util.List;

import org.bson.BsonDocument;

import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.operation.CreatedCollection;
import io.gemforce.migrations.mongo.change.operation.PlanPhrases;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Creates a collection, unless it exists.
 */
public record CreateCollection(String collection) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "createCollection";

	public static CreateCollection of(Parameters parameters) {
		return new CreateCollection(parameters.text("collection"));
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public String summary() {
		return "create collection '%s'".formatted(this.collection);
	}

	@Override
	public List<String> collections() {
		return List.of(this.collection);
	}

	@Override
	public Reverse reverse() {
		return Reverse.derived("drops '%s' if it was not there before and is empty".formatted(this.collection));
	}

	@Override
	public boolean canBeInTransaction() {
		return false;
	}

	@Override
	public List<String> needs() {
		return PlanPhrases.privileges("createCollection, find, renameCollectionSameDB, dropCollection",
				this.collection);
	}

	@Override
	public List<String> locks() {
		return PlanPhrases.exclusively(this.collection);
	}

	@Override
	public AffectedCount touches(DocumentCounter survey) {
		return survey.exactly(0);
	}

	@Override
	public void up(OperationContext step) {
		boolean there = step.find(this.collection).isPresent();
		if (!step.isBegun()) {
			step.begin(CreatedCollection.note(there));
		}
		if (!there) {
			step.catalog().create(this.collection, new BsonDocument());
		}
	}

	@Override
	public void down(OperationContext step) {
		new CreatedCollection(this.collection).drop(step);
	}

}
