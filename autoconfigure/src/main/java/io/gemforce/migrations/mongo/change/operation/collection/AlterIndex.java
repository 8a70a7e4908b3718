package io.gemforce.migrations.mongo.change.operation.collection;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import com.mongodb.MongoCommandException;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonNumber;
import org.bson.BsonString;
import org.bson.BsonValue;

import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
import io.gemforce.migrations.mongo.change.catalog.IndexDefinition;
import io.gemforce.migrations.mongo.change.catalog.ServerFeature;
import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.PlanPhrases;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.document.Fingerprint;
import io.gemforce.migrations.mongo.change.document.Json;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
import io.gemforce.migrations.mongo.change.source.Seconds;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Changes options of an index without building it anew, and notes the old ones. It
 * becomes unique in two steps, as MongoDB's manual says: first no new duplicate is let
 * in, then the index is unique.
 *
 * @param wanted the options as the server lists them
 */
public record AlterIndex(String collection, String name, BsonDocument wanted,
		boolean expireExisting) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "alterIndex";

	private static final String PREVIOUS = "previous";

	private static final String HIDDEN = "hidden";

	private static final String UNIQUE = "unique";

	private static final String PREPARE_UNIQUE = "prepareUnique";

	private static final int CANNOT_CONVERT_TO_UNIQUE = 359;

	public static AlterIndex of(Parameters parameters) {
		BsonDocument wanted = new BsonDocument();
		for (String flag : List.of(HIDDEN, UNIQUE)) {
			BsonValue value = parameters.optionalValue(flag);
			if (value != null) {
				wanted.append(flag, value);
			}
		}
		BsonValue expireAfter = parameters.optionalValue("expireAfter");
		if (expireAfter != null) {
			Seconds.parse(expireAfter).ifPresent((seconds) -> wanted.append(Expiry.AFTER, new BsonInt64(seconds)));
		}
		return new AlterIndex(parameters.text("collection"), parameters.text("name"), wanted,
				parameters.flag("expireExisting"));
	}

	private boolean isExpiring() {
		return this.wanted.containsKey(Expiry.AFTER);
	}

	private boolean isBecomingUnique() {
		return this.wanted.containsKey(UNIQUE);
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public String summary() {
		return "alter index '%s' of '%s': set %s".formatted(this.name, this.collection,
				BsonFormatter.show(this.wanted));
	}

	@Override
	public List<String> collections() {
		return List.of(this.collection);
	}

	@Override
	public Reverse reverse() {
		return Reverse.derived("%s index '%s' of '%s' as it was%s".formatted(isBecomingUnique() ? "builds" : "sets",
				this.name, this.collection,
				isExpiring() ? "; leaves it if documents would expire by that, restores none that has expired" : ""));
	}

	@Override
	public boolean canBeInTransaction() {
		return false;
	}

	@Override
	public List<String> needs() {
		return PlanPhrases.privileges(isBecomingUnique()
				? "collMod, listIndexes, find, and for the undo dropIndex, createIndex" : "collMod, listIndexes, find",
				this.collection);
	}

	@Override
	public List<String> locks() {
		return PlanPhrases.exclusively(this.collection);
	}

	@Override
	public void check(DefinitionCursor cursor) {
		if (this.wanted.isEmpty()) {
			cursor.wrongKey("'alterIndex' changes nothing", "Add one of hidden, expireAfter, unique");
		}
		if (isBecomingUnique() && !this.wanted.getBoolean(UNIQUE).getValue()) {
			cursor.to(UNIQUE)
				.wrong("a unique index cannot become an ordinary one", "Write a dropIndex and a createIndex");
		}
		if (isBecomingUnique() && this.wanted.size() > 1) {
			cursor.to(UNIQUE)
				.wrongKey("an index becomes unique by a change of its own", "Write another alterIndex for the rest");
		}
		if (this.expireExisting && !isExpiring()) {
			cursor.to("expireExisting")
				.wrongKey("'expireExisting' is of no use without 'expireAfter'",
						"Add 'expireAfter', or remove 'expireExisting'");
		}
	}

	// Each document is looked at for duplicates
	@Override
	public AffectedCount touches(DocumentCounter counter) {
		return isBecomingUnique() ? counter.count(this.collection, Conditions.ANY) : counter.exactly(0);
	}

	@Override
	public List<String> losses(DocumentCounter counter) {
		return this.expireExisting
				? List.of("documents that have expired already are deleted, and no undo restores them") : List.of();
	}

	@Override
	public void up(OperationContext step) {
		Optional<CollectionInfo> there = step.findUnlessView(this.collection);
		if (there.isEmpty()) {
			if (!step.isBegun()) {
				step.begin(new BsonDocument());
			}
			return;
		}
		BsonDocument index = step.catalog().index(this.collection, this.name).orElseThrow(() -> missing(step));
		boolean needed = !isSet(index, this.wanted);
		if (needed) {
			require(step, index);
		}
		if (!step.isBegun()) {
			step.begin(new BsonDocument(PREVIOUS, new BsonString(Json.canonical(index))));
		}
		if (needed && step.notes().containsKey(PREVIOUS)) {
			set(step, index);
		}
	}

	private RuntimeException missing(OperationContext step) {
		return step.refused(
				"'%s' has no index '%s' but %s".formatted(this.collection, this.name,
						step.catalog()
							.indexes(this.collection)
							.stream()
							.map((index) -> "'" + index.getString("name").getValue() + "'")
							.collect(Collectors.joining(", ", "", "the one of '_id'"))),
				"Write the name of an index that is there, or create it by createIndex");
	}

	private static boolean isSet(BsonDocument index, BsonDocument options) {
		return options.entrySet()
			.stream()
			.allMatch((option) -> Fingerprint.comparable(option.getValue())
				.equals(Fingerprint.comparable(index.get(option.getKey(), BsonBoolean.FALSE))));
	}

	private void require(OperationContext step, BsonDocument index) {
		if (isBecomingUnique()) {
			new ServerOptions(step).require(List.of(ServerFeature.UNIQUE_CONVERSION));
			if (!step.isBegun()) {
				duplicates(index).refuseIfAny(step);
			}
		}
		if (isExpiring()) {
			if (!index.containsKey(Expiry.AFTER)) {
				throw step.refused(
						"documents of '%s' do not expire by index '%s'".formatted(this.collection, this.name),
						"Write a dropIndex and a createIndex with expireAfter, which can be undone");
			}
			expiring(step, index, this.wanted.getNumber(Expiry.AFTER)).ifPresent((lost) -> {
				throw step.refused(lost, Expiry.REMEDY);
			});
		}
	}

	// What the server would delete by a shorter time, unless the author lets it
	private Optional<String> expiring(OperationContext step, BsonDocument index, BsonNumber after) {
		return (!this.expireExisting && after.doubleValue() < index.getNumber(Expiry.AFTER).doubleValue())
				? step.describe(this.collection, Expiry.expired(index, after.longValue()), Expiry.REFUSED)
				: Optional.empty();
	}

	private Duplicates duplicates(BsonDocument index) {
		return new Duplicates(this.collection, index.clone().append(UNIQUE, BsonBoolean.TRUE));
	}

	private void set(OperationContext step, BsonDocument index) {
		ServerOptions server = new ServerOptions(step);
		if (!isBecomingUnique()) {
			server.define(() -> modify(step, this.wanted));
			return;
		}
		server.define(() -> modify(step, new BsonDocument(PREPARE_UNIQUE, BsonBoolean.TRUE)));
		try {
			modify(step, this.wanted);
		}
		catch (MongoCommandException ex) {
			if (ex.getErrorCode() != CANNOT_CONVERT_TO_UNIQUE) {
				throw ex;
			}
			if (!index.containsKey(PREPARE_UNIQUE) || step.isResumed()) {
				modify(step, new BsonDocument(PREPARE_UNIQUE, BsonBoolean.FALSE));
			}
			List<String> examples = duplicates(index).examples(step);
			duplicates(index).refuseIfAny(step,
					examples.isEmpty() ? List.of("the server does not tell which") : examples);
		}
	}

	private void modify(OperationContext step, BsonDocument options) {
		BsonDocument index = new BsonDocument("name", new BsonString(this.name));
		index.putAll(options);
		step.catalog().modify(this.collection, new BsonDocument("index", index));
	}

	@Override
	public void down(OperationContext step) {
		Optional<CollectionInfo> there = step.findUnlessView(this.collection);
		if (there.isEmpty() || !step.notes().containsKey(PREVIOUS)) {
			return;
		}
		BsonDocument previous = Json.parse(step.notes().getString(PREVIOUS).getValue());
		Optional<BsonDocument> index = step.catalog().index(this.collection, this.name);
		if (index.isPresent() && isLike(index.get(), previous)) {
			return;
		}
		if (index.isPresent() && index.get().containsKey(PREPARE_UNIQUE) && !isSet(index.get(), this.wanted)) {
			modify(step, new BsonDocument(PREPARE_UNIQUE, BsonBoolean.FALSE));
		}
		else if (index.isPresent() && !isLike(index.get(), made(previous))) {
			step.conflict("'%s': index '%s' has been changed since, and stays".formatted(this.collection, this.name));
		}
		else if (isBecomingUnique()) {
			rebuild(step, there.get(), previous, index.isPresent());
		}
		else if (index.isEmpty()) {
			step.conflict("'%s': index '%s' is gone".formatted(this.collection, this.name));
		}
		else {
			setBack(step, index.get(), previous);
		}
	}

	// The application may rely on the options of the change by now
	private void setBack(OperationContext step, BsonDocument index, BsonDocument previous) {
		Optional<String> lost = isExpiring() ? expiring(step, index, previous.getNumber(Expiry.AFTER))
				: Optional.empty();
		if (lost.isPresent()) {
			step.conflict("index '%s' does not expire after %s s again: %s".formatted(this.name,
					BsonFormatter.show(previous.getNumber(Expiry.AFTER)), lost.get()));
			return;
		}
		BsonDocument options = new BsonDocument();
		this.wanted.keySet().forEach((option) -> options.append(option, previous.get(option, BsonBoolean.FALSE)));
		modify(step, options);
	}

	private static boolean isLike(BsonDocument index, BsonDocument other) {
		return IndexDefinition.listed(index).isSame(IndexDefinition.listed(other));
	}

	private BsonDocument made(BsonDocument previous) {
		BsonDocument made = previous.clone();
		made.remove(PREPARE_UNIQUE);
		made.putAll(this.wanted);
		return made;
	}

	// No command makes an index ordinary again. An undo that was interrupted after the
	// drop finds none
	private void rebuild(OperationContext step, CollectionInfo there, BsonDocument previous, boolean drop) {
		if (!drop && !step.isResumed()) {
			step.conflict("'%s': index '%s' is gone".formatted(this.collection, this.name));
			return;
		}
		if (drop) {
			step.catalog().dropIndex(this.collection, this.name);
		}
		step.catalog().createListedIndexes(this.collection, there.collation(), List.of(previous));
	}

}
