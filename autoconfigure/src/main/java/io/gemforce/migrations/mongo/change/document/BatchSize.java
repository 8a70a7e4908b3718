package io.gemforce.migrations.mongo.change.document;

import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * Counts what is taken into one batch: so many documents, or so many bytes, whichever
 * comes first.
 */
public final class BatchSize {

	/**
	 * How many documents a batch may have.
	 */
	public static final int MAX_DOCUMENTS = 1000;

	private static final long MAX_BYTES = 4_000_000;

	private static final int OVERHEAD = 8;

	private int documents;

	private long bytes;

	public void add(BsonDocument document) {
		this.documents++;
		this.bytes += size(document);
	}

	public boolean isReached() {
		return this.documents >= MAX_DOCUMENTS || this.bytes >= MAX_BYTES;
	}

	/**
	 * Return roughly the size of a value as BSON, in which it has at most three times as
	 * many bytes.
	 */
	public static long size(BsonValue value) {
		long size = OVERHEAD;
		switch (value.getBsonType()) {
			case DOCUMENT -> {
				for (String key : value.asDocument().keySet()) {
					size += OVERHEAD + key.length() + size(value.asDocument().get(key));
				}
			}
			case ARRAY -> {
				for (BsonValue item : value.asArray()) {
					size += OVERHEAD + size(item);
				}
			}
			case STRING -> size += value.asString().getValue().length();
			case BINARY -> size += value.asBinary().getData().length;
			default -> size += OVERHEAD;
		}
		return size;
	}

}
