package io.gemforce.migrations.mongo.change.operation.collection;

import java.util.Objects;
import java.util.Set;

import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.catalog.CollectionOptions;
import io.gemforce.migrations.mongo.change.contract.Parameters;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
import io.gemforce.migrations.mongo.change.source.Seconds;

/**
 * Puts the options of a collection, as an author writes them, into the server's words,
 * and finds those that contradict each other.
 */
final class DeclaredOptions {

	static final String IMAGES = "changeStreamPreAndPostImages";

	static final String TIME_SERIES = "timeseries";

	static final String CLUSTERED = "clusteredIndex";

	static final String CAPPED = "capped";

	private static final String VALIDATOR = "validator";

	private static final String GRANULARITY = "granularity";

	private static final String BUCKET_SPAN = "bucketSpan";

	private static final long LONGEST_SPAN = 31_536_000;

	private static final BsonDocument CLUSTER_KEY = new BsonDocument("_id", new BsonInt32(1));

	// What a time series cannot have, according to MongoDB's manual
	private static final Set<String> NOT_OF_TIME_SERIES = Set.of(VALIDATOR, CAPPED, CLUSTERED, IMAGES);

	private DeclaredOptions() {
	}

	static BsonDocument of(Parameters parameters) {
		BsonDocument options = new BsonDocument();
		BsonDocument validator = parameters.optionalDocument(VALIDATOR);
		if (validator != null) {
			options.putAll(SetValidator.validation(validator, parameters.optionalText("level"),
					parameters.optionalText("action")));
		}
		BsonDocument collation = parameters.optionalDocument("collation");
		if (collation != null) {
			options.append("collation", collation);
		}
		BsonDocument capped = parameters.optionalDocument(CAPPED);
		if (capped != null) {
			options.append(CAPPED, BsonBoolean.TRUE).putAll(capped);
		}
		BsonDocument series = parameters.optionalDocument(TIME_SERIES);
		if (series != null) {
			options.append(TIME_SERIES, timeSeries(series));
		}
		BsonDocument clustered = parameters.optionalDocument(CLUSTERED);
		if (clustered != null) {
			BsonDocument index = new BsonDocument("key", CLUSTER_KEY).append("unique", BsonBoolean.TRUE);
			options.append(CLUSTERED,
					clustered.containsKey("name") ? index.append("name", clustered.get("name")) : index);
		}
		if (parameters.flag(IMAGES)) {
			options.append(IMAGES, images(true));
		}
		BsonValue expireAfter = parameters.optionalValue("expireAfter");
		return (expireAfter != null) ? options.append(Expiry.AFTER, expiry(expireAfter)) : options;
	}

	static BsonDocument images(boolean enabled) {
		return new BsonDocument("enabled", BsonBoolean.valueOf(enabled));
	}

	// Checked to be a span of time, or 'never'
	static BsonValue expiry(BsonValue value) {
		return Seconds.parse(value).<BsonValue>map(BsonInt64::new).orElseGet(() -> new BsonString("off"));
	}

	static BsonDocument timeSeries(BsonDocument declared) {
		BsonDocument series = declared.clone();
		BsonValue span = series.remove(BUCKET_SPAN);
		if (span != null) {
			BsonInt64 seconds = new BsonInt64(Seconds.parse(span).orElseThrow());
			series.append("bucketMaxSpanSeconds", seconds).append("bucketRoundingSeconds", seconds);
		}
		return CollectionOptions.timeSeries(series);
	}

	static void check(BsonDocument declared, DefinitionCursor cursor) {
		BsonDocument series = declared.getDocument(TIME_SERIES, new BsonDocument());
		if (declared.containsKey(TIME_SERIES)) {
			NOT_OF_TIME_SERIES.stream()
				.filter(declared::containsKey)
				.forEach((option) -> contradicts(cursor, option, "a time series"));
			checkTimeSeries(series, cursor.to(TIME_SERIES));
		}
		if (declared.containsKey(CAPPED) && declared.containsKey(CLUSTERED)) {
			contradicts(cursor, CLUSTERED, "a capped collection");
		}
		if (declared.containsKey("expireAfter") && !declared.containsKey(TIME_SERIES)
				&& !declared.containsKey(CLUSTERED)) {
			cursor.to("expireAfter")
				.wrongKey("documents of a collection expire only if it has 'timeseries' or 'clusteredIndex'",
						"Remove the key, and add a createIndex with expireAfter on the field with the date");
		}
		for (String partner : new String[] { "level", "action" }) {
			if (declared.containsKey(partner) && !declared.containsKey(VALIDATOR)) {
				cursor.to(partner)
					.wrongKey("'%s' is of no use without 'validator'".formatted(partner),
							"Add 'validator', or remove '%s'".formatted(partner));
			}
		}
		checkClustered(declared.getDocument(CLUSTERED, new BsonDocument()), cursor.to(CLUSTERED));
		checkBounds(declared.getDocument(CAPPED, new BsonDocument()), cursor.to(CAPPED));
	}

	private static void contradicts(DefinitionCursor cursor, String option, String what) {
		cursor.to(option).wrongKey("%s cannot have '%s'".formatted(what, option), "Remove one of the two");
	}

	private static void checkTimeSeries(BsonDocument series, DefinitionCursor cursor) {
		String time = text(series, "timeField");
		String meta = text(series, "metaField");
		for (String field : new String[] { "timeField", "metaField" }) {
			if (Objects.requireNonNullElse(text(series, field), "").contains(".")) {
				cursor.to(field)
					.wrong("'%s' must be a field at the top of the documents".formatted(field),
							"Write the name of a field without '.'");
			}
		}
		if (meta != null && (meta.equals(time) || meta.equals("_id"))) {
			cursor.to("metaField")
				.wrong("'metaField' cannot be '%s'".formatted(meta), "Write a field other than 'timeField' and '_id'");
		}
		checkBuckets(series, cursor);
	}

	static void checkBuckets(BsonDocument series, DefinitionCursor cursor) {
		BsonValue span = series.get(BUCKET_SPAN);
		if (span != null && series.containsKey(GRANULARITY)) {
			cursor.to(BUCKET_SPAN)
				.wrongKey("'granularity' and 'bucketSpan' exclude each other", "Remove one of the two");
		}
		if (span != null
				&& Seconds.parse(span).filter((seconds) -> seconds < 1 || seconds > LONGEST_SPAN).isPresent()) {
			cursor.to(BUCKET_SPAN)
				.wrong("'bucketSpan' must be from 1s to 365d", "Write a span of time in these bounds");
		}
	}

	private static void checkClustered(BsonDocument index, DefinitionCursor cursor) {
		if (index.isDocument("key") && !isClusterKey(index.getDocument("key"))) {
			cursor.to("key").wrong("a collection is clustered by '_id' alone", "Write {_id: 1}, or remove the key");
		}
		if (!index.getBoolean("unique", BsonBoolean.TRUE).getValue()) {
			cursor.to("unique").wrong("a clustered index is always unique", "Write true, or remove the key");
		}
	}

	private static boolean isClusterKey(BsonDocument key) {
		BsonValue order = key.get("_id");
		return key.size() == 1 && order != null && order.isNumber() && order.asNumber().doubleValue() == 1;
	}

	static void checkBounds(BsonDocument bounds, DefinitionCursor cursor) {
		if (bounds.containsKey("max") && bounds.getNumber("max").longValue() > Integer.MAX_VALUE) {
			cursor.to("max")
				.wrong("'max' is more than the 2,147,483,647 that MongoDB allows", "Write a smaller number");
		}
	}

	private static @Nullable String text(BsonDocument document, String name) {
		return document.isString(name) ? document.getString(name).getValue() : null;
	}

}
