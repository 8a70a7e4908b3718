package io.gemforce.migrations.mongo.change.operation.collection;

import java.util.List;
import java.util.Optional;

import org.bson.BsonBoolean;
import org.bson.BsonDocument;

import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.PlanPhrases;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Renames a collection.
 */
public record RenameCollection(String from, String to) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "renameCollection";

	private static final String RENAMED = "renamed";

	private static final String UUID = "uuid";

	public static RenameCollection of(Parameters parameters) {
		return new RenameCollection(parameters.text("from"), parameters.text("to"));
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public String summary() {
		return "rename collection '%s' to '%s'".formatted(this.from, this.to);
	}

	@Override
	public List<String> collections() {
		return List.of(this.from, this.to);
	}

	@Override
	public Reverse reverse() {
		return Reverse.derived("renames collection '%s' to '%s'".formatted(this.to, this.from));
	}

	@Override
	public boolean canBeInTransaction() {
		return false;
	}

	@Override
	public List<String> needs() {
		return PlanPhrases.privileges("renameCollectionSameDB on both, or insert, find, dropCollection", this.from);
	}

	@Override
	public List<String> locks() {
		return List.of("all of '%s' and '%s' for a moment; reads and writes wait".formatted(this.from, this.to));
	}

	@Override
	public void check(DefinitionCursor cursor) {
		if (this.from.equals(this.to)) {
			cursor.to("to").wrong("'%s' is renamed to itself".formatted(this.from), "Write another name");
		}
	}

	@Override
	public AffectedCount touches(DocumentCounter counter) {
		return counter.exactly(0);
	}

	@Override
	public void up(OperationContext step) {
		Optional<CollectionInfo> source = step.find(this.from);
		Optional<CollectionInfo> target = step.find(this.to);
		boolean renamedBefore = step.isBegun()
				&& target.filter((info) -> info.isSame(step.notes().get(UUID))).isPresent();
		if (source.isPresent() && target.isPresent() && !renamedBefore) {
			throw step.refused("'%s' and '%s' are both there".formatted(this.from, this.to),
					"Remove or rename one of the collections first");
		}
		if (!step.isBegun()) {
			BsonDocument notes = new BsonDocument(RENAMED, BsonBoolean.valueOf(source.isPresent()));
			source.map(CollectionInfo::uuid).ifPresent((uuid) -> notes.append(UUID, uuid));
			step.begin(notes);
		}
		if (source.isPresent() && target.isEmpty() && step.isNoted(RENAMED)) {
			step.catalog().rename(this.from, this.to);
		}
	}

	@Override
	public void down(OperationContext step) {
		if (!step.isNoted(RENAMED)) {
			return;
		}
		boolean source = step.find(this.from).isPresent();
		boolean target = step.find(this.to).isPresent();
		if (source && target) {
			step.conflict("'%s': stays, as '%s' is there again".formatted(this.to, this.from));
		}
		else if (target) {
			step.catalog().rename(this.to, this.from);
		}
		else if (!source) {
			step.conflict("'%s': the collection is gone".formatted(this.to));
		}
	}

}
