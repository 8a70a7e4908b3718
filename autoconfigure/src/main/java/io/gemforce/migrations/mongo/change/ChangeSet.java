package io.gemforce.migrations.mongo.change;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;

import com.mongodb.MongoNamespace;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.Document;
import org.bson.json.JsonMode;
import org.bson.json.JsonWriterSettings;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.DeclaredMongoMigration;
import io.gemforce.migrations.mongo.change.contract.Change;
import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.document.Json;
import io.gemforce.migrations.mongo.change.preimage.ApplyKey;
import io.gemforce.migrations.mongo.change.preimage.ChangeJournal;
import io.gemforce.migrations.mongo.change.preimage.JournalProgress;
import io.gemforce.migrations.mongo.change.preimage.PreimageStore;
import io.gemforce.migrations.mongo.change.source.DefinitionProblems;

/**
 * The changes of one migration, in order. Immutable.
 */
public final class ChangeSet {

	private static final JsonWriterSettings READABLE = JsonWriterSettings.builder()
		.outputMode(JsonMode.RELAXED)
		.indent(true)
		.build();

	private final List<DeclaredChange> declared;

	private final @Nullable String declaredIrreversible;

	ChangeSet(List<DeclaredChange> declared, @Nullable String declaredIrreversible) {
		this.declared = List.copyOf(declared);
		this.declaredIrreversible = declaredIrreversible;
	}

	public static ChangeSet declaredBy(DeclaredMongoMigration migration, String subject) {
		ChangesBuilder builder = new ChangesBuilder();
		migration.changes(builder);
		DefinitionProblems findings = DefinitionProblems.aboutBean(subject);
		return new ChangeSetReader(findings).read(builder.definition())
			.orElseThrow(() -> new InvalidChangesException(findings.problems()));
	}

	public List<Change> changes() {
		return this.declared.stream().<Change>map(DeclaredChange::change).toList();
	}

	List<DeclaredChange> declared() {
		return this.declared;
	}

	// False if the author declared that there will be no undo
	boolean isRemembering() {
		return this.declaredIrreversible == null;
	}

	/**
	 * Why the changes cannot be undone, even with all stored data; empty if they can.
	 */
	public Optional<String> irreversible() {
		if (this.declaredIrreversible != null) {
			return Optional.of(this.declaredIrreversible);
		}
		return changes().stream()
			.filter((change) -> !change.reverse().isAvailable())
			.map((change) -> change.reverse().text())
			.findFirst();
	}

	public boolean isRepeatable(boolean transactions) {
		return changes().stream()
			.allMatch((change) -> change.isIdempotent() || (transactions && change.canBeInTransaction()));
	}

	/**
	 * Describe, with their numbers, changes that write to a collection, or whose undo
	 * does.
	 */
	public List<String> writing(String own, MongoNamespace collection) {
		return IntStream.range(0, this.declared.size())
			.filter((index) -> this.declared.get(index)
				.change()
				.isWriting(own, collection.getDatabaseName(), collection.getCollectionName()))
			.mapToObj((index) -> "change %d (%s)".formatted(index + 1, this.declared.get(index).change().summary()))
			.toList();
	}

	public Optional<String> reachBeyond() {
		return this.declared.stream().flatMap((declared) -> declared.change().reachesBeyond().stream()).findFirst();
	}

	public String checksum() {
		return DeclaredChange.hash("changes:", Json.canonical(definition(DeclaredChange::compared)));
	}

	public String toJson() {
		return definition(DeclaredChange::shown).toJson(READABLE);
	}

	/**
	 * Return the text that declares the changes, as it can be shown.
	 */
	String shown(String text) {
		return this.declared.stream().anyMatch(DeclaredChange::holdsSecret) ? toJson() : text;
	}

	private BsonDocument definition(Function<DeclaredChange, BsonDocument> form) {
		BsonDocument definition = new BsonDocument("changes", new BsonArray(this.declared.stream().map(form).toList()));
		return (this.declaredIrreversible != null)
				? definition.append("irreversible", new BsonString(this.declaredIrreversible)) : definition;
	}

	/**
	 * Say what the changes would do to a database as it is now. Only reads, and does not
	 * foresee the effect of one change on the next.
	 * @param counted whether to count the documents; otherwise their number is estimated
	 * from statistics, without a scan
	 */
	public List<ChangePlan> plan(MongoDatabase database, boolean counted) {
		DocumentCounter counter = new DocumentCounter(database, counted);
		return this.declared.stream().map(DeclaredChange::change).map((change) -> plan(change, counter)).toList();
	}

	private ChangePlan plan(ChangeOperation change, DocumentCounter counter) {
		return new ChangePlan(change, change.touches(counter), isRemembering() ? change.preimages(counter) : null,
				change.losses(counter),
				(this.declaredIrreversible != null) ? Reverse.none(this.declaredIrreversible) : change.reverse());
	}

	public Optional<String> whyNoUndo(MongoCollection<Document> preimages, ApplyKey key) {
		return irreversible().or(() -> whyForgotten(preimages, key));
	}

	private Optional<String> whyForgotten(MongoCollection<Document> preimages, ApplyKey key) {
		JournalProgress progress = ChangeJournal.read(preimages, key);
		if (progress.isNone()) {
			return Optional.of("nothing is remembered of its application");
		}
		if (progress.isPurged()) {
			return Optional.of("its pre-images were deleted because they had become too old");
		}
		for (int change = 0; change < progress.left(); change++) {
			if (progress.isForgotten(change)) {
				return Optional
					.of("a part of change %d was made when the migration was 'irreversible'".formatted(change + 1));
			}
			if (asBegun(progress, change).isEmpty()) {
				return Optional.of("change %d was edited since, and it is too long to be remembered, or has a secret"
					.formatted(change + 1));
			}
			long kept = progress.items(change);
			long there = (kept > 0) ? new PreimageStore(() -> preimages, ChangeJournal.rangeOf(key, change)).count()
					: 0;
			if (there < kept) {
				return Optional
					.of("%d of the %d pre-images of change %d are gone".formatted(kept - there, kept, change + 1));
			}
		}
		return Optional.empty();
	}

	/**
	 * Find a change as it was begun, from what is remembered of it if it was edited
	 * since. Empty if it was remembered by a hash only.
	 */
	Optional<DeclaredChange> asBegun(JournalProgress progress, int index) {
		String definition = progress.definition(index);
		if (index < this.declared.size() && this.declared.get(index).isRememberedAs(definition)) {
			return Optional.of(this.declared.get(index));
		}
		return (definition == null || definition.startsWith(DeclaredChange.HASH)) ? Optional.empty()
				: Optional.of(ChangeSetReader.readChange(Json.parse(definition)));
	}

}
