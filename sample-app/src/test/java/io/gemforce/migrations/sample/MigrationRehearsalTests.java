package io.gemforce.migrations.sample;

import java.util.List;
import java.util.stream.IntStream;

import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.data.mongodb.MongoDatabaseFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

import io.gemforce.migrations.RehearsalResult;
import io.gemforce.migrations.test.MigrationRehearsal;
import io.gemforce.migrations.test.RehearseMigrations;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Applies each migration of the sample application, undoes it and applies it again, on
 * scratch databases.
 */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.NONE)
@RehearseMigrations
class MigrationRehearsalTests {

	@Autowired
	private JdbcClient jdbc;

	@Autowired
	private MongoDatabaseFactory mongo;

	@DynamicPropertySource
	static void replicaSet(DynamicPropertyRegistry registry) {
		String uri = System.getenv("MIGRATIONS_TEST_MONGODB_URI");
		if (uri != null) {
			registry.add("spring.mongodb.uri", () -> uri);
		}
	}

	@Test
	void everyMigrationCanBeUndone(MigrationRehearsal rehearsal) {
		List<RehearsalResult> results = rehearsal.before("postgres:2", this::insertRows)
			.before("mongo:1", this::insertDocuments)
			.verify();
		assertThat(results).filteredOn((result) -> result.outcome() != RehearsalResult.Outcome.PASSED)
			.extracting(RehearsalResult::id)
			.containsExactly("R:expensive gems");
		assertThat(results).hasSize(11);
	}

	private void insertRows() {
		this.jdbc.sql("INSERT INTO my_table (name) SELECT 'row ' || i FROM generate_series(1, 20) i").update();
		this.jdbc
			.sql("INSERT INTO list_price (gem_name, price) SELECT 'Gem ' || i, i * 12.5 FROM generate_series(1, 20) i")
			.update();
	}

	private void insertDocuments() {
		IntStream.rangeClosed(1, 20).forEach((number) -> {
			insert("MyClass", new Document("_id", "my" + number).append("oldFieldName", "value " + number));
			insert("Gem", new Document("_id", "gem" + number).append("name", "Gem " + number)
				.append("carat", "0.%d0 ct".formatted(number % 10)));
		});
		insert("_SCHEMA", new Document("_id", "MyClass").append("oldFieldName", "string"));
		insert("_SCHEMA", new Document("_id", "Gem").append("name", "string").append("carat", "string"));
	}

	private void insert(String collection, Document document) {
		this.mongo.getMongoDatabase().getCollection(collection).insertOne(document);
	}

}
