package io.gemforce.migrations.sample.migrations;

import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;

import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.ReversibleMongoMigration;
import io.gemforce.migrations.mongo.TransactionMode;

/**
 * Indexes what gems are looked for by. An index cannot be built in a transaction;
 * building one that is there does nothing, so the migration can be repeated.
 */
@Migration(version = "5", description = "index gems by status and name", transaction = TransactionMode.NEVER,
		onInterrupted = OnInterrupted.RETRY)
class IndexGems implements ReversibleMongoMigration {

	private static final String NAME = "by_status_and_name";

	@Override
	public void up(MongoMigrationContext mongo) {
		mongo.collection("Gem").createIndex(Indexes.ascending("status", "name"), new IndexOptions().name(NAME));
	}

	@Override
	public void down(MongoMigrationContext mongo) {
		mongo.collection("Gem").dropIndex(NAME);
	}

}
