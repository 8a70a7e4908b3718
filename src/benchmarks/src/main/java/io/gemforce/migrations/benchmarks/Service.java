package io.gemforce.migrations.benchmarks;

import com.mongodb.client.MongoClient;

/**
 * An instance of a service that is about to start.
 *
 * @param client its client
 * @param database the name of its database
 * @param migrations its migrations
 */
record Service(MongoClient client, String database, MigrationClasses migrations) {

	/**
	 * The collection that each migration inserts one document into.
	 */
	static final String APPLIED = "applied";

}
