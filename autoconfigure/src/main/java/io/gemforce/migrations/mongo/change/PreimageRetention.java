package io.gemforce.migrations.mongo.change;

import java.time.Instant;

import com.mongodb.client.MongoCollection;
import org.bson.Document;

/**
 * Deletes pre-images that have become too old. That there were some stays known.
 */
public final class PreimageRetention {

	private final MongoCollection<Document> preimages;

	/**
	 * Create a retention.
	 * @param preimages the collection of pre-images
	 */
	public PreimageRetention(MongoCollection<Document> preimages) {
		this.preimages = preimages;
	}

	/**
	 * Delete the pre-images of applications that were finished before a point in time.
	 * @param limit the point in time
	 * @return how many pre-images were deleted
	 */
	public long deleteBefore(Instant limit) {
		throw new UnsupportedOperationException(this.preimages + " " + limit);
	}

}
