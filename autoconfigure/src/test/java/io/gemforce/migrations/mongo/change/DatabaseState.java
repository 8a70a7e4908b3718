package io.gemforce.migrations.mongo.change;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import org.bson.BsonDocument;
import org.bson.BsonString;

import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.support.MongoTestDatabase;

/**
 * What is in a database: the documents up to the order of their fields, the indexes and
 * the validators. What the changes remember is no part of it.
 *
 * @param collections the collections by their names
 */
public record DatabaseState(Map<String, CollectionState> collections) {

	public static DatabaseState of(MongoTestDatabase mongo) {
		Map<String, CollectionState> collections = new TreeMap<>();
		mongo.database().listCollections(BsonDocument.class).forEach((listed) -> {
			String name = listed.getString("name").getValue();
			if (!name.equals("migration_preimage") && !name.startsWith("system.")) {
				collections.put(name, CollectionState.of(mongo, name, listed.getDocument("options")));
			}
		});
		return new DatabaseState(collections);
	}

	/**
	 * What is in a collection.
	 *
	 * @param documents the documents by their ids
	 * @param indexes the indexes
	 * @param options the options
	 */
	public record CollectionState(Map<ExactValue, BsonDocument> documents, Set<BsonDocument> indexes,
			BsonDocument options) {

		static CollectionState of(MongoTestDatabase mongo, String name, BsonDocument options) {
			if (options.containsKey("viewOn")) {
				return new CollectionState(Map.of(), Set.of(), options);
			}
			Map<ExactValue, BsonDocument> documents = new HashMap<>();
			mongo.database()
				.getCollection(name, BsonDocument.class)
				.find()
				.forEach((document) -> documents.put(ExactValue.idOf(document), document));
			Set<BsonDocument> indexes = new HashSet<>();
			mongo.database().getCollection(name).listIndexes(BsonDocument.class).forEach(indexes::add);
			BsonDocument validation = options.clone();
			if (validation.getDocument("validator", new BsonDocument()).isEmpty()) {
				// None, and one that lets everything pass, are the same
				validation.remove("validator");
				validation.remove("validationLevel", new BsonString("strict"));
				validation.remove("validationAction", new BsonString("error"));
			}
			return new CollectionState(documents, indexes, validation);
		}

	}

}
