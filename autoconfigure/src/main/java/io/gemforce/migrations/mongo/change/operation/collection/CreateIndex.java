package io.gemforce.migrations.mongo.change.operation.collection;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
import io.gemforce.migrations.mongo.change.catalog.IndexDefinition;
import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.PlanPhrases;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.Conditions;
import io.gemforce.migrations.mongo.change.operation.CreatedCollection;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
import io.gemforce.migrations.mongo.change.source.Seconds;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Creates an index, unless the same one exists.
 *
 * @param expireExisting whether documents that have already expired may be deleted
 */
public record CreateIndex(String collection, BsonDocument index, boolean expireExisting) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "createIndex";

	private static final String EXISTED = "existed";

	private static final String PARTIAL_FILTER = "partialFilterExpression";

	public static CreateIndex of(Parameters parameters) {
		BsonDocument keys = parameters.value("keys").asDocument();
		String name = parameters.optionalText("name");
		BsonDocument index = new BsonDocument("key", keys).append("name",
				new BsonString((name != null) ? name : serverName(keys)));
		for (String flag : List.of("unique", "sparse", "hidden")) {
			if (parameters.flag(flag)) {
				index.append(flag, BsonBoolean.TRUE);
			}
		}
		BsonValue expireAfter = parameters.optionalValue("expireAfter");
		if (expireAfter != null) {
			Seconds.parse(expireAfter).ifPresent((seconds) -> index.append(Expiry.AFTER, new BsonInt64(seconds)));
		}
		append(index, PARTIAL_FILTER, parameters.optionalValue("partialFilter"));
		append(index, "collation", parameters.optionalValue("collation"));
		IndexRules.TEXT_OPTIONS.forEach((option, key) -> append(index, option, parameters.optionalValue(key)));
		append(index, IndexRules.WILDCARD_PROJECTION, parameters.optionalValue(IndexRules.WILDCARD_PROJECTION));
		return new CreateIndex(parameters.text("collection"), index, parameters.flag("expireExisting"));
	}

	private static void append(BsonDocument index, String option, @Nullable BsonValue value) {
		if (value != null) {
			index.append(option, value);
		}
	}

	private static String serverName(BsonDocument keys) {
		return keys.entrySet()
			.stream()
			.map((entry) -> entry.getKey() + "_"
					+ (entry.getValue().isString() ? entry.getValue().asString().getValue()
							: String.valueOf(entry.getValue().asNumber().intValue())))
			.collect(Collectors.joining("_"));
	}

	private String name() {
		return this.index.getString("name").getValue();
	}

	private boolean isUnique() {
		return this.index.containsKey("unique");
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public String summary() {
		return "create %sindex '%s' on '%s' %s%s".formatted(isUnique() ? "unique " : "", name(), this.collection,
				BsonFormatter.show(this.index.getDocument("key")),
				isExpiring() ? ", by which documents expire after %d s".formatted(expireAfter()) : "");
	}

	@Override
	public List<String> collections() {
		return List.of(this.collection);
	}

	@Override
	public Reverse reverse() {
		return Reverse.derived("drops index '%s' of '%s' if it was not there before%s".formatted(name(),
				this.collection, isExpiring() ? "; restores no document that has expired" : ""));
	}

	@Override
	public boolean canBeInTransaction() {
		return false;
	}

	@Override
	public List<String> needs() {
		return PlanPhrases.privileges("createIndex, listIndexes, find, dropIndex", this.collection);
	}

	@Override
	public List<String> locks() {
		return List.of(("all of '%s' for a moment at the beginning and at the end of the build; in between reads and "
				+ "writes go on")
			.formatted(this.collection));
	}

	@Override
	public void check(DefinitionCursor cursor) {
		boolean single = this.index.getDocument("key").size() == 1;
		if (this.expireExisting && !isExpiring()) {
			cursor.to("expireExisting")
				.wrongKey("'expireExisting' is of no use without 'expireAfter'",
						"Add 'expireAfter', or remove 'expireExisting'");
		}
		if (isExpiring() && !single) {
			cursor.to("expireAfter")
				.wrong("documents cannot expire by an index on several fields",
						"Make an index on the field with the date alone");
		}
		if (this.index.containsKey("sparse") && this.index.containsKey(PARTIAL_FILTER)) {
			cursor.to("sparse")
				.wrong("an index cannot be sparse and have a partial filter", "Put {$exists: true} into the filter");
		}
		new IndexRules(this.index, cursor).check();
	}

	@Override
	public AffectedCount touches(DocumentCounter counter) {
		return counter.count(this.collection, Conditions.ANY);
	}

	@Override
	public List<String> losses(DocumentCounter counter) {
		if (!isExpiring()) {
			return List.of();
		}
		AffectedCount expired = counter.count(this.collection, expired());
		if (expired.estimated()) {
			return List.of("documents that have expired already are deleted, and no undo restores them");
		}
		return (expired.count() == 0) ? List.of()
				: List
					.of("%,d document(s) have expired already: %s, and no undo restores them".formatted(expired.count(),
							this.expireExisting ? "they are deleted" : "refused, as they would be deleted"));
	}

	private boolean isExpiring() {
		return this.index.containsKey(Expiry.AFTER);
	}

	private long expireAfter() {
		return this.index.getNumber(Expiry.AFTER).longValue();
	}

	private BsonDocument expired() {
		return Expiry.expired(this.index, expireAfter());
	}

	@Override
	public void up(OperationContext step) {
		Optional<CollectionInfo> there = step.findUnlessView(this.collection);
		Optional<BsonDocument> same = there.flatMap((info) -> findSame(step, info.collation()));
		Duplicates duplicates = new Duplicates(this.collection, same.orElse(this.index));
		if (there.isPresent() && same.isEmpty()) {
			requireNoneExpired(step);
			if (!step.isBegun()) {
				duplicates.refuseIfAny(step);
			}
		}
		if (!step.isBegun()) {
			step.begin(
					CreatedCollection.note(there.isPresent()).append(EXISTED, BsonBoolean.valueOf(same.isPresent())));
		}
		// A listed index may still be in its build, also one of an interrupted attempt
		duplicates.refuseIfAny(step, new ServerOptions(step).define(() -> duplicates.build(step)));
	}

	private void requireNoneExpired(OperationContext step) {
		if (isExpiring() && !this.expireExisting) {
			step.refuseIfAny(this.collection, expired(), Expiry.REFUSED, Expiry.REMEDY);
		}
	}

	// In the form that the server takes
	private Optional<BsonDocument> findSame(OperationContext step, @Nullable BsonDocument defaultCollation) {
		IndexDefinition wanted = IndexDefinition.declared(this.index, defaultCollation);
		List<BsonDocument> inTheWay = new ArrayList<>();
		for (BsonDocument existing : step.catalog().indexes(this.collection)) {
			IndexDefinition definition = IndexDefinition.listed(existing);
			if (definition.isSame(wanted)) {
				return Optional.of(IndexDefinition.asListed(existing, defaultCollation));
			}
			// A collection has one text index at most
			if (existing.getString("name").getValue().equals(name()) || definition.hasSameKeys(wanted)
					|| definition.isText() && wanted.isText()) {
				inTheWay.add(existing);
			}
		}
		if (!inTheWay.isEmpty()) {
			throw step.refused(
					"'%s' has another index in its place: %s, where %s is wanted".formatted(this.collection,
							inTheWay.get(0).toJson(), this.index.toJson()),
					"Drop the existing index first, by a dropIndex before this change, or choose another name and other keys");
		}
		return Optional.empty();
	}

	@Override
	public void down(OperationContext step) {
		Optional<CollectionInfo> there = step.findUnlessView(this.collection);
		if (there.isPresent() && !step.isNoted(EXISTED)) {
			step.catalog().index(this.collection, name()).ifPresent((existing) -> {
				if (IndexDefinition.listed(existing)
					.isSame(IndexDefinition.declared(this.index, there.get().collation()))) {
					step.catalog().dropIndex(this.collection, name());
				}
				else {
					step.conflict(
							"'%s': index '%s' has been changed since, and stays".formatted(this.collection, name()));
				}
			});
		}
		new CreatedCollection(this.collection).drop(step);
	}

}
