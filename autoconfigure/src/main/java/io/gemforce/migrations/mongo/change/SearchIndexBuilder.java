package io.gemforce.migrations.mongo.change;

import java.time.Duration;

import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.conversions.Bson;

import io.gemforce.migrations.mongo.MongoChanges.SearchIndex;

/**
 * Puts a search index into the words of a file.
 */
record SearchIndexBuilder(BsonDocument parameters) implements SearchIndex {

	private SearchIndex set(String key, BsonValue value) {
		this.parameters.append(key, value);
		return this;
	}

	@Override
	public SearchIndex name(String name) {
		return set("name", new BsonString(name));
	}

	@Override
	public SearchIndex vectorSearch() {
		return set("type", new BsonString("vectorSearch"));
	}

	@Override
	public SearchIndex definition(Bson definition) {
		return set("definition", ChangesBuilder.bson(definition));
	}

	@Override
	public SearchIndex waitFor(Duration waitFor) {
		return set("waitFor", new BsonInt64(waitFor.toSeconds()));
	}

}
