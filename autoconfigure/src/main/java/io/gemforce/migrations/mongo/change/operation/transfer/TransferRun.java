package io.gemforce.migrations.mongo.change.operation.transfer;

import java.util.Optional;

import com.mongodb.MongoException;

import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.DocumentCount;
import io.gemforce.migrations.mongo.change.operation.Batches;
import io.gemforce.migrations.mongo.change.operation.CreatedCollection;
import io.gemforce.migrations.mongo.change.operation.Validators;

/**
 * Copies or moves documents in batches: looks for what is in the way first, creates the
 * target if it is missing, and goes on where an attempt was interrupted.
 */
final class TransferRun {

	private final OperationContext step;

	private final TransferDefinition transfer;

	private final BatchTransfer work;

	TransferRun(OperationContext step, TransferDefinition transfer, BatchTransfer work) {
		this.step = step;
		this.transfer = transfer;
		this.work = work;
	}

	void run() throws Exception {
		Optional<CollectionInfo> source = this.step.find(this.transfer.from());
		Optional<CollectionInfo> target = this.step.find(this.transfer.to());
		boolean resumed = this.step.isBegun();
		if (!resumed) {
			if (source.isPresent()) {
				check(target);
			}
			this.step.forget();
			this.step.begin(CreatedCollection.note(source.isEmpty() || target.isPresent()));
		}
		if (source.isEmpty()) {
			return;
		}
		if (target.isEmpty()) {
			TransferTarget.create(this.step, this.transfer.to(), source.get());
		}
		if (resumed) {
			this.step.unpack();
		}
		try {
			Batches.ofDocuments(this.step, this.transfer.from(), this.transfer.filter())
				.forEach((documents, again) -> this.work.transfer(documents, again || resumed));
		}
		catch (MongoException ex) {
			throw TransferTarget.explained(this.step, this.transfer.to(), ex);
		}
		this.work.requireNoConflicts();
	}

	private void check(Optional<CollectionInfo> target) {
		if (this.step.isRemembering()) {
			this.step.requireRoomFor(
					new DocumentCount(this.step.database(), this.transfer.from(), this.transfer.filter()).get());
		}
		boolean maybeInTheWay = target.isPresent() && !this.transfer.keeping()
				&& !this.step.ids(this.transfer.to(), Conditions.ANY, 1).isEmpty();
		if (maybeInTheWay || this.transfer.replacesRoot()) {
			TransferConflicts conflicts = new TransferConflicts(this.step, this.transfer);
			Batches.ofDocuments(this.step, this.transfer.from(), this.transfer.filter()).look(conflicts::look);
			conflicts.refuse();
		}
		target.ifPresent((info) -> new Validators(info).requireInsertable(this.step, this.transfer.from(),
				this.transfer.filter(), this.transfer.stages()));
	}

}
