package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import com.mongodb.client.model.UpdateOneModel;
import org.bson.BsonDocument;
import org.bson.BsonValue;

import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.PlanPhrases;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.document.ConditionalUpdates;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.FieldEdit;
import io.gemforce.migrations.mongo.change.document.FieldPath;
import io.gemforce.migrations.mongo.change.document.WholeDocument;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Copies a field in all documents that have it and lack the target: by one command where
 * the server has update pipelines, else in batches.
 */
public record CopyField(String collection, FieldPath from, FieldPath to) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "copyField";

	public static CopyField of(Parameters parameters) {
		return new CopyField(parameters.text("collection"), parameters.path("from"), parameters.path("to"));
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public String summary() {
		return "copy field '%s' of '%s' to '%s' where that is missing".formatted(this.from, this.collection, this.to);
	}

	@Override
	public List<String> collections() {
		return List.of(this.collection);
	}

	@Override
	public Reverse reverse() {
		return Reverse.derived("removes '%s' from the documents of '%s' that lacked it and still have the copy in it"
			.formatted(this.to, this.collection));
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
		RenameField.checkApart(this.from, this.to, "copied", cursor.to("to"));
	}

	// Of what has the fields: a document, or an element
	private BsonDocument copied() {
		return Conditions.all(Conditions.exists(this.from.inner()), Conditions.missing(this.to.inner()));
	}

	private FieldAddition addition() {
		return new FieldAddition(this.collection, this.to, FieldEdit.copy(this.from, this.to));
	}

	@Override
	public AffectedCount touches(DocumentCounter counter) {
		return counter.count(this.collection, this.to.scope().some(copied()));
	}

	@Override
	public AffectedCount preimages(DocumentCounter counter) {
		return counter.count(this.collection, Conditions.exists(this.to));
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
		new EnclosingDocuments(this.from).requireNoArrays(step, this.collection, copied());
		FieldAddition addition = addition();
		new Validators(info.get()).requirePass(step, this.to.scope().some(copied()), addition.edit().stages());
		addition.begin(step, copied());
		// Excludes documents that have an array in the way by now
		BsonDocument clear = new EnclosingDocuments(this.to).having(Conditions.all(copied(),
				new EnclosingDocuments(this.from).clear(), new EnclosingDocuments(this.to).clear()));
		if (this.to.scope().isArray()) {
			new ElementUpdate(this.collection, addition.edit()).make(step, clear);
		}
		else if (step.knowsPipelines()) {
			step.collection(this.collection).updateMany(clear, List.of(addition.edit().stage()));
		}
		else {
			Batches.ofFields(step, this.collection, clear, List.of(this.from.text()))
				.forEach((documents, again) -> copy(step, documents));
		}
		EnclosingDocuments.requireNoneLeft(step, this.collection, copied(),
				List.of(new EnclosingDocuments(this.from), new EnclosingDocuments(this.to)));
	}

	private boolean copy(OperationContext step, List<BsonDocument> documents) {
		List<UpdateOneModel<BsonDocument>> updates = new ArrayList<>();
		for (BsonDocument document : documents) {
			BsonValue value = this.from.find(document);
			if (value != null) {
				updates.add(new UpdateOneModel<>(
						Conditions.all(Conditions.id(WholeDocument.id(document)),
								Conditions.unchanged(this.from, value), Conditions.missing(this.to),
								new EnclosingDocuments(this.to).clear()),
						new BsonDocument("$set", new BsonDocument(this.to.text(), value))));
			}
		}
		return ConditionalUpdates.write(step.collection(this.collection), updates);
	}

	@Override
	public void down(OperationContext step) throws Exception {
		if (step.find(this.collection).isPresent()) {
			List<String> needed = Stream.of(this.from.top(), this.to.top()).distinct().toList();
			addition().remove(step, needed, this.from.inner()::find);
		}
	}

}
