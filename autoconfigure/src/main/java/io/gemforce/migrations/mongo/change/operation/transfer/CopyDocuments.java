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
 * Copies documents to another collection of the same database.
 */
public record CopyDocuments(TransferDefinition transfer) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "copyDocuments";

	public static CopyDocuments of(Parameters parameters) {
		return new CopyDocuments(TransferDefinition.of(parameters));
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public String summary() {
		return "copy " + this.transfer.summary();
	}

	@Override
	public List<String> collections() {
		return List.of(this.transfer.to());
	}

	@Override
	public Reverse reverse() {
		return Reverse.remembered("deletes the documents from '%s' that were copied there and not changed since"
			.formatted(this.transfer.to()));
	}

	@Override
	public List<String> needs() {
		return this.transfer.needs("find");
	}

	@Override
	public List<String> locks() {
		return PlanPhrases.eachDocument(this.transfer.to());
	}

	@Override
	public void check(DefinitionCursor cursor) {
		this.transfer.check("copied", cursor);
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
		new TransferRun(step, this.transfer, new Copying(step, this.transfer)).run();
	}

	@Override
	public void down(OperationContext step) throws Exception {
		new CopyUndo(step, this.transfer.to()).run();
	}

}
