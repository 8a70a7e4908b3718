package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.FieldEdit;
import io.gemforce.migrations.mongo.change.document.FieldPath;
import io.gemforce.migrations.mongo.change.document.WholeDocument;
import io.gemforce.migrations.mongo.change.preimage.Preimage;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
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
	public void check(DefinitionCursor cursor) {
		RenameField.checkField(this.field, "removed", cursor.to("field"));
	}

	@Override
	public AffectedCount touches(DocumentCounter counter) {
		return counter.count(this.collection, Conditions.exists(this.field));
	}

	@Override
	public @Nullable AffectedCount preimages(DocumentCounter counter) {
		return touches(counter);
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
			if (!step.isBegun()) {
				// An edited change may have kept some in its place
				step.forget();
			}
			step.begin(new BsonDocument());
			return;
		}
		EnclosingDocuments parents = new EnclosingDocuments(this.field);
		BsonDocument condition = Conditions.exists(this.field.inner());
		parents.requireNoArrays(step, this.collection, condition);
		FieldEdit edit = FieldEdit.remove(this.field);
		new Validators(info.get()).requirePass(step, withField, edit.stages());
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
			Batches.ofFields(step, this.collection, withField, List.of(this.field.place().text()))
				.forEach((documents, again) -> remove(step, documents, again || resumed));
			return;
		}
		BsonDocument open = parents.having(Conditions.all(condition, parents.clear()));
		if (this.field.scope().isArray()) {
			new ElementUpdate(this.collection, edit).make(step, open);
		}
		else {
			step.collection(this.collection).updateMany(open, this.field.unset());
		}
	}

	private boolean remove(OperationContext step, List<BsonDocument> documents, boolean again) {
		FieldPath place = this.field.place();
		List<Preimage> preimages = new ArrayList<>();
		Rewrites rewrites = new Rewrites(step, place);
		for (BsonDocument document : documents) {
			BsonValue before = place.find(document);
			BsonValue after = this.field.rewrite(document, (value) -> null);
			if (before != null && !ExactValue.same(before, after)) {
				preimages.add(Preimage.ofField(WholeDocument.id(document), place, before, after));
				rewrites.add(document, after);
			}
		}
		return rewrites.write(this.collection, step.keep(preimages, again));
	}

	@Override
	public void down(OperationContext step) throws Exception {
		new PreimageRestorer(step, this.collection, List.of(this.field.place().top())).run();
	}

}
