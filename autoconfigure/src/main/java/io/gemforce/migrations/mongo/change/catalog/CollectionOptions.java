package io.gemforce.migrations.mongo.change.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.Fingerprint;
import io.gemforce.migrations.mongo.change.document.Json;

/**
 * The options of a collection or a view in a form in which declared and listed ones can
 * be compared: with the server's defaults, as MongoDB's manual has them.
 */
public record CollectionOptions(Map<String, BsonValue> parts) {

	private static final String GRANULARITY = "granularity";

	private static final String MAX_SPAN = "bucketMaxSpanSeconds";

	private static final String ROUNDING = "bucketRoundingSeconds";

	// The longest span of a bucket, and what its beginning is rounded to
	private static final Map<String, List<Long>> GRANULARITIES = Map.of("seconds", List.of(3_600L, 60L), "minutes",
			List.of(86_400L, 3_600L), "hours", List.of(2_592_000L, 86_400L));

	// Handled apart, or without effect
	private static final Set<String> LEFT_OUT = Set.of("validator", "validationLevel", "validationAction", "collation",
			"capped", "size", "max", "timeseries", "clusteredIndex", "changeStreamPreAndPostImages", "uuid",
			"autoIndexId", "flags", "temp");

	private static final long SMALLEST = 4_096;

	private static final long UNIT = 256;

	/**
	 * Read options in the server's words.
	 */
	public static CollectionOptions of(BsonDocument options) {
		Map<String, BsonValue> parts = new TreeMap<>();
		options.forEach((name, value) -> {
			if (!LEFT_OUT.contains(name)) {
				parts.put(name, value);
			}
		});
		if (!options.getDocument("validator", new BsonDocument()).isEmpty()) {
			parts.put("validator", options.get("validator"));
			parts.put("validationLevel", options.getString("validationLevel", new BsonString("strict")));
			parts.put("validationAction", options.getString("validationAction", new BsonString("error")));
		}
		BsonDocument collation = Collations.complete(CollectionInfo.collation(options));
		if (!collation.isEmpty()) {
			parts.put("collation", collation);
		}
		if (options.getBoolean("capped", BsonBoolean.FALSE).getValue()) {
			parts.put("capped", bounds(options));
		}
		if (options.isDocument("timeseries")) {
			parts.put("timeseries", timeSeries(options.getDocument("timeseries")));
		}
		if (options.containsKey("clusteredIndex")) {
			parts.put("clusteredIndex", clustered(options.get("clusteredIndex")));
		}
		if (hasImages(options)) {
			parts.put("changeStreamPreAndPostImages", BsonBoolean.TRUE);
		}
		return new CollectionOptions(parts);
	}

	public static boolean hasImages(BsonDocument options) {
		return options.getDocument("changeStreamPreAndPostImages", new BsonDocument())
			.getBoolean("enabled", BsonBoolean.FALSE)
			.getValue();
	}

	private static BsonDocument bounds(BsonDocument options) {
		BsonDocument bounds = new BsonDocument("size", roundedSize(options.getNumber("size", new BsonInt64(0))));
		long max = options.getNumber("max", new BsonInt64(0)).longValue();
		return (max > 0) ? bounds.append("max", new BsonInt64(max)) : bounds;
	}

	/**
	 * Round the size of a capped collection as a server does.
	 */
	public static BsonInt64 roundedSize(BsonValue size) {
		return new BsonInt64((Math.max(SMALLEST, size.asNumber().longValue()) + UNIT - 1) / UNIT * UNIT);
	}

	/**
	 * Say in one way how the documents of a time series are put into buckets.
	 */
	public static BsonDocument timeSeries(BsonDocument options) {
		BsonDocument series = options.clone();
		BsonValue span = series.remove(MAX_SPAN);
		BsonValue rounding = series.remove(ROUNDING);
		if (span != null && rounding != null) {
			List<Long> custom = List.of(span.asNumber().longValue(), rounding.asNumber().longValue());
			series.remove(GRANULARITY);
			GRANULARITIES.entrySet()
				.stream()
				.filter((known) -> known.getValue().equals(custom))
				.findFirst()
				.ifPresentOrElse((known) -> series.append(GRANULARITY, new BsonString(known.getKey())),
						() -> series.append(MAX_SPAN, span).append(ROUNDING, rounding));
		}
		else if (!series.containsKey(GRANULARITY)) {
			series.append(GRANULARITY, new BsonString("seconds"));
		}
		return series;
	}

	private static BsonDocument clustered(BsonValue index) {
		BsonValue name = index.isDocument() ? index.asDocument().get("name") : null;
		return new BsonDocument("name", (name != null) ? name : new BsonString("_id_"));
	}

	/**
	 * Say what is different from what is wanted; empty if nothing is.
	 */
	public List<String> differences(CollectionOptions wanted) {
		Set<String> names = new TreeSet<>(this.parts.keySet());
		names.addAll(wanted.parts.keySet());
		List<String> differences = new ArrayList<>();
		for (String name : names) {
			BsonValue there = this.parts.get(name);
			BsonValue other = wanted.parts.get(name);
			if (!isSame(there, other)) {
				differences.add("%s is %s, and %s is wanted".formatted(name, show(there), show(other)));
			}
		}
		return differences;
	}

	private static String show(@Nullable BsonValue value) {
		return (value != null) ? BsonFormatter.show(value) : "not set";
	}

	// The order of keys matters in stages, such as that of a sort, and in no option
	private static boolean isSame(@Nullable BsonValue there, @Nullable BsonValue other) {
		if (there == null || other == null) {
			return there == other;
		}
		BsonValue one = Fingerprint.comparable(there);
		BsonValue two = Fingerprint.comparable(other);
		return (there.isArray() || other.isArray())
				? Json.canonical(new BsonDocument("v", one)).equals(Json.canonical(new BsonDocument("v", two)))
				: one.equals(two);
	}

}
