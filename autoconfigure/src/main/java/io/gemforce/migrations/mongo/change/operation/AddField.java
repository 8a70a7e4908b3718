package io.gemforce.migrations.mongo.change.operation;

import java.util.List;
import java.util.Optional;

import org.bson.BsonDocument;
import org.bson.BsonValue;

import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.PlanPhrases;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.FieldEdit;
import io.gemforce.migrations.mongo.change.document.FieldPath;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Adds a field to all documents that lack it, by one command of the server.
 */
public record AddField(String collection, FieldPath field, BsonValue value) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "addField";

	public static AddField of(Parameters parameters) {
		return new AddField(parameters.text("collection"), parameters.path("field"), parameters.value("value"));
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public String summary() {
		return "add field '%s' = %s to documents of '%s' that lack it".formatted(this.field,
				BsonFormatter.show(this.value), this.collection);
	}

	@Override
	public List<String> collections() {
		return List.of(this.collection);
	}

	@Override
	public Reverse reverse() {
		return Reverse.derived("removes '%s' from the documents of '%s' that lacked it and still have the value"
			.formatted(this.field, this.collection));
	}

	@Override
	public List<String> needs() {
		return PlanPhrases.privileges("find, update", this.collection);
	}

	@Override
	public List<String> locks() {
		return PlanPhrases.eachDocument(this.collection);
	}

	@Override
	public void check(DefinitionCursor cursor) {
		RenameField.checkField(this.field, "added", cursor.to("field"));
	}

	private FieldAddition addition() {
		return new FieldAddition(this.collection, this.field, FieldEdit.add(this.field, this.value));
	}

	@Override
	public AffectedCount touches(DocumentCounter counter) {
		return counter.count(this.collection, Conditions.missing(this.field));
	}

	@Override
	public AffectedCount preimages(DocumentCounter counter) {
		return counter.count(this.collection, Conditions.exists(this.field));
	}

	@Override
	public boolean keepsPreimages() {
		return true;
	}

	@Override
	public void up(OperationContext step) throws Exception {
		Optional<CollectionInfo> info = step.find(this.collection);
		if (info.isEmpty()) {
			step.begin(new BsonDocument());
			return;
		}
		BsonDocument without = Conditions.missing(this.field.inner());
		FieldAddition addition = addition();
		new Validators(info.get()).requirePass(step, Conditions.missing(this.field), addition.edit().stages());
		addition.begin(step, without);
		EnclosingDocuments parents = new EnclosingDocuments(this.field);
		BsonDocument open = parents.having(Conditions.all(without, parents.clear()));
		if (this.field.scope().isArray()) {
			new ElementUpdate(this.collection, addition.edit()).make(step, open);
		}
		else {
			step.collection(this.collection)
				.updateMany(open, new BsonDocument("$set", new BsonDocument(this.field.text(), this.value)));
		}
		EnclosingDocuments.requireNoneLeft(step, this.collection, without, List.of(parents));
	}

	@Override
	public void down(OperationContext step) throws Exception {
		if (step.find(this.collection).isPresent()) {
			addition().remove(step, List.of(this.field.top()), (document) -> this.value);
		}
	}

}
