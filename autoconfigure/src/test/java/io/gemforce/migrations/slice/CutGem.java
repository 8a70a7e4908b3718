package io.gemforce.migrations.slice;

import org.bson.Document;

import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.MongoMigrationContext;

/**
 * A migration that component scanning finds.
 */
@Migration(version = "1", description = "cut gem")
class CutGem implements MongoMigration {

	@Override
	public void up(MongoMigrationContext mongo) {
		mongo.collection("gems").insertOne(new Document("_id", "ruby"));
	}

}
