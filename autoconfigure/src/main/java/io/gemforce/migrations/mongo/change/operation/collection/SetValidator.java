package io.gemforce.migrations.mongo.change.operation.collection;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.PlanPhrases;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.document.Fingerprint;
import io.gemforce.migrations.mongo.change.document.Json;
import io.gemforce.migrations.mongo.change.operation.CreatedCollection;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Sets a collection's validator, creates a missing collection, notes the old validator.
 */
public record SetValidator(String collection, BsonDocument validation) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "setValidator";

	private static final String VALIDATOR = "validator";

	private static final String LEVEL = "validationLevel";

	private static final String ACTION = "validationAction";

	private static final String PREVIOUS = "previous";

	public static SetValidator of(Parameters parameters) {
		return new SetValidator(parameters.text("collection"), validation(parameters.value("validator").asDocument(),
				parameters.optionalText("level"), parameters.optionalText("action")));
	}

	static BsonDocument validation(BsonDocument validator, @Nullable String level, @Nullable String action) {
		return new BsonDocument(VALIDATOR, validator)
			.append(LEVEL, new BsonString(Objects.requireNonNullElse(level, "strict")))
			.append(ACTION, new BsonString(Objects.requireNonNullElse(action, "error")));
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public String summary() {
		return "set the validator of '%s', level %s, action %s".formatted(this.collection,
				this.validation.getString(LEVEL).getValue(), this.validation.getString(ACTION).getValue());
	}

	@Override
	public List<String> collections() {
		return List.of(this.collection);
	}

	@Override
	public Reverse reverse() {
		return Reverse.derived("sets the previous validator of '%s'".formatted(this.collection));
	}

	@Override
	public boolean canBeInTransaction() {
		return false;
	}

	@Override
	public List<String> needs() {
		return PlanPhrases.privileges("collMod, createCollection, find, dropCollection", this.collection);
	}

	@Override
	public List<String> locks() {
		return PlanPhrases.exclusively(this.collection);
	}

	@Override
	public AffectedCount touches(DocumentCounter counter) {
		return counter.exactly(0);
	}

	private static BsonDocument validationOf(CollectionInfo info) {
		return validation(info.options().getDocument(VALIDATOR, new BsonDocument()), text(info, LEVEL),
				text(info, ACTION));
	}

	private static @Nullable String text(CollectionInfo info, String option) {
		BsonValue value = info.options().get(option);
		return (value != null && value.isString()) ? value.asString().getValue() : null;
	}

	@Override
	public void up(OperationContext step) {
		Optional<CollectionInfo> there = step.find(this.collection);
		if (!step.isBegun()) {
			BsonDocument notes = CreatedCollection.note(there.isPresent());
			there.ifPresent((info) -> notes.append(PREVIOUS, new BsonString(Json.canonical(validationOf(info)))));
			step.begin(notes);
		}
		if (there.isPresent()) {
			step.catalog().modify(this.collection, this.validation);
		}
		else {
			step.catalog().create(this.collection, this.validation);
		}
	}

	@Override
	public void down(OperationContext step) {
		lift(step);
		new CreatedCollection(this.collection).drop(step);
	}

	// Unless it has been changed since
	private void lift(OperationContext step) {
		Optional<CollectionInfo> there = step.find(this.collection);
		if (there.isEmpty()) {
			return;
		}
		if (isOn(there.get(), this.validation)) {
			step.catalog().modify(this.collection, previous(step));
		}
		else if (!isOn(there.get(), previous(step))) {
			step.conflict("'%s': the validator has been changed since, and stays".formatted(this.collection));
		}
	}

	private static boolean isOn(CollectionInfo info, BsonDocument validation) {
		return Fingerprint.comparable(validationOf(info)).equals(Fingerprint.comparable(validation));
	}

	private static BsonDocument previous(OperationContext step) {
		return step.notes().containsKey(PREVIOUS) ? Json.parse(step.notes().getString(PREVIOUS).getValue())
				: validation(new BsonDocument(), null, null);
	}

	/**
	 * The undo of a validator before its turn.
	 */
	public record Undo(SetValidator change, OperationContext step) {

		public void lift() {
			this.change.lift(this.step);
		}

		public boolean isLifted() {
			return this.step.find(this.change.collection).filter((info) -> isOn(info, previous(this.step))).isPresent();
		}

	}

}
