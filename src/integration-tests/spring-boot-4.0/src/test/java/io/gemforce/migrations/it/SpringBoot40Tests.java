package io.gemforce.migrations.it;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.data.mongodb.core.MongoTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.ReversibleMongoMigration;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.store.RollbackTarget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Tests for a service on Spring Boot 4.0, with the Flyway, Spring Data and MongoDB driver
 * that it manages, and the jar that was built with a newer one.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SpringBoot40Tests {

	private final MongoServer mongo = new MongoServer(new MemoryBackend());

	private EmbeddedPostgres postgres;

	private ServletWebServerApplicationContext service;

	@BeforeAll
	void start() throws Exception {
		this.mongo.bind();
		this.postgres = EmbeddedPostgres.start();
		this.service = run();
	}

	private ServletWebServerApplicationContext run(String... more) {
		return (ServletWebServerApplicationContext) new SpringApplicationBuilder(Gems.class)
			.properties("server.port=0", "spring.application.name=gems",
					"management.endpoints.web.exposure.include=health,migrations,prometheus",
					"management.endpoint.health.show-details=always",
					"management.endpoint.health.group.readiness.include=readinessState,migrations",
					"management.health.mongodb.enabled=false",
					"spring.mongodb.uri=mongodb://localhost:%d/gems".formatted(this.mongo.getLocalAddress().getPort()),
					"spring.datasource.url=" + this.postgres.getJdbcUrl("postgres", "postgres"))
			.run(more);
	}

	@AfterAll
	void stop() throws Exception {
		this.service.close();
		this.postgres.close();
		this.mongo.shutdownNow();
	}

	@Test
	void isOnTheVersionsThatItTests() throws Exception {
		assertThat(SpringBootVersion.getVersion()).startsWith("4.0.");
		assertThat(get("/actuator/migrations")).contains("\"engine\":\"flyway/11.14.1\"");
	}

	@Test
	void migratesBothStoresBeforeTheyAreUsed() {
		assertThat(this.service.getBean(Migrations.class).results()).extracting(StoreResult::outcome)
			.containsExactly(StoreResult.Outcome.APPLIED, StoreResult.Outcome.APPLIED);
		assertThat(this.service.getBean(MongoTemplate.class).findAll(Document.class, "gems")).hasSize(1);
		assertThat(this.service.getBean(JdbcClient.class)
			.sql("SELECT script || ' ' || state FROM migration_log")
			.query(String.class)
			.list()).containsExactly("V1__create_gem.sql APPLIED");
	}

	@Test
	void showsStatusAndHistory() throws Exception {
		assertThat(get("/actuator/migrations")).contains("\"status\":\"UP_TO_DATE\"", "\"mode\":\"MIGRATE\"");
		assertThat(get("/actuator/migrations/mongo")).contains("\"description\":\"cut gem\"");
		assertThat(get("/actuator/migrations/postgres/1")).contains("\"script\":\"V1__create_gem.sql\"");
	}

	@Test
	void isHealthy() throws Exception {
		assertThat(get("/actuator/health")).contains("\"migrations\":{");
		assertThat(get("/actuator/health/readiness")).contains("\"status\":\"UP\"");
	}

	@Test
	void isMetered() throws Exception {
		assertThat(get("/actuator/prometheus")).contains(
				"migrations_run_seconds_count{error=\"none\",outcome=\"success\",trigger=\"startup\"} 1",
				"migrations_execution_seconds_count{direction=\"up\",error=\"none\",outcome=\"success\",phase=\"expand\",store=\"mongo\",type=\"bean\"} 1");
	}

	@Test
	void startsAgainWithNothingToDo() {
		try (ServletWebServerApplicationContext second = run()) {
			assertThat(second.getBean(Migrations.class).results()).extracting(StoreResult::outcome)
				.containsExactly(StoreResult.Outcome.UP_TO_DATE, StoreResult.Outcome.UP_TO_DATE);
		}
	}

	@Test
	void refusesAStartWithAMessage() {
		assertThatException().isThrownBy(() -> run("--spring.flyway.locations=classpath:db/nowhere").close())
			.satisfies((ex) -> assertThat(ex).hasStackTraceContaining("NO_MIGRATIONS_FOUND: Store 'postgres'"));
	}

	@Test
	void rollsBackAndIsHeld() {
		try (ServletWebServerApplicationContext other = run("--spring.mongodb.uri=mongodb://localhost:%d/other"
			.formatted(this.mongo.getLocalAddress().getPort()))) {
			Migrations migrations = other.getBean(Migrations.class);
			migrations.rollback(new RollbackTarget.ToVersion(StoreName.MONGO, Version.parse("0").orElseThrow()), null,
					null);
			assertThat(other.getBean(MongoTemplate.class).findAll(Document.class, "gems")).isEmpty();
			assertThat(migrations.migrate(migrations.stores(), null).results()).extracting(StoreResult::outcome)
				.containsExactly(StoreResult.Outcome.UP_TO_DATE, StoreResult.Outcome.HELD);
		}
	}

	private String get(String path) throws Exception {
		URI uri = URI.create("http://localhost:%d%s".formatted(this.service.getWebServer().getPort(), path));
		return HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
			.body();
	}

	@SpringBootApplication(proxyBeanMethods = false)
	static class Gems {

		@Migration(version = "1", description = "cut gem")
		static class CutGem implements ReversibleMongoMigration {

			@Override
			public void up(MongoMigrationContext mongo) {
				mongo.collection("gems").insertOne(new Document("_id", "ruby"));
			}

			@Override
			public void down(MongoMigrationContext mongo) {
				mongo.collection("gems").deleteOne(new Document("_id", "ruby"));
			}

		}

	}

}
