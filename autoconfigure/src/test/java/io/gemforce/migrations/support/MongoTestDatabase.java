package io.gemforce.migrations.support;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import org.bson.Document;

/**
 * A MongoDB database of one test's own.
 *
 * @param name the name of the database
 */
public record MongoTestDatabase(String name) {

	public String uri() {
		return MongoServers.uri(this.name);
	}

	/**
	 * Return a client of the test's, not of what is tested.
	 */
	public MongoClient client() {
		return MongoServers.client();
	}

	public MongoDatabase database() {
		return client().getDatabase(this.name);
	}

	public MongoCollection<Document> collection(String collection) {
		return database().getCollection(collection);
	}

	public MongoCollection<Document> history() {
		return collection("migration_history");
	}

	public MongoCollection<Document> lock() {
		return collection("migration_lock");
	}

}
