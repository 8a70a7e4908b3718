package io.gemforce.migrations.mongo.change;

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

import io.gemforce.migrations.Touches;

/**
 * Creates an index, unless the same one is there.
 *
 * @param collection the collection
 * @param index the index in the form that the server takes
 */
record CreateIndex(String collection, BsonDocument index) implements ExecutableChange {

	private static final String EXISTED = "existed";

	static CreateIndex of(Parameters parameters) {
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
			Seconds.parse(expireAfter)
				.ifPresent((seconds) -> index.append("expireAfterSeconds", new BsonInt64(seconds)));
		}
		BsonDocument partialFilter = parameters.optionalDocument("partialFilter");
		if (partialFilter != null) {
			index.append("partialFilterExpression", partialFilter);
		}
		BsonDocument collation = parameters.optionalDocument("collation");
		if (collation != null) {
			index.append("collation", collation);
		}
		return new CreateIndex(parameters.text("collection"), index);
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
		return ChangeKind.CREATE_INDEX.id();
	}

	@Override
	public String summary() {
		return "create %sindex '%s' on '%s' %s".formatted(isUnique() ? "unique " : "", name(), this.collection,
				BsonWords.show(this.index.getDocument("key")));
	}

	@Override
	public List<String> collections() {
		return List.of(this.collection);
	}

	@Override
	public Reverse reverse() {
		return Reverse
			.derived("drops index '%s' of '%s' if it was not there before".formatted(name(), this.collection));
	}

	@Override
	public boolean canBeInTransaction() {
		return false;
	}

	@Override
	public List<String> needs() {
		return Wording.privileges("createIndex, listIndexes, find, dropIndex", this.collection);
	}

	@Override
	public List<String> locks() {
		return List.of(("all of '%s' for a moment at the beginning and at the end of the build; in between reads and "
				+ "writes go on")
			.formatted(this.collection));
	}

	@Override
	public void check(Spot spot) {
		boolean single = this.index.getDocument("key").size() == 1;
		if (this.index.containsKey("expireAfterSeconds") && !single) {
			spot.to("expireAfter")
				.wrong("documents cannot expire by an index on several fields",
						"Make an index on the field with the date alone");
		}
		if (this.index.containsKey("sparse") && this.index.containsKey("partialFilterExpression")) {
			spot.to("sparse")
				.wrong("an index cannot be sparse and have a partial filter", "Put {$exists: true} into the filter");
		}
	}

	@Override
	public Touches touches(Survey survey) {
		return survey.count(this.collection, Conditions.ANY);
	}

	@Override
	public void up(Step step) {
		Optional<CollectionInfo> there = step.find(this.collection);
		boolean same = there.isPresent() && findSame(step, defaultCollation(there.get())).isPresent();
		if (!step.isBegun()) {
			if (there.isPresent() && !same && isUnique()) {
				new Duplicates(this.collection, this.index).refuseIfAny(step);
			}
			step.begin(MadeCollection.note(there.isPresent()).append(EXISTED, BsonBoolean.valueOf(same)));
		}
		if (!same) {
			step.catalog().createIndexes(this.collection, List.of(this.index));
		}
	}

	/**
	 * Find the same index.
	 * @param step the change
	 * @param defaultCollation the collation of the collection, {@code null} for none
	 * @return the index, or empty if there is none
	 * @throws ChangeRefusedException if another index is in the way
	 */
	private Optional<BsonDocument> findSame(Step step, @Nullable BsonDocument defaultCollation) {
		IndexDefinition wanted = IndexDefinition.of(this.index, defaultCollation);
		List<BsonDocument> inTheWay = new ArrayList<>();
		for (BsonDocument existing : step.catalog().indexes(this.collection)) {
			IndexDefinition definition = IndexDefinition.of(existing, defaultCollation);
			if (definition.isSame(wanted)) {
				return Optional.of(existing);
			}
			if (existing.getString("name").getValue().equals(name()) || definition.hasSameKeys(wanted)) {
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

	private static @Nullable BsonDocument defaultCollation(CollectionInfo info) {
		BsonValue collation = info.options().get("collation");
		return (collation != null && collation.isDocument()) ? collation.asDocument() : null;
	}

	@Override
	public void down(Step step) {
		Optional<CollectionInfo> there = step.find(this.collection);
		if (there.isPresent() && !step.isNoted(EXISTED)) {
			BsonDocument defaultCollation = defaultCollation(there.get());
			step.catalog().index(this.collection, name()).ifPresent((existing) -> {
				if (IndexDefinition.of(existing, defaultCollation)
					.isSame(IndexDefinition.of(this.index, defaultCollation))) {
					step.catalog().dropIndex(this.collection, name());
				}
				else {
					step.conflict(
							"'%s': index '%s' has been changed since, and stays".formatted(this.collection, name()));
				}
			});
		}
		new MadeCollection(this.collection).drop(step);
	}

}
