package io.gemforce.migrations.mongo.change.operation.transfer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import com.mongodb.client.MongoCollection;
import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.operation.CreatedCollection;
import io.gemforce.migrations.mongo.change.preimage.Preimage;

/**
 * Moves documents back. What was moved as it is comes back as it is now; what was changed
 * on its way comes back as it was, unless it has been changed since.
 */
record MoveUndo(OperationContext step, TransferDefinition transfer) {

	void run() throws Exception {
		if (this.step.find(this.transfer.to()).isPresent() && this.step.find(this.transfer.from()).isEmpty()
				&& this.step.preimages().count() > 0) {
			TransferTarget.create(this.step, this.transfer.from(), new BsonDocument());
		}
		new ReturnInParts(this.step, this.transfer.to(), this.transfer.from(), this::back).run();
		new CreatedCollection(this.transfer.to()).drop(this.step);
	}

	private boolean back(List<Preimage> moved, ReturnInParts.Reader reader, List<String> conflicts) {
		MongoCollection<BsonDocument> from = this.step.collection(this.transfer.from());
		MongoCollection<BsonDocument> to = this.step.collection(this.transfer.to());
		List<BsonValue> ids = moved.stream().map(Preimage::id).toList();
		Map<ExactValue, BsonDocument> before = Transferred.byId(reader.read(from, ids));
		Map<ExactValue, BsonDocument> there = Transferred.byId(reader.read(to, ids));
		List<Return> returns = new ArrayList<>();
		for (Preimage preimage : moved) {
			ExactValue id = new ExactValue(preimage.id());
			Return back = new Return(preimage, there.get(id), before.get(id));
			String conflict = back.conflict(this.transfer.from());
			if (conflict == null) {
				returns.add(back);
			}
			else {
				conflicts.add("'%s', document %s: %s".formatted(this.transfer.to(), BsonFormatter.show(preimage.id()),
						conflict));
			}
		}
		return this.step.hasTransactions() ? together(returns, from, to) : oneByOne(returns, from, to);
	}

	private boolean together(List<Return> returns, MongoCollection<BsonDocument> from,
			MongoCollection<BsonDocument> to) {
		List<BsonDocument> inserts = new ArrayList<>();
		List<BsonDocument> deletes = new ArrayList<>();
		for (Return back : returns) {
			if (back.isMissing()) {
				inserts.add(back.restored());
			}
			if (back.isLeaving()) {
				deletes.add(back.present());
			}
		}
		if (!inserts.isEmpty()) {
			from.insertMany(inserts);
		}
		return CopyUndo.delete(this.step, to, deletes);
	}

	private boolean oneByOne(List<Return> returns, MongoCollection<BsonDocument> from,
			MongoCollection<BsonDocument> to) {
		SingleMove single = SingleMove.of(this.step, to, from);
		boolean all = true;
		for (Return back : returns) {
			if (back.isLeaving()) {
				all &= single.move(back.present(), back.restored(), back.isMissing(), true);
			}
			else if (back.isMissing()) {
				all &= single.insert(back.restored());
			}
		}
		return all;
	}

	/**
	 * A document that was moved.
	 *
	 * @param there what the target has now
	 * @param before what the source has now, of an undo that was interrupted
	 */
	private record Return(Preimage preimage, @Nullable BsonDocument there, @Nullable BsonDocument before) {

		// Nothing of this move, or of its undo, is in the way
		@Nullable String conflict(String source) {
			if (this.there == null) {
				return (this.before == null) ? "the document is gone" : null;
			}
			if (isChanged(this.there)) {
				return "stays, as it has been changed since";
			}
			return (this.before == null || Transferred.same(this.before, restored())) ? null
					: "stays, as '%s' has one of this _id again".formatted(source);
		}

		// It was there before, or its own content is what comes back
		private boolean isChanged(BsonDocument found) {
			return this.preimage.isComplete() && this.preimage.hasWhole() && !this.preimage.isAsInserted(found);
		}

		private boolean wasThere() {
			return this.preimage.hasWhole() && !this.preimage.isComplete();
		}

		boolean isMissing() {
			return this.before == null;
		}

		boolean isLeaving() {
			return this.there != null && !wasThere();
		}

		BsonDocument present() {
			if (this.there == null) {
				throw new IllegalStateException("There is no such document");
			}
			return this.there;
		}

		BsonDocument restored() {
			return this.preimage.hasWhole() ? this.preimage.whole() : present();
		}

	}

}
