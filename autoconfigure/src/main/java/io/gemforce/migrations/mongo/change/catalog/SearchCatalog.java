package io.gemforce.migrations.mongo.change.catalog;

import java.util.List;
import java.util.Optional;

import com.mongodb.client.MongoDatabase;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;

/**
 * The search indexes of a collection.
 */
public final class SearchCatalog {

	private final MongoDatabase database;

	private final String collection;

	SearchCatalog(MongoDatabase database, String collection) {
		this.database = database;
		this.collection = collection;
	}

	public Optional<SearchIndex> find(String name) {
		BsonDocument stage = new BsonDocument("$listSearchIndexes", new BsonDocument("name", new BsonString(name)));
		for (BsonDocument listed : this.database.getCollection(this.collection, BsonDocument.class)
			.aggregate(List.of(stage))) {
			if (listed.getString("name").getValue().equals(name)) {
				return Optional.of(new SearchIndex(listed));
			}
		}
		return Optional.empty();
	}

	public void create(BsonDocument index) {
		run("createSearchIndexes", new BsonDocument("indexes", new BsonArray(List.of(index))));
	}

	public void update(String name, BsonDocument definition) {
		run("updateSearchIndex", new BsonDocument("name", new BsonString(name)).append("definition", definition));
	}

	public void drop(String name) {
		run("dropSearchIndex", new BsonDocument("name", new BsonString(name)));
	}

	private void run(String name, BsonDocument parameters) {
		BsonDocument command = new BsonDocument(name, new BsonString(this.collection));
		command.putAll(parameters);
		this.database.runCommand(command);
	}

}
