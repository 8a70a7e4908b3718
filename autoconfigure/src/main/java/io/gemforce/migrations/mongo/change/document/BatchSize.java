package io.gemforce.migrations.mongo.change.document;

import org.bson.BsonDocument;
import org.bson.BsonValue;

/**
 * Limits a batch by the number of documents and by their bytes.
 */
public final class BatchSize {

	/**
	 * The maximum number of documents in a batch.
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
	 * Estimate the size as BSON, which is at most three times the result.
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
