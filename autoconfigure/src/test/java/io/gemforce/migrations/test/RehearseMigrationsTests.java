package io.gemforce.migrations.test;

import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.data.mongodb.MongoDatabaseFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.ReversibleMongoMigration;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link RehearseMigrations}.
 */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.NONE)
@RehearseMigrations
class RehearseMigrationsTests {

	private static final PostgresTestDatabase POSTGRES = TestDatabases.createPostgres();

	private static final MongoTestDatabase MONGO = TestDatabases.createMongo();

	@Autowired
	private JdbcClient jdbc;

	@Autowired
	private MongoDatabaseFactory mongo;

	@DynamicPropertySource
	static void databases(DynamicPropertyRegistry registry) {
		registry.add("spring.datasource.url", POSTGRES::url);
		registry.add("spring.datasource.username", RehearseMigrationsTests::developer);
		registry.add("spring.mongodb.uri", MONGO::uri);
		registry.add("spring.flyway.locations", () -> "classpath:db/gems");
	}

	private static String developer() {
		String name = "developer_" + POSTGRES.name();
		POSTGRES.client()
			.sql("DO $$ BEGIN CREATE ROLE %s LOGIN CREATEDB; EXCEPTION WHEN duplicate_object THEN NULL; END $$"
				.formatted(name))
			.update();
		return name;
	}

	@Test
	void everyBeanIsRunOnScratchDatabases(MigrationRehearsal rehearsal) {
		rehearsal.before("postgres:2", () -> this.jdbc.sql("INSERT INTO gem (id, name) VALUES (7, 'ruby')").update());
		assertThatExceptionOfType(AssertionError.class).isThrownBy(rehearsal::verify)
			.withMessage("Not every migration passed its rehearsal:\nFAILED mongo:2 (forgets its undo): after its undo "
					+ "these are not as they were before: documents of collection 'counted'");
		assertThat(this.mongo.getMongoDatabase().getCollection("counted").find().first()).containsEntry("count", 2L);
		assertThat(this.mongo.getMongoDatabase().getName()).startsWith("gemforce_rehearsal_test_");
		assertThat(MONGO.database().listCollectionNames()).isEmpty();
		assertThat(POSTGRES.client()
			.sql("SELECT count(*) FROM pg_class WHERE relname IN ('gem', 'flyway_schema_history')")
			.query(Long.class)
			.single()).isZero();
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Service {

		@Bean
		CountRows countRows(JdbcClient jdbc) {
			return new CountRows(jdbc);
		}

		@Bean
		Forgetful forgetful() {
			return new Forgetful();
		}

	}

	/**
	 * A migration that injects another bean.
	 */
	@Migration(version = "1", description = "count rows")
	static class CountRows implements ReversibleMongoMigration {

		private final JdbcClient jdbc;

		CountRows(JdbcClient jdbc) {
			this.jdbc = jdbc;
		}

		@Override
		public void up(MongoMigrationContext mongo) {
			mongo.collection("counted")
				.insertOne(new Document("_id", "gem").append("count",
						this.jdbc.sql("SELECT count(*) FROM gem").query(Long.class).single()));
		}

		@Override
		public void down(MongoMigrationContext mongo) {
			mongo.collection("counted").deleteOne(new Document("_id", "gem"));
		}

	}

	/**
	 * A migration whose undo does nothing.
	 */
	@Migration(version = "2", description = "forgets its undo")
	static class Forgetful implements ReversibleMongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			mongo.collection("counted")
				.updateOne(new Document("_id", "gem"), new Document("$inc", new Document("count", 1L)));
		}

		@Override
		public void down(MongoMigrationContext mongo) {
			mongo.collection("counted").estimatedDocumentCount();
		}

	}

}
