package io.gemforce.migrations.sample;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;

import com.mongodb.ConnectionString;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.bson.BsonDocument;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.skyscreamer.jsonassert.JSONAssert;
import org.skyscreamer.jsonassert.JSONCompareMode;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;

import io.gemforce.migrations.Operation;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.store.RollbackTarget;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Starts on databases that an older build has left: everything was applied, a newer
 * build's script failed on PostgreSQL, and MongoDB was rolled back and is held.
 */
class UpgradeTests {

	private static final String LEFT = "left-by-07bbfc3/";

	private final MongoServer mongo = new MongoServer(new MemoryBackend());

	private final String mongoUri = "mongodb:/%s/left".formatted(this.mongo.bind());

	private EmbeddedPostgres postgres;

	@BeforeEach
	void restore() throws IOException {
		this.postgres = EmbeddedPostgres.start();
		new ResourceDatabasePopulator(new ClassPathResource(LEFT + "postgres.sql"))
			.execute(this.postgres.getPostgresDatabase());
		try (MongoClient client = MongoClients.create(this.mongoUri)) {
			MongoDatabase database = client.getDatabase(new ConnectionString(this.mongoUri).getDatabase());
			BsonDocument.parse(read("mongo.json"))
				.forEach((collection, documents) -> documents.asArray()
					.forEach((document) -> database.getCollection(collection, BsonDocument.class)
						.insertOne(document.asDocument())));
		}
	}

	@AfterEach
	void stop() throws IOException {
		this.postgres.close();
		this.mongo.shutdownNow();
	}

	@Test
	void historyOfAnOlderBuildReadsAsItDid() throws Exception {
		try (ConfigurableApplicationContext sample = start()) {
			for (StoreName store : StoreName.values()) {
				JSONAssert.assertEquals(store.id(), read("history-%s.json".formatted(store.id())),
						get(sample, "/actuator/migrations/" + store.id()), JSONCompareMode.LENIENT);
			}
		}
	}

	@Test
	void whatAnOlderBuildHasHeldGoesOnAndIsUndone() {
		try (ConfigurableApplicationContext sample = start()) {
			Migrations migrations = sample.getBean(Migrations.class);
			migrations.perform(StoreName.MONGO,
					new Operation(Operation.Kind.RELEASE_HOLD, null, "better prices", false));
			assertThat(migrations.migrate(List.of(StoreName.MONGO), null).failure()).isNull();
			assertThat(migrations.validate(StoreName.MONGO).pending()).isEmpty();
			// Of migration 2 the older build has noted what its undo needs
			RollbackTarget first = new RollbackTarget.ToVersion(StoreName.MONGO, Version.parse("1").orElseThrow());
			assertThat(migrations.rollback(first, null, null).failure()).isNull();
		}
		try (MongoClient client = MongoClients.create(this.mongoUri)) {
			assertThat(client.getDatabase("left").getCollection("Gem").find()).isNotEmpty()
				.allSatisfy((gem) -> assertThat(gem).doesNotContainKey("status"));
		}
	}

	private ConfigurableApplicationContext start() {
		return new SpringApplicationBuilder(SampleApplication.class).properties("server.port=0")
			.run("--spring.datasource.url=" + this.postgres.getJdbcUrl("postgres", "postgres"),
					"--spring.mongodb.uri=" + this.mongoUri, "--management.health.mongodb.enabled=false");
	}

	private static String get(ConfigurableApplicationContext sample, String path) throws Exception {
		int port = ((ServletWebServerApplicationContext) sample).getWebServer().getPort();
		return HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(URI.create("http://localhost:%d%s".formatted(port, path)))
				.header("Accept", "application/json")
				.build(), HttpResponse.BodyHandlers.ofString())
			.body();
	}

	private static String read(String name) throws IOException {
		return new ClassPathResource(LEFT + name).getContentAsString(StandardCharsets.UTF_8);
	}

}
