package io.gemforce.migrations.mongo.change;

import java.util.List;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoWriteException;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonString;

/**
 * Finds out whether the server knows updates by pipelines, with an update that matches
 * nothing.
 */
final class Pipelines {

	private static final BsonDocument NOTHING = new BsonDocument("_id", new BsonString("no such document"));

	private Pipelines() {
	}

	static boolean areKnown(Step step) {
		try {
			step.progress()
				.updateOne(NOTHING, List.of(new BsonDocument("$set", new BsonDocument("known", BsonBoolean.TRUE))));
			return true;
		}
		catch (MongoCommandException | MongoWriteException ex) {
			return false;
		}
	}

}
