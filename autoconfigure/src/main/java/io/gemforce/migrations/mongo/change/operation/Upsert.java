package io.gemforce.migrations.mongo.change.operation;

import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.bson.BsonDocument;
import org.bson.BsonType;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.contract.OperationContext;

/**
 * An update that inserts the document of an {@code _id}, which was not there when the
 * change began. What it inserts is computed and noted before, so that the undo knows
 * whether somebody has changed it since.
 */
record Upsert(UpdateCommand command, boolean isIdempotent) {

	private static final String INSERTED = "inserted";

	/**
	 * Returns the id of a filter that selects it and nothing else by, {@code null} for
	 * other filters.
	 */
	static @Nullable BsonValue id(BsonDocument filter) {
		BsonValue id = filter.keySet().equals(Set.of("_id")) ? filter.get("_id") : null;
		if (id != null && id.isDocument() && id.asDocument().keySet().equals(Set.of("$eq"))) {
			id = id.asDocument().get("$eq");
		}
		boolean operator = id != null && id.isDocument()
				&& id.asDocument().keySet().stream().anyMatch((key) -> key.startsWith("$"));
		boolean impossible = id == null
				|| Set.of(BsonType.ARRAY, BsonType.REGULAR_EXPRESSION, BsonType.UNDEFINED).contains(id.getBsonType());
		return (operator || impossible) ? null : id;
	}

	/**
	 * Returns the document that a change has inserted, or was about to insert.
	 */
	static Optional<BsonDocument> inserted(OperationContext step) {
		return Optional.ofNullable(step.notes().get(INSERTED)).map(BsonValue::asDocument);
	}

	private boolean isInserting(OperationContext step) {
		return step.isBegun() ? inserted(step).isPresent()
				: step.ids(this.command.collection(), this.command.filter(), 1).isEmpty();
	}

	/**
	 * Returns whether there is nothing else to update.
	 */
	boolean make(OperationContext step, boolean there) throws Exception {
		if (!isInserting(step)) {
			return false;
		}
		BsonDocument notes = step.isBegun() ? step.notes() : notes(step, there);
		if (!this.isIdempotent && step.hasTransactions()) {
			step.onceInTransaction(notes, () -> this.command.run(step));
			return true;
		}
		if (!step.isBegun()) {
			step.begin(notes);
		}
		else if (!step.ids(this.command.collection(), this.command.filter(), 1).isEmpty()) {
			// Inserted by an interrupted attempt: what it is now is somebody's change
			return true;
		}
		this.command.run(step);
		return true;
	}

	private BsonDocument notes(OperationContext step, boolean there) {
		BsonValue id = id(this.command.filter());
		if (id == null) {
			throw new IllegalStateException("An upsert has no _id");
		}
		step.forget();
		return CreatedCollection.note(there)
			.append(INSERTED, step.preimages().tryUpsert(this.command.update(), this.command.settings().forOne(), id));
	}

	void undo(OperationContext step, BsonDocument inserted) throws Exception {
		new InsertDocuments(this.command.collection(), List.of(inserted)).down(step);
	}

}
