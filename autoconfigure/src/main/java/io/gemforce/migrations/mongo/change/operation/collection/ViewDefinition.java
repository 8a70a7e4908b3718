package io.gemforce.migrations.mongo.change.operation.collection;

import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
import io.gemforce.migrations.mongo.change.catalog.CollectionOptions;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;

/**
 * A view: its name, and what it shows in the server's words.
 */
record ViewDefinition(String name, BsonDocument options) {

	static final String ON = "viewOn";

	static final String PIPELINE = "pipeline";

	private static final Set<String> WRITING = Set.of("$out", "$merge");

	static ViewDefinition of(String name, String on, BsonValue pipeline, @Nullable BsonDocument collation) {
		BsonDocument options = new BsonDocument(ON, new BsonString(on)).append(PIPELINE, pipeline);
		return new ViewDefinition(name, (collation != null) ? options.append("collation", collation) : options);
	}

	static void checkPipeline(BsonArray pipeline, DefinitionCursor cursor) {
		int index = 0;
		for (BsonValue stage : pipeline) {
			if (WRITING.contains(stage.asDocument().getFirstKey())) {
				cursor.to(index).wrong("a view cannot write", "Remove the stage");
			}
			index++;
		}
	}

	// What is in the place of the view, as what a refusal says
	Optional<String> whatElseIs(CollectionInfo there) {
		if (!there.isView()) {
			return Optional.of("'%s' is no view".formatted(this.name));
		}
		List<String> differences = CollectionOptions.of(there.options())
			.differences(CollectionOptions.of(this.options));
		return differences.isEmpty() ? Optional.empty()
				: Optional.of("'%s' is there as another view: %s".formatted(this.name, String.join("; ", differences)));
	}

	void create(OperationContext step) {
		new ServerOptions(step).define(() -> step.catalog().create(this.name, this.options));
	}

	// Unless it is not this view any more, which is listed
	void drop(OperationContext step) {
		step.catalog().find(this.name).ifPresent((there) -> {
			if (whatElseIs(there).isEmpty()) {
				step.catalog().drop(this.name);
			}
			else {
				step.conflict("'%s': the view has been changed since, and stays".formatted(this.name));
			}
		});
	}

}
