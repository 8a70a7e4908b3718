package io.gemforce.migrations.mongo.change;

import java.time.Duration;

import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonValue;

import io.gemforce.migrations.mongo.MongoChanges.AlterIndex;

/**
 * Puts new options of an index into the words of a file.
 */
record AlterIndexBuilder(BsonDocument parameters) implements AlterIndex {

	private AlterIndex set(String key, BsonValue value) {
		this.parameters.append(key, value);
		return this;
	}

	@Override
	public AlterIndex hidden(boolean hidden) {
		return set("hidden", BsonBoolean.valueOf(hidden));
	}

	@Override
	public AlterIndex expireAfter(Duration expireAfter) {
		return set("expireAfter", new BsonInt64(expireAfter.toSeconds()));
	}

	@Override
	public AlterIndex expireExisting() {
		return set("expireExisting", BsonBoolean.TRUE);
	}

	@Override
	public AlterIndex unique() {
		return set("unique", BsonBoolean.TRUE);
	}

}
