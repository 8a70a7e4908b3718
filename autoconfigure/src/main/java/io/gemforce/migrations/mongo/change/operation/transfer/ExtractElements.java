package io.gemforce.migrations.mongo.change.operation.transfer;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.PlanPhrases;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.FieldPath;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Moves the elements of an embedded array to a collection of their own, each with a
 * reference to the document that had it.
 *
 * @param position the field for the place in the array, {@code null} for none
 */
public record ExtractElements(String collection, FieldPath field, String into, String reference,
		@Nullable String position) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "extract";

	public static ExtractElements of(Parameters parameters) {
		return new ExtractElements(parameters.text("collection"), parameters.path("field"), parameters.text("into"),
				parameters.text("reference"), parameters.optionalText("position"));
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public String summary() {
		return "extract the elements of '%s' of '%s' into '%s', with a reference '%s'".formatted(this.field,
				this.collection, this.into, this.reference);
	}

	@Override
	public List<String> collections() {
		return List.of(this.collection, this.into);
	}

	@Override
	public Reverse reverse() {
		return Reverse.remembered("restores '%s' of '%s' from pre-images where its elements in '%s' are unchanged"
			.formatted(this.field, this.collection, this.into));
	}

	@Override
	public List<String> needs() {
		List<String> needs = new ArrayList<>();
		needs.add("find, update on '%s'".formatted(this.collection));
		needs.addAll(PlanPhrases
			.privileges("find, insert, remove, createCollection, renameCollectionSameDB, dropCollection", this.into));
		return List.copyOf(needs);
	}

	@Override
	public List<String> locks() {
		return PlanPhrases.eachDocument(this.collection);
	}

	@Override
	public void check(DefinitionCursor cursor) {
		if (this.collection.equals(this.into)) {
			cursor.to("into")
				.wrong("the elements of '%s' cannot become documents of it".formatted(this.collection),
						"Write another collection");
		}
		checkName("reference", this.reference, cursor);
		if (this.position != null) {
			checkName("position", this.position, cursor);
			if (this.position.equals(this.reference)) {
				cursor.to("position")
					.wrong("'%s' is the reference already".formatted(this.position), "Write another field");
			}
		}
	}

	static void checkName(String key, String name, DefinitionCursor cursor) {
		if (name.indexOf('.') >= 0) {
			cursor.to(key)
				.wrong("'%s' cannot be '%s': it is a field at the top".formatted(key, name),
						"Write the name of a field, without '.'");
		}
	}

	@Override
	public AffectedCount touches(DocumentCounter counter) {
		return counter.count(this.collection, Conditions.exists(this.field));
	}

	@Override
	public AffectedCount preimages(DocumentCounter counter) {
		return touches(counter);
	}

	@Override
	public boolean keepsPreimages() {
		return true;
	}

	@Override
	public void up(OperationContext step) throws Exception {
		new Extraction(step, this).run();
	}

	@Override
	public void down(OperationContext step) throws Exception {
		new ExtractionUndo(step, this).run();
	}

}
