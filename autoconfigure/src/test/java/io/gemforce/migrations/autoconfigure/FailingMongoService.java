package io.gemforce.migrations.autoconfigure;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;

import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.MongoMigrationContext;

/**
 * A service with both stores whose MongoDB migration fails, run as a process.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
public class FailingMongoService {

	public static void main(String[] args) {
		SpringApplication.run(FailingMongoService.class, args);
	}

	@Migration(version = "1", description = "fails")
	static class Fails implements MongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			throw new IllegalStateException("out of gems");
		}

	}

}
