package io.gemforce.migrations.mongo.change.operation.collection;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.bson.BsonDocument;

import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
import io.gemforce.migrations.mongo.change.catalog.CollectionOptions;
import io.gemforce.migrations.mongo.change.catalog.ServerFeature;
import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.PlanPhrases;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.operation.CreatedCollection;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Creates a collection, unless it exists with the same options. Without options any
 * ordinary collection will do.
 *
 * @param declared the parameters, as they are written
 */
public record CreateCollection(String collection, BsonDocument declared) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "createCollection";

	public static CreateCollection of(Parameters parameters) {
		return new CreateCollection(parameters.text("collection"), parameters.document());
	}

	private BsonDocument options() {
		return DeclaredOptions.of(new Parameters(this.declared));
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public String summary() {
		List<String> options = new ArrayList<>(this.declared.keySet());
		options.remove("collection");
		return "create collection '%s'%s".formatted(this.collection,
				options.isEmpty() ? "" : " with " + String.join(", ", options));
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
	public void check(DefinitionCursor cursor) {
		DeclaredOptions.check(this.declared, cursor);
	}

	@Override
	public AffectedCount touches(DocumentCounter counter) {
		return counter.exactly(0);
	}

	@Override
	public void up(OperationContext step) {
		BsonDocument options = options();
		Optional<CollectionInfo> there = options.isEmpty() ? step.find(this.collection)
				: step.catalog().find(this.collection);
		ServerOptions server = new ServerOptions(step);
		if (there.isEmpty()) {
			server.require(ServerFeature.neededBy(options));
		}
		else if (!options.isEmpty()) {
			requireSame(step, there.get(), options);
		}
		if (!step.isBegun()) {
			step.begin(CreatedCollection.note(there.isPresent()));
		}
		if (there.isEmpty()) {
			server.define(() -> step.catalog().create(this.collection, options));
		}
	}

	private void requireSame(OperationContext step, CollectionInfo there, BsonDocument options) {
		List<String> differences = CollectionOptions.of(there.options()).differences(CollectionOptions.of(options));
		if (there.isView() || !differences.isEmpty()) {
			throw step.refused(
					there.isView() ? "'%s' is a view".formatted(this.collection)
							: "'%s' is there with other options: %s".formatted(this.collection,
									String.join("; ", differences)),
					"Declare the options that it has, or change them first by setValidator or alterCollection, or choose "
							+ "another name");
		}
	}

	@Override
	public void down(OperationContext step) {
		new CreatedCollection(this.collection).drop(step);
	}

}
