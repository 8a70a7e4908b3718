package io.gemforce.migrations.mongo.change.operation.collection;

import java.util.List;
import java.util.Optional;

import org.bson.BsonDocument;
import org.bson.BsonString;

import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.PlanPhrases;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.document.Json;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Drops a view, if it exists, and notes its definition.
 */
public record DropView(String view) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "dropView";

	private static final String OPTIONS = "options";

	public static DropView of(Parameters parameters) {
		return new DropView(parameters.text("view"));
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public String summary() {
		return "drop view '%s'".formatted(this.view);
	}

	@Override
	public List<String> collections() {
		return List.of(this.view);
	}

	@Override
	public Reverse reverse() {
		return Reverse.derived("creates view '%s' as it was".formatted(this.view));
	}

	@Override
	public boolean canBeInTransaction() {
		return false;
	}

	@Override
	public List<String> needs() {
		return PlanPhrases.privileges("dropCollection, and for the undo createCollection, and find on what it reads,",
				this.view);
	}

	@Override
	public List<String> locks() {
		return PlanPhrases.exclusively(this.view);
	}

	@Override
	public AffectedCount touches(DocumentCounter counter) {
		return counter.exactly(0);
	}

	@Override
	public void up(OperationContext step) {
		Optional<CollectionInfo> there = step.catalog().find(this.view);
		if (there.isPresent() && !there.get().isView()) {
			throw step.refused("'%s' is no view but a collection".formatted(this.view),
					"Write dropCollection if it is to be dropped");
		}
		if (!step.isBegun()) {
			BsonDocument notes = new BsonDocument();
			there.ifPresent((info) -> notes.append(OPTIONS, new BsonString(Json.canonical(info.options()))));
			step.begin(notes);
		}
		// One that was created since is another
		if (there.isPresent() && isNoted(step) && noted(step).whatElseIs(there.get()).isEmpty()) {
			step.catalog().drop(this.view);
		}
	}

	private static boolean isNoted(OperationContext step) {
		return step.notes().containsKey(OPTIONS);
	}

	private ViewDefinition noted(OperationContext step) {
		return new ViewDefinition(this.view, Json.parse(step.notes().getString(OPTIONS).getValue()));
	}

	@Override
	public void down(OperationContext step) {
		if (!isNoted(step)) {
			return;
		}
		Optional<CollectionInfo> there = step.catalog().find(this.view);
		if (there.isEmpty()) {
			noted(step).create(step);
		}
		else if (noted(step).whatElseIs(there.get()).isPresent()) {
			step.conflict(
					"'%s': the view is not restored, as there is something else of its name".formatted(this.view));
		}
	}

}
