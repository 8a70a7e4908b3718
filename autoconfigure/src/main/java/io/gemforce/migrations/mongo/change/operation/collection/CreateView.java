package io.gemforce.migrations.mongo.change.operation.collection;

import java.util.List;
import java.util.Optional;

import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.PlanPhrases;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Creates a view, unless the same one exists.
 */
public record CreateView(String view, String on, BsonValue pipeline,
		@Nullable BsonDocument collation) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "createView";

	private static final String EXISTED = "existed";

	public static CreateView of(Parameters parameters) {
		return new CreateView(parameters.text("view"), parameters.text("on"), parameters.value("pipeline"),
				parameters.optionalDocument("collation"));
	}

	private ViewDefinition definition() {
		return ViewDefinition.of(this.view, this.on, this.pipeline, this.collation);
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public String summary() {
		return "create view '%s' on '%s'".formatted(this.view, this.on);
	}

	@Override
	public List<String> collections() {
		return List.of(this.view);
	}

	@Override
	public Reverse reverse() {
		return Reverse.derived("drops view '%s' if it was not there before".formatted(this.view));
	}

	@Override
	public boolean canBeInTransaction() {
		return false;
	}

	@Override
	public List<String> needs() {
		return PlanPhrases.privileges("createCollection, dropCollection, and find on what it reads,", this.view);
	}

	@Override
	public List<String> locks() {
		return PlanPhrases.exclusively(this.view);
	}

	@Override
	public void check(DefinitionCursor cursor) {
		ViewDefinition.checkPipeline(this.pipeline.asArray(), cursor.to("pipeline"));
		if (this.view.equals(this.on)) {
			cursor.to("on").wrong("view '%s' is on itself".formatted(this.view), "Write another name");
		}
	}

	@Override
	public AffectedCount touches(DocumentCounter counter) {
		return counter.exactly(0);
	}

	@Override
	public void up(OperationContext step) {
		Optional<CollectionInfo> there = step.catalog().find(this.view);
		there.flatMap(definition()::whatElseIs).ifPresent((other) -> {
			throw step.refused(other,
					"Change it by alterCollection or drop it by dropView before this change, or choose another name");
		});
		if (!step.isBegun()) {
			step.begin(new BsonDocument(EXISTED, BsonBoolean.valueOf(there.isPresent())));
		}
		if (there.isEmpty()) {
			definition().create(step);
		}
	}

	@Override
	public void down(OperationContext step) {
		if (!step.isNoted(EXISTED)) {
			definition().drop(step);
		}
	}

}
