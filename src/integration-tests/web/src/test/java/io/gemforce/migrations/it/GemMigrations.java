package io.gemforce.migrations.it;

import org.bson.Document;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.ReversibleMongoMigration;

/**
 * A migration, for services that need one.
 */
@Configuration(proxyBeanMethods = false)
@Import(GemMigrations.CreateGem.class)
class GemMigrations {

	@Migration(version = "1", description = "create gem")
	static class CreateGem implements ReversibleMongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			mongo.collection("Gem").insertOne(new Document("_id", "gem"));
		}

		@Override
		public void down(MongoMigrationContext mongo) {
			mongo.collection("Gem").deleteOne(new Document("_id", "gem"));
		}

	}

}
