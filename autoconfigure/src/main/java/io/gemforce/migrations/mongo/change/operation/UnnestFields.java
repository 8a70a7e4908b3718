package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.PlanPhrases;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.FieldPath;
import io.gemforce.migrations.mongo.change.document.Names;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Moves fields out of an embedded document, to where that is, and removes it where
 * nothing is left in it. Which fields there are is looked up, and noted, if they are not
 * named.
 *
 * @param names the fields, {@code null} for all
 */
public record UnnestFields(String collection, FieldPath field,
		@Nullable List<FieldPath> names) implements ChangeOperation, FieldMover {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "unnest";

	private static final String FIELDS = "fields";

	private static final int MOST_FIELDS = 200;

	public static UnnestFields of(Parameters parameters) {
		return new UnnestFields(parameters.text("collection"), parameters.path("field"),
				(parameters.optionalValue(FIELDS) != null) ? parameters.paths(FIELDS) : null);
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public List<FieldMove> moves() {
		return (this.names != null) ? moves(this.names.stream().map(FieldPath::text).toList()) : List.of();
	}

	private List<FieldMove> moves(List<String> names) {
		FieldPath enclosing = FieldMove.enclosing(this.field);
		return names.stream()
			.map((name) -> new FieldMove(FieldMove.within(this.field, name), FieldMove.within(enclosing, name)))
			.toList();
	}

	private FieldMoves all(List<String> names) {
		return new FieldMoves(this.collection, moves(names), this.field);
	}

	@Override
	public String summary() {
		return "move %s of '%s' out of '%s'".formatted(
				(this.names != null) ? PlanPhrases.fields(this.names) : "all fields", this.collection, this.field);
	}

	@Override
	public List<String> collections() {
		return List.of(this.collection);
	}

	@Override
	public Reverse reverse() {
		return Reverse.derived("moves the fields of '%s' into '%s' again".formatted(this.collection, this.field));
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
		int index = 0;
		for (FieldPath name : (this.names != null) ? this.names : List.<FieldPath>of()) {
			if (name.isNested()) {
				cursor.to(FIELDS)
					.to(index)
					.wrong("'%s' is a path: the fields are those directly in '%s'".formatted(name, this.field),
							"Write the name of a field, without '.'");
				return;
			}
			index++;
		}
		NestFields.checkMoves(moves(), cursor.to(FIELDS));
	}

	@Override
	public AffectedCount touches(DocumentCounter counter) {
		return counter.count(this.collection, (this.names != null)
				? new FieldMoves(this.collection, moves(), this.field).movable() : Conditions.exists(this.field));
	}

	@Override
	public void up(OperationContext step) throws Exception {
		if (this.names != null) {
			new FieldMoves(this.collection, moves(), this.field).up(step, new BsonDocument());
			return;
		}
		boolean there = step.find(this.collection).isPresent();
		List<String> found = step.isBegun() ? noted(step) : there ? find(step) : List.of();
		BsonDocument notes = new BsonDocument(FIELDS, new BsonArray(found.stream().map(BsonString::new).toList()));
		all(found).up(step, notes);
		if (there) {
			step.requireNoneLeft(this.collection,
					Conditions.all(Conditions.exists(this.field),
							Conditions.not(Conditions.isEmptyDocument(this.field))),
					"have come to have other fields in '%s'".formatted(this.field),
					"Move these fields by another migration, or remove them");
		}
	}

	private static List<String> noted(OperationContext step) {
		return step.notes()
			.getArray(FIELDS, new BsonArray())
			.stream()
			.map((name) -> name.asString().getValue())
			.toList();
	}

	private List<String> find(OperationContext step) {
		new EnclosingDocuments(FieldMove.within(this.field, "any")).requireClear(step, this.collection,
				Conditions.exists(this.field));
		Set<String> found = new TreeSet<>();
		Batches.ofFields(step, this.collection, Conditions.exists(this.field), List.of(this.field.text()))
			.look((documents) -> documents.forEach((document) -> {
				BsonValue value = this.field.find(document);
				if (value != null && value.isDocument() && found.size() <= MOST_FIELDS) {
					found.addAll(value.asDocument().keySet());
				}
			}));
		requireOrdinary(step, found);
		return new ArrayList<>(found);
	}

	private void requireOrdinary(OperationContext step, Set<String> found) {
		if (found.size() > MOST_FIELDS) {
			throw step.refused("'%s' has more than %d different fields".formatted(this.field, MOST_FIELDS),
					"Name those that are to be moved, as 'fields'");
		}
		String own = FieldMove.within(null, this.field.text()).text();
		Optional<String> odd = found.stream()
			.filter((name) -> name.indexOf('.') >= 0 || Names.wrongField(name) != null || name.equals(own)
					|| (Names.isId(name) && !this.field.isNested()))
			.findFirst();
		if (odd.isPresent()) {
			throw step.refused("the field '%s' in '%s' cannot be moved out of it".formatted(odd.get(), this.field),
					"Name those that are to be moved, as 'fields', or rename this one first");
		}
	}

	@Override
	public void down(OperationContext step) throws Exception {
		if (this.names != null) {
			new FieldMoves(this.collection, moves(), this.field).down(step);
		}
		else {
			all(noted(step)).down(step);
		}
	}

}
