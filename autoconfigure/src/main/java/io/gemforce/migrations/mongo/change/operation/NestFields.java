package io.gemforce.migrations.mongo.change.operation;

import java.util.List;

import org.bson.BsonDocument;

import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.PlanPhrases;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.document.FieldPath;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Moves fields into an embedded document, by one command of the server.
 */
public record NestFields(String collection, List<FieldPath> fields,
		FieldPath into) implements ChangeOperation, FieldMover {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "nest";

	public static NestFields of(Parameters parameters) {
		return new NestFields(parameters.text("collection"), parameters.paths("fields"), parameters.path("into"));
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public List<FieldMove> moves() {
		return this.fields.stream()
			.map((field) -> new FieldMove(field, FieldMove.within(this.into, field.text())))
			.toList();
	}

	private FieldMoves all() {
		return new FieldMoves(this.collection, moves(), null);
	}

	@Override
	public String summary() {
		return "nest %s of '%s' into '%s'".formatted(PlanPhrases.fields(this.fields), this.collection, this.into);
	}

	@Override
	public List<String> collections() {
		return List.of(this.collection);
	}

	@Override
	public Reverse reverse() {
		return Reverse.derived("moves %s of '%s' out of '%s' again".formatted(PlanPhrases.fields(this.fields),
				this.collection, this.into));
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
		checkMoves(moves(), cursor.to("fields"));
	}

	static void checkMoves(List<FieldMove> moves, DefinitionCursor cursor) {
		for (int i = 0; i < moves.size(); i++) {
			FieldMove move = moves.get(i);
			RenameField.checkApart(move.from(), move.to(), "moved", cursor.to(i));
			for (FieldMove earlier : moves.subList(0, i)) {
				if (move.from().isWithin(earlier.from()) || earlier.from().isWithin(move.from())) {
					cursor.to(i)
						.wrong("'%s' and '%s' are the same field, or one is part of the other".formatted(earlier.from(),
								move.from()), "Remove one of them");
				}
				else if (move.to().equals(earlier.to())) {
					cursor.to(i)
						.wrong("'%s' and '%s' would both become '%s'".formatted(earlier.from(), move.from(), move.to()),
								"Rename one of them first");
				}
			}
		}
	}

	@Override
	public AffectedCount touches(DocumentCounter counter) {
		return counter.count(this.collection, all().movable());
	}

	@Override
	public boolean keepsPreimages() {
		return true;
	}

	@Override
	public void up(OperationContext step) throws Exception {
		all().up(step, new BsonDocument());
	}

	@Override
	public void down(OperationContext step) throws Exception {
		all().down(step);
	}

}
