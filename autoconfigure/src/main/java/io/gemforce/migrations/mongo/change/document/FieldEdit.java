package io.gemforce.migrations.mongo.change.document;

import java.util.ArrayList;
import java.util.List;

import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * What is done to a document, or to each document in an array: a field gets the value of
 * another one, or a given one, where it is missing, or is removed. The client and the
 * server compute the same.
 *
 * @param from the field whose value is taken, {@code null} if there is none
 * @param to the field that is set, {@code null} if there is none
 * @param value the value that is set if none is taken
 * @param removing whether the field whose value is taken is removed
 */
public record FieldEdit(@Nullable FieldPath from, @Nullable FieldPath to, @Nullable BsonValue value, boolean removing) {

	public static FieldEdit add(FieldPath to, BsonValue value) {
		return new FieldEdit(null, to, value, false);
	}

	public static FieldEdit copy(FieldPath from, FieldPath to) {
		return new FieldEdit(from, to, null, false);
	}

	public static FieldEdit rename(FieldPath from, FieldPath to) {
		return new FieldEdit(from, to, null, true);
	}

	public static FieldEdit remove(FieldPath field) {
		return new FieldEdit(field, null, null, true);
	}

	private FieldPath path() {
		FieldPath path = (this.to != null) ? this.to : this.from;
		if (path == null) {
			throw new IllegalStateException("An edit has no field");
		}
		return path;
	}

	public FieldScope scope() {
		return path().scope();
	}

	/**
	 * The field of the document that is written if there are arrays.
	 */
	public FieldPath place() {
		return path().place();
	}

	/**
	 * Compute what is at the {@link #place()} after the edit, if there are arrays.
	 */
	public @Nullable BsonValue apply(BsonDocument document) {
		return scope().mapDocuments(document, this::changed);
	}

	/**
	 * Make the edit in a copy of an element; the same is returned if there is nothing to
	 * do.
	 */
	public BsonDocument changed(BsonDocument element) {
		FieldPath source = (this.from != null) ? this.from.inner() : null;
		FieldPath target = (this.to != null) ? this.to.inner() : null;
		BsonValue found = (source != null) ? source.find(element) : this.value;
		if (found == null || (target != null && !isFree(target, element))) {
			return element;
		}
		BsonDocument changed = (target != null) ? target.with(element, found) : element;
		return (this.removing && source != null) ? source.without(changed) : changed;
	}

	private static boolean isFree(FieldPath field, BsonDocument element) {
		return field.find(element) == null && field.parents()
			.stream()
			.map((parent) -> parent.find(element))
			.allMatch((parent) -> parent == null || parent.isDocument());
	}

	/**
	 * A stage of a pipeline that makes the edit.
	 */
	public BsonDocument stage() {
		if (scope().isArray()) {
			return new BsonDocument("$addFields",
					new BsonDocument(place().text(), scope().expression(this::expression)));
		}
		return (this.to != null) ? new BsonDocument("$addFields", new BsonDocument(this.to.text(), source("$")))
				: removal();
	}

	/**
	 * The stages that show what the edit would make of documents.
	 */
	public List<BsonDocument> stages() {
		boolean twice = !scope().isArray() && this.to != null && this.removing;
		return twice ? List.of(stage(), removal()) : List.of(stage());
	}

	private BsonDocument removal() {
		return new BsonDocument("$project", new BsonDocument(String.valueOf(this.from), new BsonInt32(0)));
	}

	private BsonValue source(String prefix) {
		return (this.value != null) ? Expressions.literal(this.value)
				: new BsonString(prefix + ((this.from != null) ? this.from.inner() : ""));
	}

	private BsonValue expression(String element) {
		List<BsonDocument> conditions = new ArrayList<>();
		BsonValue changed = new BsonString(element);
		if (this.from != null) {
			FieldPath source = this.from.inner();
			conditions.addAll(Expressions.areDocuments(element, source.parents()));
			conditions.add(Expressions.not(Expressions.isOfType(element + "." + source, "missing")));
		}
		if (this.to != null) {
			FieldPath target = this.to.inner();
			conditions.add(Expressions.isOfType(element, "object"));
			target.parents().forEach((parent) -> conditions.add(isDocumentOrMissing(element + "." + parent)));
			conditions.add(Expressions.isOfType(element + "." + target, "missing"));
			changed = Expressions.with(element, target.parts(), source(element + "."));
		}
		if (this.from != null && this.removing) {
			changed = new BsonDocument("$let", new BsonDocument("vars", new BsonDocument("changed", changed))
				.append("in", Expressions.without("$$changed", this.from.inner().parts())));
		}
		return Expressions.either(Expressions.all(conditions), changed, new BsonString(element));
	}

	private static BsonDocument isDocumentOrMissing(String field) {
		return Expressions.of("$or", Expressions.isOfType(field, "object"), Expressions.isOfType(field, "missing"));
	}

}
