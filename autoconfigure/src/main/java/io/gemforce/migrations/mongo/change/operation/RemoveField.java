package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import com.mongodb.client.model.UpdateOneModel;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.document.ConditionalUpdates;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.FieldPath;
import io.gemforce.migrations.mongo.change.document.WholeDocument;
import io.gemforce.migrations.mongo.change.preimage.Preimage;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Removes a field from all documents, in batches whose pre-images are written first.
 */
public record RemoveField(String collection, FieldPath field) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "removeField";

	public static RemoveField of(Parameters parameters) {
		return new RemoveField(parameters.text("collection"), parameters.path("field"));
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public String summary() {
		return "remove field '%s' from all documents of '%s'".formatted(this.field, this.collection);
	}

	@Override
	public List<String> collections() {
		return List.of(this.collection);
	}

	@Override
	public Reverse reverse() {
		return Reverse.remembered("restores '%s' of '%s' from pre-images".formatted(this.field, this.collection));
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
	public AffectedCount touches(DocumentCounter survey) {
		return survey.count(this.collection, Conditions.exists(this.field));
	}

	@Override
	public @Nullable AffectedCount preimages(DocumentCounter survey) {
		return touches(survey);
	}

	@Override
	public boolean keepsPreimages() {
		return true;
	}

	@Override
	public void up(OperationContext step) throws Exception {
		BsonDocument withField = Conditions.exists(this.field);
		Optional<CollectionInfo> info = step.find(this.collection);
		if (info.isEmpty()) {
			step.begin(new BsonDocument());
			return;
		}
		new EnclosingDocuments(this.field).requireNoArrays(step, this.collection, withField);
		new Validators(info.get()).requirePass(step, withField, List.of(Validators.remove(this.field)));
		boolean resumed = step.isBegun();
		if (!resumed) {
			if (step.isRemembering()) {
				step.requireRoomFor(step.collection(this.collection).countDocuments(withField));
				step.forget();
			}
			step.begin(new BsonDocument());
		}
		if (step.isRemembering()) {
			if (resumed) {
				step.unpack();
			}
			Batches.ofFields(step, this.collection, withField, List.of(this.field.text()))
				.forEach((documents, again) -> remove(step, documents, again || resumed));
		}
		else {
			step.collection(this.collection)
				.updateMany(Conditions.all(withField, new EnclosingDocuments(this.field).clear()), this.field.unset());
		}
	}

	private boolean remove(OperationContext step, List<BsonDocument> documents, boolean again) {
		List<Preimage> preimages = new ArrayList<>();
		List<UpdateOneModel<BsonDocument>> updates = new ArrayList<>();
		for (BsonDocument document : documents) {
			BsonValue value = this.field.find(document);
			if (value != null) {
				BsonValue id = WholeDocument.id(document);
				preimages.add(Preimage.ofField(id, this.field, value, null));
				updates.add(
						new UpdateOneModel<>(Conditions.all(Conditions.id(id), Conditions.unchanged(this.field, value)),
								this.field.unset()));
			}
		}
		step.keep(preimages, again);
		if (step.hasTransactions()) {
			// The transaction guarantees that they are as they were read
			step.collection(this.collection)
				.updateMany(Conditions.ids(preimages.stream().map(Preimage::id).toList()), this.field.unset());
			return true;
		}
		return ConditionalUpdates.write(step.collection(this.collection), updates);
	}

	@Override
	public void down(OperationContext step) throws Exception {
		new PreimageRestorer(step, this.collection, List.of(this.field.top())).run();
	}

}
