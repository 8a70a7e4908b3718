package io.gemforce.migrations.sample.migrations;

import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Updates;

import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.ReversibleMongoMigration;

/**
 * Gives each gem a status.
 */
@Migration(version = "2", description = "add status to gems", onInterrupted = OnInterrupted.RETRY)
class ActivateGems implements ReversibleMongoMigration {

	@Override
	public void up(MongoMigrationContext mongo) {
		mongo.collection("Gem").updateMany(Filters.exists("status", false), Updates.set("status", "active"));
		mongo.collection("_SCHEMA").updateOne(Filters.eq("_id", "Gem"), Updates.set("status", "string"));
	}

	@Override
	public void down(MongoMigrationContext mongo) {
		mongo.collection("Gem").updateMany(Filters.exists("status"), Updates.unset("status"));
		mongo.collection("_SCHEMA").updateOne(Filters.eq("_id", "Gem"), Updates.unset("status"));
	}

}
