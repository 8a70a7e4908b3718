package io.gemforce.migrations.mongo.change.operation.transfer;

import java.util.List;

import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.PlanPhrases;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Moves documents to another collection of the same database.
 */
public record MoveDocuments(TransferDefinition transfer) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "moveDocuments";

	public static MoveDocuments of(Parameters parameters) {
		return new MoveDocuments(TransferDefinition.of(parameters));
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public String summary() {
		return "move " + this.transfer.summary();
	}

	@Override
	public List<String> collections() {
		return List.of(this.transfer.from(), this.transfer.to());
	}

	@Override
	public Reverse reverse() {
		return Reverse.remembered("moves the documents back from '%s' to '%s'".formatted(this.transfer.to(),
				this.transfer.from())
				+ ((this.transfer.pipeline() != null) ? ", as they were, where they have not been changed since" : ""));
	}

	@Override
	public List<String> needs() {
		return this.transfer.needs("find, insert, remove");
	}

	@Override
	public List<String> locks() {
		return PlanPhrases.eachDocument(this.transfer.from());
	}

	@Override
	public void check(DefinitionCursor cursor) {
		this.transfer.check("moved", cursor);
	}

	@Override
	public AffectedCount touches(DocumentCounter counter) {
		return counter.count(this.transfer.from(), this.transfer.filter());
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
		new TransferRun(step, this.transfer, new Moving(step, this.transfer)).run();
	}

	@Override
	public void down(OperationContext step) throws Exception {
		new MoveUndo(step, this.transfer).run();
	}

}
