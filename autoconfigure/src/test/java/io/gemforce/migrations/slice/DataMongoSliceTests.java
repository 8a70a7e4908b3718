package io.gemforce.migrations.slice;

import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.data.mongodb.test.autoconfigure.DataMongoTest;
import org.springframework.data.mongodb.core.MongoTemplate;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A {@link DataMongoTest @DataMongoTest} is migrated.
 */
@DataMongoTest
class DataMongoSliceTests {

	private static final MongoTestDatabase DATABASE = TestDatabases.createMongo();

	@DynamicPropertySource
	static void database(DynamicPropertyRegistry properties) {
		properties.add("spring.mongodb.uri", DATABASE::uri);
	}

	@Test
	void seesWhatTheMigrationsHaveDone(@Autowired MongoTemplate mongo, @Autowired Migrations migrations) {
		assertThat(mongo.findAll(Document.class, "gems")).extracting((gem) -> gem.get("_id")).containsExactly("ruby");
		assertThat(migrations.results()).extracting(StoreResult::outcome).containsExactly(StoreResult.Outcome.APPLIED);
	}

}
