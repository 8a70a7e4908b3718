package io.gemforce.migrations.mongo.change.operation.collection;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
import io.gemforce.migrations.mongo.change.catalog.CollectionOptions;
import io.gemforce.migrations.mongo.change.catalog.ServerFeature;
import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.DocumentCounter;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.contract.PlanPhrases;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.Fingerprint;
import io.gemforce.migrations.mongo.change.document.Json;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
import io.gemforce.migrations.store.AffectedCount;

/**
 * Changes options of a collection or a view, and notes the old ones.
 *
 * @param declared the parameters, as they are written
 * @param wanted the options in the words of {@code collMod}
 */
public record AlterCollection(String collection, BsonDocument declared,
		BsonDocument wanted) implements ChangeOperation {

	/**
	 * The name of the kind, as users write it.
	 */
	public static final String KIND = "alterCollection";

	private static final String PREVIOUS = "previous";

	private static final String SIZE = "cappedSize";

	private static final String MAX = "cappedMax";

	private static final String EXPIRE_EXISTING = "expireExisting";

	private static final String DISCARD_OLDEST = "discardOldest";

	private static final BsonString NEVER = new BsonString("off");

	public static AlterCollection of(Parameters parameters) {
		BsonDocument wanted = new BsonDocument();
		BsonValue images = parameters.optionalValue(DeclaredOptions.IMAGES);
		if (images != null) {
			wanted.append(DeclaredOptions.IMAGES, DeclaredOptions.images(images.asBoolean().getValue()));
		}
		BsonValue expireAfter = parameters.optionalValue("expireAfter");
		if (expireAfter != null) {
			wanted.append(Expiry.AFTER, DeclaredOptions.expiry(expireAfter));
		}
		BsonDocument bounds = parameters.optionalDocument(DeclaredOptions.CAPPED);
		if (bounds != null && bounds.containsKey("size")) {
			wanted.append(SIZE, CollectionOptions.roundedSize(bounds.get("size")));
		}
		if (bounds != null && bounds.containsKey("max")) {
			wanted.append(MAX, bounds.get("max"));
		}
		BsonDocument series = parameters.optionalDocument(DeclaredOptions.TIME_SERIES);
		if (series != null && !series.isEmpty()) {
			wanted.append(DeclaredOptions.TIME_SERIES, DeclaredOptions.timeSeries(series));
		}
		String on = parameters.optionalText("on");
		if (on != null) {
			wanted.append(ViewDefinition.ON, new BsonString(on));
		}
		BsonValue pipeline = parameters.optionalValue("pipeline");
		if (pipeline != null) {
			wanted.append(ViewDefinition.PIPELINE, pipeline);
		}
		return new AlterCollection(parameters.text("collection"), parameters.document(), wanted);
	}

	private boolean isOf(String... options) {
		return List.of(options).stream().anyMatch(this.wanted::containsKey);
	}

	private boolean isOfView() {
		return isOf(ViewDefinition.ON, ViewDefinition.PIPELINE);
	}

	private boolean isOfBounds() {
		return isOf(SIZE, MAX);
	}

	private boolean isOfExpiry() {
		return isOf(Expiry.AFTER);
	}

	private boolean isOfBuckets() {
		return isOf(DeclaredOptions.TIME_SERIES);
	}

	@Override
	public String kind() {
		return KIND;
	}

	@Override
	public String summary() {
		return "alter %s '%s': set %s".formatted(isOfView() ? "view" : "collection", this.collection,
				BsonFormatter.show(this.wanted));
	}

	@Override
	public List<String> collections() {
		return List.of(this.collection);
	}

	@Override
	public Reverse reverse() {
		return isOfBuckets() ? Reverse.none("the buckets of a time series can only become larger")
				: Reverse.derived("sets the previous options of '%s'%s".formatted(this.collection,
						losses().isEmpty() ? "" : "; restores no document that is gone by then"));
	}

	@Override
	public boolean canBeInTransaction() {
		return false;
	}

	@Override
	public List<String> needs() {
		return PlanPhrases.privileges(isOfView() ? "collMod, and find on what the view reads,"
				: isOfBounds() ? "collMod, find, collStats" : "collMod, find", this.collection);
	}

	@Override
	public List<String> locks() {
		return PlanPhrases.exclusively(this.collection);
	}

	@Override
	public void check(DefinitionCursor cursor) {
		if (this.wanted.isEmpty()) {
			cursor.wrongKey("'alterCollection' changes nothing",
					"Add one of expireAfter, capped, timeseries, changeStreamPreAndPostImages, on, pipeline");
		}
		checkKinds(cursor);
		checkPartner(cursor, EXPIRE_EXISTING, isOfExpiry() && !NEVER.equals(this.wanted.get(Expiry.AFTER)),
				"a span of time as 'expireAfter'");
		checkPartner(cursor, DISCARD_OLDEST, isOfBounds(), "'capped'");
		DeclaredOptions.checkBuckets(this.declared.getDocument(DeclaredOptions.TIME_SERIES, new BsonDocument()),
				cursor.to(DeclaredOptions.TIME_SERIES));
		DeclaredOptions.checkBounds(this.declared.getDocument(DeclaredOptions.CAPPED, new BsonDocument()),
				cursor.to(DeclaredOptions.CAPPED));
		if (this.wanted.isArray(ViewDefinition.PIPELINE)) {
			ViewDefinition.checkPipeline(this.wanted.getArray(ViewDefinition.PIPELINE), cursor.to("pipeline"));
		}
	}

	private void checkKinds(DefinitionCursor cursor) {
		List<String> kinds = Stream
			.of(isOfView() ? "a view" : "", isOfBounds() ? "a capped collection" : "",
					isOfBuckets() ? "a time series" : "")
			.filter((kind) -> !kind.isEmpty())
			.toList();
		if (kinds.size() > 1) {
			cursor.wrongKey(
					"'%s' cannot be %s at the same time".formatted(this.collection, String.join(" and ", kinds)),
					"Write a change for each collection");
		}
		else if ((isOf(DeclaredOptions.IMAGES) && (isOfView() || isOfBuckets()))
				|| (isOfExpiry() && (isOfView() || isOfBounds()))) {
			cursor.wrongKey("%s has not all of these options".formatted(kinds.get(0)),
					"Keep those that the collection can have");
		}
	}

	private void checkPartner(DefinitionCursor cursor, String key, boolean useful, String partner) {
		if (this.declared.containsKey(key) && !useful) {
			cursor.to(key).wrongKey("'%s' is of no use without %s".formatted(key, partner), "Remove the key");
		}
	}

	@Override
	public AffectedCount touches(DocumentCounter counter) {
		return counter.exactly(0);
	}

	@Override
	public List<String> losses(DocumentCounter counter) {
		return losses();
	}

	private List<String> losses() {
		List<String> losses = new ArrayList<>();
		if (isAllowed(EXPIRE_EXISTING)) {
			losses.add("documents that have expired already are deleted, and no undo restores them");
		}
		if (isAllowed(DISCARD_OLDEST)) {
			losses.add("the oldest documents beyond the bounds are deleted, and no undo restores them");
		}
		return losses;
	}

	private boolean isAllowed(String word) {
		return this.declared.getBoolean(word, BsonBoolean.FALSE).getValue();
	}

	@Override
	public void up(OperationContext step) {
		Optional<CollectionInfo> there = step.catalog().find(this.collection);
		ServerOptions server = new ServerOptions(step);
		boolean needed = there.isPresent() && !isSame(current(there.get()), this.wanted);
		if (there.isPresent()) {
			requireFit(step, there.get());
		}
		if (needed) {
			server.require(ServerFeature.neededBy(this.wanted));
			requireNothingLost(step, there.get());
		}
		if (!step.isBegun()) {
			BsonDocument notes = new BsonDocument();
			there.ifPresent((info) -> notes.append(PREVIOUS, new BsonString(Json.canonical(current(info)))));
			step.begin(notes);
		}
		// A collection that has been created since is another
		if (needed && step.notes().containsKey(PREVIOUS)) {
			server.define(() -> modify(step, there.get(), this.wanted));
		}
	}

	// The options that are to be changed, as they are now
	private BsonDocument current(CollectionInfo info) {
		BsonDocument options = info.options();
		BsonDocument current = new BsonDocument();
		this.wanted.keySet().forEach((name) -> current.append(name, switch (name) {
			case DeclaredOptions.IMAGES -> DeclaredOptions.images(CollectionOptions.hasImages(options));
			case Expiry.AFTER -> options.get(name, NEVER);
			case SIZE -> CollectionOptions.roundedSize(options.getNumber("size", new BsonInt64(0)));
			case MAX -> options.getNumber("max", new BsonInt64(0));
			case DeclaredOptions.TIME_SERIES -> buckets(options.getDocument(name, new BsonDocument()));
			default -> options.get(name, new BsonString(""));
		}));
		return current;
	}

	private static BsonDocument buckets(BsonDocument series) {
		BsonDocument buckets = CollectionOptions.timeSeries(series);
		buckets.remove("timeField");
		buckets.remove("metaField");
		return buckets;
	}

	private static boolean isSame(BsonDocument one, BsonDocument other) {
		return Json.canonical(Fingerprint.comparable(one).asDocument())
			.equals(Json.canonical(Fingerprint.comparable(other).asDocument()));
	}

	// The two parts of a view can only be set together
	private void modify(OperationContext step, CollectionInfo there, BsonDocument options) {
		BsonDocument complete = options.clone();
		if (isOfView()) {
			for (String part : List.of(ViewDefinition.ON, ViewDefinition.PIPELINE)) {
				complete.putIfAbsent(part, there.options().get(part));
			}
		}
		step.catalog().modify(this.collection, complete);
	}

	private void requireFit(OperationContext step, CollectionInfo there) {
		String misfit = misfit(there);
		if (misfit != null) {
			throw step.refused("'%s' %s".formatted(this.collection, misfit),
					"Change the options that it has. A createIndex with expireAfter lets documents of an ordinary "
							+ "collection expire, and the command convertToCapped makes one capped");
		}
	}

	private @Nullable String misfit(CollectionInfo there) {
		if (isOfView() != there.isView()) {
			return there.isView() ? "is a view, which has none of these options" : "is no view";
		}
		if (isOfBounds() && !there.isCapped()) {
			return "is not capped";
		}
		if (isOfBuckets() && !there.isTimeSeries()) {
			return "is no time series";
		}
		if (isOfExpiry() && !there.isTimeSeries() && !there.isClustered()) {
			return "is neither a time series nor clustered, so its documents do not expire by an option";
		}
		return (isOf(DeclaredOptions.IMAGES) && there.isTimeSeries())
				? "is a time series, which has no pre- and post-images" : null;
	}

	private void requireNothingLost(OperationContext step, CollectionInfo there) {
		expiring(step, there, this.wanted).ifPresent((lost) -> {
			throw step.refused(lost, Expiry.REMEDY);
		});
		beyondBounds(step, this.wanted).ifPresent((lost) -> {
			throw step.refused(lost,
					"Write larger bounds, or 'discardOldest: true' if these documents are to be deleted");
		});
	}

	// What the server would delete by these options, unless the author lets it
	private Optional<String> expiring(OperationContext step, CollectionInfo there, BsonDocument options) {
		BsonValue expireAfter = options.get(Expiry.AFTER);
		if (expireAfter == null || !expireAfter.isNumber() || isAllowed(EXPIRE_EXISTING)) {
			return Optional.empty();
		}
		String field = there.isTimeSeries()
				? there.options().getDocument(DeclaredOptions.TIME_SERIES).getString("timeField").getValue() : "_id";
		return step.describe(this.collection, Expiry.expired(field, expireAfter.asNumber().longValue()),
				Expiry.REFUSED);
	}

	private Optional<String> beyondBounds(OperationContext step, BsonDocument options) {
		if (!isOfBounds() || isAllowed(DISCARD_OLDEST)) {
			return Optional.empty();
		}
		BsonDocument stage = new BsonDocument("$collStats", new BsonDocument("storageStats", new BsonDocument()));
		for (BsonDocument found : step.collection(this.collection).aggregate(Collections.singletonList(stage))) {
			BsonDocument stats = found.getDocument("storageStats", new BsonDocument());
			if (isBeyond(stats, "size", options, SIZE) || isBeyond(stats, "count", options, MAX)) {
				return Optional
					.of("'%s' has %s documents of %s bytes, and the oldest ones beyond the bounds would be deleted"
						.formatted(this.collection, BsonFormatter.show(stats.get("count", new BsonInt32(0))),
								BsonFormatter.show(stats.get("size", new BsonInt32(0)))));
			}
		}
		return Optional.empty();
	}

	// A collection without a number of documents as its bound has 0
	private static boolean isBeyond(BsonDocument stats, String figure, BsonDocument options, String name) {
		long bound = options.getNumber(name, new BsonInt64(0)).longValue();
		return bound > 0 && stats.getNumber(figure, new BsonInt32(0)).longValue() > bound;
	}

	@Override
	public void down(OperationContext step) {
		Optional<CollectionInfo> there = step.catalog().find(this.collection);
		if (there.isEmpty() || !step.notes().containsKey(PREVIOUS)) {
			return;
		}
		BsonDocument previous = Json.parse(step.notes().getString(PREVIOUS).getValue());
		BsonDocument current = (misfit(there.get()) == null) ? current(there.get()) : new BsonDocument();
		if (isSame(current, this.wanted)) {
			if (!isSame(current, previous)) {
				setBack(step, there.get(), previous);
			}
		}
		else if (!isSame(current, previous)) {
			step.conflict("'%s': the options have been changed since, and stay".formatted(this.collection));
		}
	}

	// The application may rely on the options of the change by now
	private void setBack(OperationContext step, CollectionInfo there, BsonDocument previous) {
		Optional<String> lost = expiring(step, there, previous).or(() -> beyondBounds(step, previous));
		lost.ifPresentOrElse(
				(what) -> step
					.conflict("the options %s are not set again: %s".formatted(BsonFormatter.show(previous), what)),
				() -> modify(step, there, previous));
	}

}
