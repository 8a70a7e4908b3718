package io.gemforce.migrations.mongo.change.operation;

import java.util.List;

import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Moves a field into, or out of, an embedded document, which is a rename to another path.
 */
public record MoveField(RenameField rename) implements ChangeOperation, FieldMover {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "moveField";

	public static MoveField of(Parameters parameters) {
		return new MoveField(RenameField.of(parameters));
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public String collection() {
		return this.rename.collection();
	}

	@Override
	public List<FieldMove> moves() {
		return this.rename.moves();
	}

	@Override
	public String summary() {
		return "move field '%s' of '%s' to '%s'".formatted(this.rename.from(), collection(), this.rename.to());
	}

	@Override
	public List<String> collections() {
		return this.rename.collections();
	}

	@Override
	public Reverse reverse() {
		return Reverse
			.derived("moves field '%s' of '%s' to '%s'".formatted(this.rename.to(), collection(), this.rename.from()));
	}

	@Override
	public List<String> needs() {
		return this.rename.needs();
	}

	@Override
	public List<String> locks() {
		return this.rename.locks();
	}

	@Override
	public void check(DefinitionCursor cursor) {
		RenameField.checkApart(this.rename.from(), this.rename.to(), "moved", cursor.to("to"));
	}

	@Override
	public AffectedCount touches(DocumentCounter counter) {
		return this.rename.touches(counter);
	}

	@Override
	public boolean keepsPreimages() {
		return this.rename.keepsPreimages();
	}

	@Override
	public void up(OperationContext step) throws Exception {
		this.rename.up(step);
	}

	@Override
	public void down(OperationContext step) throws Exception {
		this.rename.down(step);
	}

}
