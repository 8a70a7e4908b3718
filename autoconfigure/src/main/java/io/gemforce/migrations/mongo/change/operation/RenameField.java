package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.mongodb.client.model.UpdateOneModel;
import org.bson.BsonDocument;
import org.bson.BsonString;
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
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.FieldEdit;
import io.gemforce.migrations.mongo.change.document.FieldPath;
import io.gemforce.migrations.mongo.change.document.WholeDocument;
import io.gemforce.migrations.mongo.change.preimage.Preimage;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Renames a field in all documents that have it, by one command of the server.
 */
public record RenameField(String collection, FieldPath from, FieldPath to) implements ChangeOperation, FieldMover {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "renameField";

	public static RenameField of(Parameters parameters) {
		return new RenameField(parameters.text("collection"), parameters.path("from"), parameters.path("to"));
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public List<FieldMove> moves() {
		return List.of(new FieldMove(this.from, this.to));
	}

	@Override
	public String summary() {
		return "rename field '%s' of '%s' to '%s'".formatted(this.from, this.collection, this.to);
	}

	@Override
	public List<String> collections() {
		return List.of(this.collection);
	}

	@Override
	public Reverse reverse() {
		return Reverse.derived("renames field '%s' of '%s' to '%s'".formatted(this.to, this.collection, this.from));
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
		checkApart(this.from, this.to, "renamed", cursor.to("to"));
	}

	static void checkApart(FieldPath from, FieldPath to, String done, DefinitionCursor cursor) {
		if (from.isElement() || to.isElement()) {
			checkField(from.isElement() ? from : to, done, cursor);
		}
		else if (from.equals(to)) {
			cursor.wrong("'%s' is %s to itself".formatted(from, done), "Write another name");
		}
		else if (to.isWithin(from) || from.isWithin(to)) {
			cursor.wrong("'%s' cannot be %s to '%s': one is part of the other".formatted(from, done, to),
					"Choose a field that is not part of the other one");
		}
		else if (!from.scope().equals(to.scope())) {
			cursor.wrong(
					"'%s' cannot be %s to '%s': they are not fields of the same document".formatted(from, done, to),
					"Write the same up to the last '[]' in both, for example 'items[].price' and 'items[].cost'");
		}
	}

	static void checkField(FieldPath field, String done, DefinitionCursor cursor) {
		if (field.isElement()) {
			cursor.wrong(
					"'%s' cannot be %s: it stands for the elements of an array, not for a field".formatted(field, done),
					"Write the path of a field of the elements, for example '%s.name'".formatted(field));
		}
	}

	@Override
	public AffectedCount touches(DocumentCounter counter) {
		return counter.count(this.collection, Conditions.exists(this.from));
	}

	@Override
	public boolean keepsPreimages() {
		return this.to.isNested();
	}

	private BsonDocument some(BsonDocument condition) {
		return this.from.scope().some(condition);
	}

	@Override
	public void up(OperationContext step) throws Exception {
		// Of what has the fields: a document, or an element
		BsonDocument withField = Conditions.exists(this.from.inner());
		BsonDocument taken = Conditions.exists(this.to.inner());
		FieldEdit edit = FieldEdit.rename(this.from, this.to);
		EnclosingDocuments fromParents = new EnclosingDocuments(this.from);
		EnclosingDocuments toParents = new EnclosingDocuments(this.to);
		Optional<CollectionInfo> info = step.find(this.collection);
		boolean there = info.isPresent();
		if (there) {
			// What an interrupted attempt has renamed has the target, too
			step.refuseIfAny(this.collection, some(step.isBegun() ? Conditions.all(withField, taken) : taken),
					"have '%s' already".formatted(this.to),
					"Remove or rename '%s' in these documents first, or choose another name".formatted(this.to));
			fromParents.requireNoArrays(step, this.collection, withField);
			toParents.requireClear(step, this.collection, withField);
			new Validators(info.get()).requirePass(step, some(withField), edit.stages());
		}
		if (!step.isBegun()) {
			if (there && this.to.inner().isNested() && step.isRemembering()) {
				remember(step, withField, edit);
			}
			step.begin(new BsonDocument());
		}
		if (there) {
			rename(step, fromParents.having(Conditions.all(withField, Conditions.missing(this.to.inner()),
					fromParents.clear(), toParents.clear())), edit);
			step.requireNoneLeft(this.collection, some(Conditions.all(withField, taken)),
					"have come to have '%s' as well as '%s'".formatted(this.to, this.from),
					"Remove or rename '%s' or '%s' in these documents".formatted(this.to, this.from));
			EnclosingDocuments.requireNoneLeft(step, this.collection, withField, List.of(fromParents, toParents));
		}
	}

	private void remember(OperationContext step, BsonDocument withField, FieldEdit edit) throws Exception {
		EnclosingDocuments parents = new EnclosingDocuments(this.to);
		BsonDocument withEmpty = some(Conditions.all(withField, parents.empty()));
		if (edit.scope().isArray()) {
			new ElementUpdate(this.collection, edit).remember(step, withEmpty);
		}
		else {
			step.forget();
			step.requireRoomFor(step.collection(this.collection).countDocuments(withEmpty));
			parents.remember(step, this.collection, withField);
		}
	}

	private void rename(OperationContext step, BsonDocument filter, FieldEdit edit) throws Exception {
		if (edit.scope().isArray()) {
			new ElementUpdate(this.collection, edit).make(step, filter);
		}
		else {
			step.collection(this.collection).updateMany(filter, rename(this.from, this.to));
		}
	}

	private static BsonDocument rename(FieldPath from, FieldPath to) {
		return new BsonDocument("$rename", new BsonDocument(from.text(), new BsonString(to.text())));
	}

	@Override
	public void down(OperationContext step) throws Exception {
		if (step.find(this.collection).isEmpty()) {
			return;
		}
		EnclosingDocuments fromParents = new EnclosingDocuments(this.from);
		EnclosingDocuments toParents = new EnclosingDocuments(this.to);
		BsonDocument reversible = fromParents.having(Conditions.all(Conditions.exists(this.to.inner()),
				Conditions.missing(this.from.inner()), fromParents.clear(), toParents.clear()));
		String kept = "'%s' stays, as '%s' is there or has no place".formatted(this.to, this.from);
		if (this.from.scope().isArray()) {
			new ElementUpdate(this.collection, FieldEdit.rename(this.from, this.to)).undo(step, reversible,
					this::renamedBack);
			ElementUpdate.listLeft(step, this.collection, Conditions.exists(this.to), kept);
			return;
		}
		if (this.to.isNested()) {
			Batches.ofFields(step, this.collection, reversible, List.of(this.to.top()))
				.forEach((documents, again) -> renameBack(step, documents));
		}
		else {
			step.collection(this.collection).updateMany(reversible, rename(this.to, this.from));
		}
		step.conflicts(this.collection, Conditions.exists(this.to), kept);
	}

	private BsonDocument renamedBack(BsonDocument element) {
		BsonDocument renamed = FieldEdit.copy(this.to, this.from).changed(element);
		return renamed.equals(element) ? element
				: new EnclosingDocuments(this.to).removable(element, null, this.from.inner()).without(renamed);
	}

	// Removes the parents in the same update: later it is unknown which were created
	private boolean renameBack(OperationContext step, List<BsonDocument> documents) {
		Map<ExactValue, Preimage> remembered = step.preimages()
			.find(documents.stream().map(WholeDocument::id).toList());
		List<UpdateOneModel<BsonDocument>> updates = new ArrayList<>();
		for (BsonDocument document : documents) {
			BsonValue value = this.to.find(document);
			if (value != null) {
				FieldPath removable = new EnclosingDocuments(this.to).removable(document,
						EnclosingDocuments.remembered(remembered, document), this.from);
				updates.add(new UpdateOneModel<>(
						Conditions.all(Conditions.id(WholeDocument.id(document)), Conditions.missing(this.from),
								new EnclosingDocuments(this.from).clear(),
								Conditions.unchanged(removable, removable.find(document))),
						new BsonDocument("$set", new BsonDocument(this.from.text(), value)).append("$unset",
								removable.unset().get("$unset"))));
			}
		}
		return ConditionalUpdates.write(step.collection(this.collection), updates);
	}

}
