package io.gemforce.migrations.mongo.change.catalog;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.bson.BsonDocument;

/**
 * What only newer servers have, according to MongoDB's manual.
 */
public enum ServerFeature {

	/**
	 * The option {@code timeseries}.
	 */
	TIME_SERIES("time-series collections", 5, 0),

	/**
	 * The option {@code clusteredIndex}.
	 */
	CLUSTERED("clustered collections", 5, 3),

	/**
	 * The option {@code changeStreamPreAndPostImages}.
	 */
	PRE_AND_POST_IMAGES("pre- and post-images of change streams", 6, 0),

	/**
	 * The option {@code bucketRoundingSeconds} of a time series.
	 */
	BUCKET_SPAN("time-series collections with a span of their own for buckets", 6, 3),

	/**
	 * The options {@code cappedSize} and {@code cappedMax} of {@code collMod}.
	 */
	CAPPED_BOUNDS("new bounds of capped collections", 6, 0),

	/**
	 * The options {@code prepareUnique} and {@code unique} of {@code collMod}.
	 */
	UNIQUE_CONVERSION("indexes that become unique", 6, 0);

	private final String words;

	private final int major;

	private final int minor;

	ServerFeature(String words, int major, int minor) {
		this.words = words;
		this.major = major;
		this.minor = minor;
	}

	/**
	 * Return what options of a collection need, in the server's words.
	 */
	public static List<ServerFeature> neededBy(BsonDocument options) {
		List<ServerFeature> needed = new ArrayList<>();
		if (options.isDocument("timeseries")) {
			needed.add(
					options.getDocument("timeseries").containsKey("bucketRoundingSeconds") ? BUCKET_SPAN : TIME_SERIES);
		}
		if (options.containsKey("clusteredIndex")) {
			needed.add(CLUSTERED);
		}
		if (options.containsKey("changeStreamPreAndPostImages")) {
			needed.add(PRE_AND_POST_IMAGES);
		}
		if (options.containsKey("cappedSize") || options.containsKey("cappedMax")) {
			needed.add(CAPPED_BOUNDS);
		}
		return needed;
	}

	/**
	 * Whether a server of a version, such as {@code [7, 0, 12]}, has this.
	 */
	public boolean isIn(int... version) {
		return Arrays.compare(new int[] { this.major, this.minor },
				Arrays.copyOf(version, Math.min(2, version.length))) <= 0;
	}

	@Override
	public String toString() {
		return "%s need MongoDB %d.%d".formatted(this.words, this.major, this.minor);
	}

}
