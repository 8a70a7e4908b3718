package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

import com.mongodb.client.model.UpdateOneModel;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.ConditionalUpdates;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.FieldEdit;
import io.gemforce.migrations.mongo.change.document.FieldPath;
import io.gemforce.migrations.mongo.change.document.WholeDocument;
import io.gemforce.migrations.mongo.change.preimage.Preimage;

/**
 * Moves several fields of each document at once into, or out of, one embedded document.
 * What is moved out of leaves no empty document behind.
 *
 * @param moves those into, or those out of, the same document
 * @param outOf the document that they are moved out of, {@code null} if they are moved
 * into one
 */
record FieldMoves(String collection, List<FieldMove> moves, @Nullable FieldPath outOf) {

	private static final BsonString REMOVE = new BsonString("$$REMOVE");

	BsonDocument movable() {
		return any(FieldMove::from);
	}

	private BsonDocument any(Function<FieldMove, FieldPath> field) {
		return Conditions.any(this.moves.stream().map(field).map(Conditions::exists).toList());
	}

	private BsonDocument both() {
		return Conditions.any(this.moves.stream().map(FieldMove::both).toList());
	}

	// Something is in the way of a field that the document has
	private BsonDocument blocked() {
		Map<List<BsonDocument>, List<BsonDocument>> fieldsByObstacles = new LinkedHashMap<>();
		for (FieldMove move : this.moves) {
			List<BsonDocument> obstacles = new ArrayList<>(new EnclosingDocuments(move.from()).obstacles());
			obstacles.addAll(new EnclosingDocuments(move.to()).obstacles());
			fieldsByObstacles.computeIfAbsent(obstacles, (same) -> new ArrayList<>())
				.add(Conditions.exists(move.from()));
		}
		return Conditions.any(fieldsByObstacles.entrySet()
			.stream()
			.map((fields) -> Conditions.all(Conditions.any(fields.getValue()), Conditions.any(fields.getKey())))
			.toList());
	}

	private BsonDocument free() {
		return Conditions.all(movable(), Conditions.not(Conditions.any(List.of(both(), blocked()))));
	}

	// $rename fails where the way to a field leads through a value, even if there is
	// no such field
	private BsonDocument renamable() {
		List<BsonDocument> conditions = new ArrayList<>();
		conditions.add(free());
		Set<BsonDocument> obstacles = new LinkedHashSet<>();
		this.moves.forEach((move) -> obstacles.addAll(new EnclosingDocuments(move.from()).obstacles()));
		if (!obstacles.isEmpty()) {
			conditions.add(Conditions.not(Conditions.any(List.copyOf(obstacles))));
		}
		return Conditions.all(conditions.toArray(BsonDocument[]::new));
	}

	void up(OperationContext step, BsonDocument notes) throws Exception {
		Optional<CollectionInfo> info = step.find(this.collection);
		if (info.isPresent() && !this.moves.isEmpty()) {
			requireMovable(step);
			new Validators(info.get()).requirePass(step, movable(), stages());
		}
		if (!step.isBegun()) {
			if (info.isPresent() && !this.moves.isEmpty() && step.isRemembering() && this.outOf == null) {
				rememberEmpty(step);
			}
			step.begin(notes);
		}
		if (info.isPresent() && !this.moves.isEmpty()) {
			move(step);
			requireNoneLeft(step);
		}
	}

	// One look at all documents, unless something is wrong with some
	private void requireMovable(OperationContext step) {
		BsonDocument taken = step.isBegun() ? both() : any(FieldMove::to);
		if (none(step, Conditions.any(List.of(taken, blocked())))) {
			return;
		}
		step.refuseIfAny(this.collection, taken, "have %s already".formatted(names(FieldMove::to)),
				"Remove or rename these fields first, or choose another place");
		for (FieldMove move : this.moves) {
			BsonDocument withField = Conditions.exists(move.from());
			new EnclosingDocuments(move.from()).requireNoArrays(step, this.collection, withField);
			new EnclosingDocuments(move.to()).requireClear(step, this.collection, withField);
		}
	}

	private boolean none(OperationContext step, BsonDocument documents) {
		return step.ids(this.collection, documents, 1).isEmpty();
	}

	private String names(Function<FieldMove, FieldPath> field) {
		return String.join(" or ", this.moves.stream().map(field).map("'%s'"::formatted).toList());
	}

	// All of them are moved into the same document
	private void rememberEmpty(OperationContext step) {
		EnclosingDocuments into = new EnclosingDocuments(this.moves.get(0).to());
		step.forget();
		step.requireRoomFor(step.collection(this.collection).countDocuments(Conditions.all(movable(), into.empty())));
		into.remember(step, this.collection, movable());
	}

	private void move(OperationContext step) throws Exception {
		FieldPath emptied = this.outOf;
		if (emptied == null) {
			step.collection(this.collection).updateMany(renamable(), rename());
			if (this.moves.stream().anyMatch((move) -> move.from().isNested())) {
				moveEach(step, null);
			}
		}
		else if (step.knowsPipelines()) {
			step.collection(this.collection).updateMany(free(), pipeline(emptied));
		}
		else {
			moveEach(step, emptied);
		}
	}

	private BsonDocument rename() {
		BsonDocument names = new BsonDocument();
		this.moves.forEach((move) -> names.append(move.from().text(), new BsonString(move.to().text())));
		return new BsonDocument("$rename", names);
	}

	private List<BsonDocument> stages() {
		List<BsonDocument> stages = new ArrayList<>();
		stages.add(new BsonDocument("$addFields", values()));
		this.moves.forEach((move) -> stages.addAll(FieldEdit.remove(move.from()).stages()));
		return stages;
	}

	// A value that is missing would remove what is there
	private BsonDocument values() {
		BsonDocument values = new BsonDocument();
		for (FieldMove move : this.moves) {
			BsonString from = new BsonString("$" + move.from());
			BsonDocument missing = operator("$eq", new BsonDocument("$type", from), new BsonString("missing"));
			values.append(move.to().text(), operator("$cond", missing, new BsonString("$" + move.to()), from));
		}
		return values;
	}

	private List<BsonDocument> pipeline(FieldPath emptied) {
		BsonString rest = new BsonString("$" + emptied);
		BsonDocument isEmpty = operator("$eq", rest, new BsonDocument("$literal", new BsonDocument()));
		BsonArray fields = new BsonArray();
		this.moves.forEach((move) -> fields.add(new BsonString(move.from().text())));
		return List.of(new BsonDocument("$set", values()), new BsonDocument("$unset", fields),
				new BsonDocument("$set", new BsonDocument(emptied.text(), operator("$cond", isEmpty, REMOVE, rest))));
	}

	private static BsonDocument operator(String name, BsonValue... arguments) {
		return new BsonDocument(name, new BsonArray(List.of(arguments)));
	}

	private void requireNoneLeft(OperationContext step) {
		if (!none(step, Conditions.any(List.of(both(), blocked())))) {
			step.requireNoneLeft(this.collection, both(),
					"have come to have %s as well as %s".formatted(names(FieldMove::to), names(FieldMove::from)),
					"Remove or rename one of both in these documents");
			for (FieldMove move : this.moves) {
				EnclosingDocuments.requireNoneLeft(step, this.collection, Conditions.exists(move.from()),
						List.of(new EnclosingDocuments(move.from()), new EnclosingDocuments(move.to())));
			}
		}
	}

	void down(OperationContext step) throws Exception {
		if (step.find(this.collection).isEmpty() || this.moves.isEmpty()) {
			return;
		}
		List<FieldMove> back = this.moves.stream().map(FieldMove::reversed).toList();
		if (this.outOf != null) {
			FieldMoves into = new FieldMoves(this.collection, back, null);
			step.collection(this.collection).updateMany(into.renamable(), into.rename());
		}
		else {
			FieldPath emptied = FieldMove.enclosing(this.moves.get(0).to());
			new FieldMoves(this.collection, back, emptied).moveEach(step, emptied);
		}
		step.conflicts(this.collection, any(FieldMove::to),
				"%s stays, as %s is there or has no place".formatted(names(FieldMove::to), names(FieldMove::from)));
	}

	private void moveEach(OperationContext step, @Nullable FieldPath emptied) throws Exception {
		Set<String> needed = new LinkedHashSet<>();
		this.moves.forEach((move) -> needed.add(move.from().top()));
		Batches.ofFields(step, this.collection, free(), needed).forEach((documents, again) -> {
			Map<ExactValue, Preimage> remembered = step.preimages()
				.find(documents.stream().map(WholeDocument::id).toList());
			List<UpdateOneModel<BsonDocument>> updates = new ArrayList<>();
			for (BsonDocument document : documents) {
				updates.add(moving(document, emptied, EnclosingDocuments.remembered(remembered, document)));
			}
			return ConditionalUpdates.write(step.collection(this.collection), updates);
		});
	}

	// Removes the emptied document in the same update: later it is unknown who has
	// emptied it
	private UpdateOneModel<BsonDocument> moving(BsonDocument document, @Nullable FieldPath emptied,
			@Nullable Preimage remembered) {
		BsonDocument set = new BsonDocument();
		BsonDocument unset = new BsonDocument();
		List<BsonDocument> guards = new ArrayList<>();
		guards.add(Conditions.id(WholeDocument.id(document)));
		for (FieldMove move : this.moves) {
			BsonValue value = move.from().find(document);
			guards.add((value != null) ? Conditions.unchanged(move.from(), value) : Conditions.missing(move.from()));
			if (value != null) {
				set.append(move.to().text(), value);
				unset.append(move.from().text(), new BsonInt32(1));
				guards.add(Conditions.missing(move.to()));
				guards.add(new EnclosingDocuments(move.to()).clear());
			}
		}
		FieldPath removable = (emptied != null) ? removable(document, emptied, unset.size(), remembered) : null;
		if (removable != null) {
			guards.add(Conditions.unchanged(removable, removable.find(document)));
			unset.clear();
			unset.append(removable.text(), new BsonInt32(1));
		}
		return new UpdateOneModel<>(Conditions.all(guards.toArray(BsonDocument[]::new)),
				new BsonDocument("$set", set).append("$unset", unset));
	}

	// The outermost document that would be left empty, unless it was so before
	private @Nullable FieldPath removable(BsonDocument document, FieldPath emptied, int moved,
			@Nullable Preimage remembered) {
		BsonValue value = emptied.find(document);
		if (value == null || value.asDocument().size() > moved
				|| (remembered != null && emptied.equals(remembered.empty()))) {
			return null;
		}
		EnclosingDocuments way = new EnclosingDocuments(emptied);
		return this.moves.stream()
			.map((move) -> way.removable(document, remembered, move.to()))
			.max(Comparator.comparing((path) -> path.text().length()))
			.orElse(emptied);
	}

}
