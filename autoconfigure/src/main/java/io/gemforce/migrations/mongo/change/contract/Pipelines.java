package io.gemforce.migrations.mongo.change.contract;

import java.util.List;

import com.mongodb.MongoCommandException;
import com.mongodb.MongoWriteException;
import org.bson.BSONException;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.preimage.ChangeJournal;

/**
 * Finds out, by an update that matches nothing, whether the server knows pipelines.
 */
public final class Pipelines {

	private static final BsonDocument NOTHING = new BsonDocument("_id", new BsonString("no such document"));

	private final ChangeContext context;

	private @Nullable Boolean known;

	public Pipelines(ChangeContext context) {
		this.context = context;
	}

	boolean areKnown() {
		if (this.known == null) {
			this.known = askServer();
		}
		return this.known;
	}

	private boolean askServer() {
		try {
			ChangeJournal.bson(this.context.preimages())
				.updateOne(NOTHING, List.of(new BsonDocument("$set", new BsonDocument("known", BsonBoolean.TRUE))));
			return true;
		}
		catch (MongoCommandException | MongoWriteException | BSONException ex) {
			// A server without them answers with an error, or with an invalid reply
			return false;
		}
	}

}
