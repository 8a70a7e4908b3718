package io.gemforce.migrations.mongo.change.operation;

import java.util.List;
import java.util.Optional;

import org.bson.BsonDocument;
import org.bson.BsonValue;

import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
import io.gemforce.migrations.mongo.change.contract.ExecutableChange;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.contract.Step;
import io.gemforce.migrations.mongo.change.contract.Survey;
import io.gemforce.migrations.mongo.change.document.BsonWords;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.FieldPath;
import io.gemforce.migrations.store.Touches;

/**
 * Adds a field to all documents that lack it, by one command of the server.
 *
 * @param collection the collection
 * @param field the field
 * @param value its value
 */
public record AddField(String collection, FieldPath field, BsonValue value) implements ExecutableChange {

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
		return "add field '%s' = %s to documents of '%s' that lack it".formatted(this.field, BsonWords.show(this.value),
				this.collection);
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
		return Wording.privileges("find, update", this.collection);
	}

	@Override
	public List<String> locks() {
		return Wording.eachDocument(this.collection);
	}

	@Override
	public Touches touches(Survey survey) {
		return survey.count(this.collection, Conditions.missing(this.field));
	}

	@Override
	public Touches preimages(Survey survey) {
		return survey.count(this.collection, Conditions.exists(this.field));
	}

	@Override
	public boolean keepsPreimages() {
		return true;
	}

	@Override
	public void up(Step step) throws Exception {
		Optional<CollectionInfo> info = step.find(this.collection);
		if (info.isEmpty()) {
			step.begin(new BsonDocument());
			return;
		}
		BsonDocument without = Conditions.missing(this.field);
		new Validators(info.get()).requirePass(step, without,
				List.of(Validators.set(this.field, new BsonDocument("$literal", this.value))));
		new AddedField(this.collection, this.field).begin(step, without);
		Parents parents = new Parents(this.field);
		step.collection(this.collection)
			.updateMany(Conditions.all(without, parents.clear()),
					new BsonDocument("$set", new BsonDocument(this.field.text(), this.value)));
		Parents.requireNoneLeft(step, this.collection, without, List.of(parents));
	}

	@Override
	public void down(Step step) throws Exception {
		if (step.find(this.collection).isPresent()) {
			new AddedField(this.collection, this.field).remove(step, List.of(this.field.top()),
					(document) -> this.value);
		}
	}

}
