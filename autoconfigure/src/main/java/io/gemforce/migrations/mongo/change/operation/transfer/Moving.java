package io.gemforce.migrations.mongo.change.operation.transfer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.WholeDocument;
import io.gemforce.migrations.mongo.change.operation.Batches;
import io.gemforce.migrations.mongo.change.preimage.Preimage;

/**
 * Moves documents: each is inserted first, and then deleted only as it was read. A
 * transaction makes that one; without transactions an insert is taken back where the
 * document was changed in between.
 */
final class Moving implements BatchTransfer {

	private final OperationContext step;

	private final TransferDefinition transfer;

	private final Transferred transferred;

	private final TransferConflicts conflicts;

	Moving(OperationContext step, TransferDefinition transfer) {
		this.step = step;
		this.transfer = transfer;
		this.transferred = new Transferred(step, transfer);
		this.conflicts = new TransferConflicts(step, transfer);
	}

	@Override
	public boolean transfer(List<BsonDocument> documents, boolean again) {
		this.conflicts.begin(documents);
		List<BsonValue> ids = documents.stream().map(WholeDocument::id).toList();
		Map<ExactValue, BsonDocument> made = this.transferred.made(documents);
		Map<ExactValue, BsonDocument> there = this.transferred.there(ids);
		Map<ExactValue, Preimage> earlier = again ? this.step.preimages().find(ids) : Map.of();
		List<Move> moves = new ArrayList<>();
		List<Preimage> preimages = new ArrayList<>();
		for (BsonDocument document : documents) {
			ExactValue id = ExactValue.idOf(document);
			BsonDocument result = made.get(id);
			if (result != null) {
				Move move = new Move(document, result, there.get(id), earlier.get(id));
				if (move.isPossible()) {
					moves.add(move);
					preimages.add(preimage(move));
				}
				else if (!this.transfer.keeping()) {
					this.conflicts.add(id.value());
				}
			}
		}
		if (this.step.isRemembering()) {
			this.step.keep(preimages, again);
		}
		return this.step.hasTransactions() ? together(moves) : oneByOne(moves);
	}

	// Of a document that was there before, the own one is kept
	private Preimage preimage(Move move) {
		if (move.isThere() && !move.isOurs()) {
			return Preimage.whole(move.document());
		}
		if (this.transfer.pipeline() != null) {
			return Preimage.ofMoved(move.document(), move.result());
		}
		return this.step.hasTransactions() ? Preimage.seen(WholeDocument.id(move.document()))
				: Preimage.ofInserted(move.result());
	}

	private boolean together(List<Move> moves) {
		if (moves.isEmpty()) {
			return true;
		}
		List<BsonDocument> inserts = moves.stream().filter((move) -> !move.isThere()).map(Move::result).toList();
		if (!inserts.isEmpty()) {
			this.transferred.target().insertMany(inserts);
		}
		for (Move move : moves) {
			BsonDocument outdated = move.outdated();
			if (outdated != null) {
				this.transferred.target().replaceOne(WholeDocument.unchanged(outdated), move.result());
			}
		}
		List<BsonDocument> documents = moves.stream().map(Move::document).toList();
		return Batches.delete(this.step, this.step.collection(this.transfer.from()),
				documents.stream().map(WholeDocument::id).toList());
	}

	private boolean oneByOne(List<Move> moves) {
		boolean all = true;
		SingleMove single = SingleMove.of(this.step, this.step.collection(this.transfer.from()),
				this.transferred.target());
		for (Move move : moves) {
			BsonDocument outdated = move.outdated();
			boolean done = (outdated != null) ? single.replacing(move.document(), outdated, move.result())
					: single.move(move.document(), move.result(), !move.isThere(), !move.isThere() || move.isOurs());
			if (!done) {
				this.step.preimages().delete(List.of(WholeDocument.id(move.document())));
			}
			all &= done;
		}
		return all;
	}

	@Override
	public void requireNoConflicts() {
		this.conflicts.requireNone();
	}

	/**
	 * A document, what becomes of it, and what is there already.
	 */
	private record Move(BsonDocument document, BsonDocument result, @Nullable BsonDocument found,
			@Nullable Preimage earlier) {

		boolean isThere() {
			return this.found != null;
		}

		// Inserted by an attempt that was interrupted before it deleted the document
		boolean isOurs() {
			return this.found != null && this.earlier != null && this.earlier.isAsInserted(this.found);
		}

		private boolean isSame() {
			return this.found != null && Transferred.same(this.found, this.result);
		}

		boolean isPossible() {
			return !isThere() || isSame() || isOurs();
		}

		@Nullable BsonDocument outdated() {
			return (isOurs() && !isSame()) ? this.found : null;
		}

	}

}
