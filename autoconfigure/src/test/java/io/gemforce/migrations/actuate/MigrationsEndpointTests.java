package io.gemforce.migrations.actuate;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.mongodb.autoconfigure.MongoReactiveAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MigrationsEndpoint} over HTTP.
 */
@ExtendWith({ TestDatabases.class, OutputCaptureExtension.class })
class MigrationsEndpointTests {

	private static final String EXPOSED = "management.endpoints.web.exposure.include=health,migrations";

	private static final String ALWAYS_FRESH = "gemforce.migrations.endpoint.snapshot-max-age=0s";

	private final JsonMapper json = JsonMapper.builder().build();

	private final MongoTestDatabase mongo;

	private final PostgresTestDatabase postgres;

	MigrationsEndpointTests(MongoTestDatabase mongo, PostgresTestDatabase postgres) {
		this.mongo = mongo;
		this.postgres = postgres;
	}

	@Test
	void summarizesBothStores() throws Exception {
		try (ConfigurableApplicationContext service = start(EXPOSED)) {
			JsonNode status = get(service, "");
			assertThat(status.at("/status").asString()).isEqualTo("UP_TO_DATE");
			assertThat(status.at("/mode").asString()).isEqualTo("MIGRATE");
			assertThat(status.at("/application/name").asString()).isEqualTo("gems");
			assertThat(status.at("/application/version").asString()).isEqualTo("1.4.0");
			assertThat(status.at("/snapshot").propertyNames()).containsExactly("takenAt", "ageMs");
			assertThat(status.at("/problems").isEmpty()).isTrue();
			assertThat(status.at("/stores").propertyNames()).containsExactly("postgres", "mongo");
			JsonNode store = status.at("/stores/postgres");
			assertThat(store.at("/type").asString()).isEqualTo("postgresql");
			assertThat(store.at("/engine").asString()).startsWith("flyway/");
			assertThat(store.at("/currentVersion").asString()).isEqualTo("2");
			assertThat(store.at("/counts/applied").asInt()).isEqualTo(3);
			assertThat(store.at("/lastApplied/id").asString()).isEqualTo("R:gem view");
			store = status.at("/stores/mongo");
			assertThat(store.at("/type").asString()).isEqualTo("mongodb");
			assertThat(store.at("/enabled").asBoolean()).isTrue();
			assertThat(store.at("/status").asString()).isEqualTo("UP_TO_DATE");
			assertThat(store.at("/currentVersion").asString()).isEqualTo("10");
			assertThat(store.at("/counts").propertyNames()).containsExactly("applied", "pending", "running", "failed",
					"future", "missing", "outdated", "held");
			assertThat(store.at("/lastApplied").propertyNames()).containsExactly("id", "description", "finishedAt",
					"durationMs", "user", "host", "applicationVersion");
			assertThat(store.at("/lock").propertyNames()).containsExactly("held", "mine");
		}
	}

	@Test
	void listsTheNewestFirst() throws Exception {
		try (ConfigurableApplicationContext service = start(EXPOSED)) {
			JsonNode history = get(service, "/mongo");
			assertThat(history.at("/store").asString()).isEqualTo("mongo");
			assertThat(history.at("/page/size").asInt()).isEqualTo(50);
			assertThat(history.at("/page/total").asInt()).isEqualTo(3);
			assertThat(history.at("/page").has("nextBefore")).isFalse();
			assertThat(ids(history)).containsExactly("10", "9", "1");
			JsonNode newest = history.at("/migrations/0");
			assertThat(newest.at("/rank").asLong()).isEqualTo(3);
			assertThat(newest.at("/state").asString()).isEqualTo("APPLIED");
			assertThat(newest.at("/type").asString()).isEqualTo("BEAN");
			assertThat(newest.at("/phase").asString()).isEqualTo("EXPAND");
			assertThat(newest.at("/attempts").asInt()).isOne();
			assertThat(newest.propertyNames()).contains("checksum", "transactional", "startedAt", "finishedAt",
					"durationMs", "user", "host", "applicationVersion", "runId");
			assertThat(ids(get(service, "/postgres"))).containsExactly("R:gem view", "2", "1");
		}
	}

	@Test
	void pagesThroughTheHistory() throws Exception {
		try (ConfigurableApplicationContext service = start(EXPOSED)) {
			JsonNode first = get(service, "/mongo?size=2");
			assertThat(ids(first)).containsExactly("10", "9");
			assertThat(first.at("/page/nextBefore").asLong()).isEqualTo(2);
			JsonNode second = get(service, "/mongo?size=2&before=2");
			assertThat(ids(second)).containsExactly("1");
			assertThat(second.at("/page").has("nextBefore")).isFalse();
		}
	}

	@Test
	void pagesThroughWhatIsPending() throws Exception {
		try (ConfigurableApplicationContext service = start(EXPOSED, "gemforce.migrations.mode=observe")) {
			JsonNode first = get(service, "/mongo?size=2");
			assertThat(ids(first)).containsExactly("1", "9");
			assertThat(first.at("/migrations/0").has("rank")).isFalse();
			JsonNode second = get(service, "/mongo?size=2&before=" + first.at("/page/nextBefore").asLong());
			assertThat(ids(second)).containsExactly("10");
		}
	}

	@Test
	void listsWhatIsAskedFor() throws Exception {
		try (ConfigurableApplicationContext service = start(EXPOSED)) {
			assertThat(ids(get(service, "/mongo?q=NINTH"))).containsExactly("9");
			assertThat(ids(get(service, "/mongo?state=pending,failed"))).isEmpty();
			assertThat(ids(get(service, "/mongo?state=applied&phase=expand"))).hasSize(3);
		}
	}

	@Test
	void tellsEverythingAboutOneMigration() throws Exception {
		try (ConfigurableApplicationContext service = start(EXPOSED)) {
			JsonNode migration = get(service, "/mongo/9");
			assertThat(migration.at("/id").asString()).isEqualTo("9");
			assertThat(migration.at("/script").asString()).isEqualTo(Gems.Ninth.class.getName());
			assertThat(migration.at("/checksums/match").asBoolean()).isTrue();
			assertThat(migration.at("/attemptsList")).singleElement()
				.satisfies((attempt) -> assertThat(attempt.at("/state").asString()).isEqualTo("APPLIED"));
			migration = get(service, "/postgres/2");
			assertThat(migration.at("/script").asString()).isEqualTo("V2__add_carat.sql");
			assertThat(migration.at("/location").asString()).endsWith("db/gems/V2__add_carat.sql");
			assertThat(migration.at("/engineState").asString()).isEqualTo("SUCCESS");
			assertThat(get(service, "/postgres/R:gem%20view").at("/description").asString()).isEqualTo("gem view");
		}
	}

	@Test
	void tellsWhyAMigrationFailed() throws Exception {
		try (ConfigurableApplicationContext service = start(EXPOSED, ALWAYS_FRESH)) {
			this.mongo.history()
				.insertOne(new Document("_id", 4L).append("version", "11")
					.append("description", "eleventh")
					.append("type", "BEAN")
					.append("direction", "UP")
					.append("state", "FAILED")
					.append("transactional", true)
					.append("error",
							new Document("type", "com.mongodb.MongoException")
								.append("message", "no luck at mongodb://ann:s3cr3t@db")
								.append("code", "17")));
			JsonNode migration = get(service, "/mongo/11");
			assertThat(migration.at("/state").asString()).isEqualTo("FAILED");
			assertThat(migration.at("/error/code").asString()).isEqualTo("17");
			assertThat(migration.at("/error/message").asString()).isEqualTo("no luck at mongodb://***@db");
		}
	}

	@Test
	void answersFromASnapshotForAWhile() throws Exception {
		try (ConfigurableApplicationContext service = start(EXPOSED,
				"gemforce.migrations.endpoint.snapshot-max-age=1h")) {
			assertThat(get(service, "").at("/stores/mongo/currentVersion").asString()).isEqualTo("10");
			this.mongo.history().deleteMany(new Document());
			this.postgres.client().sql("DELETE FROM flyway_schema_history").update();
			JsonNode status = get(service, "");
			assertThat(status.at("/stores/mongo/currentVersion").asString()).isEqualTo("10");
			assertThat(status.at("/stores/postgres/currentVersion").asString()).isEqualTo("2");
		}
	}

	@Test
	void readsTheStoresAgainAfterAWhile() throws Exception {
		try (ConfigurableApplicationContext service = start(EXPOSED, ALWAYS_FRESH)) {
			assertThat(get(service, "").at("/status").asString()).isEqualTo("UP_TO_DATE");
			this.mongo.history().deleteMany(new Document());
			this.postgres.client().sql("DELETE FROM flyway_schema_history WHERE version = '2'").update();
			JsonNode status = get(service, "");
			assertThat(status.at("/stores/mongo/counts/pending").asInt()).isEqualTo(3);
			assertThat(status.at("/stores/postgres/counts/pending").asInt()).isOne();
		}
	}

	@Test
	void showsWhoHoldsTheLock() throws Exception {
		try (ConfigurableApplicationContext service = start(EXPOSED, ALWAYS_FRESH)) {
			this.mongo.lock()
				.updateOne(new Document(),
						new Document("$set", new Document("owner", "gems/1.5.0@other#1").append("doing", "11 (more)")));
			JsonNode store = get(service, "").at("/stores/mongo");
			assertThat(store.at("/status").asString()).isEqualTo("LOCKED");
			assertThat(store.at("/lock/held").asBoolean()).isTrue();
			assertThat(store.at("/lock/mine").asBoolean()).isFalse();
			assertThat(store.at("/lock/owner").asString()).isEqualTo("gems/1.5.0@other#1");
			assertThat(store.at("/lock/doing").asString()).isEqualTo("11 (more)");
			assertThat(store.at("/lock").has("ageMs")).isTrue();
		}
	}

	@Test
	void listsADisabledStore() throws Exception {
		try (ConfigurableApplicationContext service = start(EXPOSED, "gemforce.migrations.mongo.enabled=false")) {
			JsonNode store = get(service, "").at("/stores/mongo");
			assertThat(store.at("/enabled").asBoolean()).isFalse();
			assertThat(store.at("/status").asString()).isEqualTo("DISABLED");
			assertThat(ids(get(service, "/mongo"))).isEmpty();
		}
	}

	@ParameterizedTest
	@CsvSource({ "/oracle, 404, UNKNOWN_STORE", "/oracle/1, 404, UNKNOWN_STORE", "/mongo/99, 404, UNKNOWN_MIGRATION",
			"?view=matrix, 400, INVALID_PARAMETER", "/mongo?state=lost, 400, INVALID_PARAMETER",
			"/mongo?phase=later, 400, INVALID_PARAMETER", "/mongo?size=0, 400, INVALID_PARAMETER",
			"/mongo?size=501, 400, INVALID_PARAMETER", "/mongo?size=many, 400, INVALID_PARAMETER",
			"/mongo?before=-1, 400, INVALID_PARAMETER", "/mongo?before=x, 400, INVALID_PARAMETER" })
	void refusesWhatItDoesNotKnow(String path, int status, String error) throws Exception {
		try (ConfigurableApplicationContext service = start(EXPOSED)) {
			HttpResponse<String> response = send(service, path);
			assertThat(response.statusCode()).isEqualTo(status);
			JsonNode body = this.json.readTree(response.body());
			assertThat(body.at("/error").asString()).isEqualTo(error);
			assertThat(body.at("/message").asString()).isNotEmpty();
			assertThat(body.at("/action").asString()).isNotEmpty();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "management.endpoints.web.exposure.include=health",
			"management.endpoint.migrations.access=none" })
	void isNotThereUnlessExposedAndEnabled(String property) throws Exception {
		try (ConfigurableApplicationContext service = start(EXPOSED, property)) {
			assertThat(send(service, "").statusCode()).isEqualTo(404);
			assertThat(service.getBeanNamesForType(MigrationsEndpoint.class)).isEmpty();
		}
	}

	@Test
	void saysThatItIsNotExposed(CapturedOutput output) {
		try (ConfigurableApplicationContext service = start()) {
			assertThat(output).contains("Endpoint 'migrations' is available but not exposed; add it to "
					+ "management.endpoints.web.exposure.include");
		}
	}

	@Test
	void showsNoSecretAnywhere(CapturedOutput output) throws Exception {
		String url = this.postgres.url() + "?user=postgres&password=s3cr3t-pg";
		try (ConfigurableApplicationContext service = start(EXPOSED, "spring.datasource.url=" + url,
				"spring.datasource.password=s3cr3t-ds")) {
			for (String path : List.of("", "/mongo", "/postgres", "/mongo/9", "/postgres/2")) {
				assertThat(send(service, path).body()).doesNotContain("s3cr3t");
			}
			assertThat(
					output.getAll().lines().filter((line) -> line.contains("gemforce") || line.contains("migrations")))
				.isNotEmpty()
				.noneMatch((line) -> line.contains("s3cr3t"));
		}
	}

	private ConfigurableApplicationContext start(String... properties) {
		List<String> arguments = new ArrayList<>(List.of("--server.port=0", "--spring.main.banner-mode=off",
				"--spring.application.name=gems", "--spring.application.version=1.4.0",
				"--spring.mongodb.uri=" + this.mongo.uri(), "--spring.datasource.url=" + this.postgres.url(),
				"--spring.datasource.username=" + this.postgres.user(), "--spring.flyway.locations=classpath:db/gems"));
		List.of(properties).forEach((property) -> {
			arguments
				.removeIf((argument) -> argument.startsWith("--" + property.substring(0, property.indexOf('=') + 1)));
			arguments.add("--" + property);
		});
		return new SpringApplicationBuilder(Gems.class).run(arguments.toArray(String[]::new));
	}

	private JsonNode get(ConfigurableApplicationContext service, String path) throws Exception {
		HttpResponse<String> response = send(service, path);
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
		return this.json.readTree(response.body());
	}

	private static HttpResponse<String> send(ConfigurableApplicationContext service, String path)
			throws IOException, InterruptedException {
		int port = ((ServletWebServerApplicationContext) service).getWebServer().getPort();
		URI uri = URI.create("http://localhost:%d/actuator/migrations%s".formatted(port, path));
		return HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
	}

	private static List<String> ids(JsonNode history) {
		return StreamSupport.stream(history.at("/migrations").spliterator(), false)
			.map((migration) -> migration.at("/id").asString())
			.toList();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration(exclude = { HibernateJpaAutoConfiguration.class,
			DataJpaRepositoriesAutoConfiguration.class, MongoReactiveAutoConfiguration.class })
	static class Gems {

		@Migration(version = "1", description = "first")
		static class First implements MongoMigration {

			@Override
			public void up(MongoMigrationContext mongo) {
				mongo.collection("gems").insertOne(new Document());
			}

		}

		@Migration(version = "10", description = "tenth")
		static class Tenth extends First {

		}

		@Migration(version = "9", description = "ninth")
		static class Ninth extends First {

		}

	}

}
