package io.gemforce.migrations.autoconfigure;

import com.mongodb.client.model.Updates;
import org.bson.Document;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.context.annotation.Configuration;

import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.MongoMigrationContext;

/**
 * Two migrations of MongoDB, for tests that need some: as nested components they come
 * with the configuration.
 */
@Configuration(proxyBeanMethods = false)
@AutoConfigurationPackage
public class GemMigrations {

	@Migration(version = "1", description = "create gem")
	static class CreateGem implements MongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			mongo.collection("gems").insertOne(new Document("_id", "ruby"));
		}

	}

	@Migration(version = "2", description = "name gem")
	static class NameGem implements MongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			mongo.collection("gems").updateOne(new Document("_id", "ruby"), Updates.set("name", "migrated"));
		}

	}

}
