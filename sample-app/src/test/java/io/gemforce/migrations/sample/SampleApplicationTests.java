package io.gemforce.migrations.sample;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.ProblemCode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Tests for {@link SampleApplication}.
 */
class SampleApplicationTests {

	@Test
	void servesMigratedDataFromEmbeddedDatabases() throws Exception {
		try (ConfigurableApplicationContext sample = start()) {
			JsonNode gems = get(sample, "/gems");
			assertThat(gems.at("/total").asInt()).isEqualTo(2000);
			assertThat(gems.at("/content/0/carat").isNumber()).isTrue();
			assertThat(gems.at("/content/0/status").asString()).isEqualTo("active");
			assertThat(gems.at("/content/0/listPrice").asLong()).isPositive();
			JsonNode myClasses = get(sample, "/my-classes");
			assertThat(myClasses.at("/mongo/total").asInt()).isEqualTo(2000);
			assertThat(myClasses.at("/mongo/content/0/newFieldName").asString()).isEqualTo("value 0001");
			assertThat(myClasses.at("/postgres/total").asInt()).isEqualTo(2000);
			assertThat(myClasses.at("/postgres/content/0/newColumnName").asString()).isEqualTo("ROW 1");
			assertThat(get(sample, "/actuator/health").at("/status").asString()).isEqualTo("UP");
			JsonNode migrations = get(sample, "/actuator/migrations");
			assertThat(migrations.at("/status").asString()).isEqualTo("UP_TO_DATE");
			assertThat(migrations.at("/stores/postgres/currentVersion").asString()).isEqualTo("5");
			assertThat(migrations.at("/stores/mongo/currentVersion").asString()).isEqualTo("5");
		}
	}

	@Test
	void refusesToStartInProductionBecauseEverythingIsPending() {
		assertThatException().isThrownBy(() -> start("--spring.profiles.active=prod"))
			.havingRootCause()
			.isInstanceOfSatisfying(MigrationException.class, (ex) -> {
				assertThat(ex.getCode()).isEqualTo(ProblemCode.PENDING_MIGRATIONS);
				assertThat(ex).hasMessageContaining("6 migration(s) of store 'postgres' are not applied");
			});
	}

	@Test
	void migratesInEveryOtherEnvironment() throws Exception {
		for (String profile : new String[] { "dev", "staging" }) {
			try (ConfigurableApplicationContext sample = start("--spring.profiles.active=" + profile)) {
				assertThat(get(sample, "/actuator/migrations").at("/status").asString()).isEqualTo("UP_TO_DATE");
			}
		}
	}

	@Test
	void neverSeedsADatabaseThatIsGiven() throws Exception {
		MongoServer mongo = new MongoServer(new MemoryBackend());
		InetSocketAddress address = mongo.bind();
		try (EmbeddedPostgres postgres = EmbeddedPostgres.start();
				ConfigurableApplicationContext sample = start(
						"--spring.datasource.url=" + postgres.getJdbcUrl("postgres", "postgres"),
						"--spring.mongodb.uri=mongodb://localhost:%d/given".formatted(address.getPort()),
						"--management.health.mongodb.enabled=false")) {
			assertThat(sample.getBeanNamesForType(EmbeddedPostgres.class)).isEmpty();
			assertThat(sample.getBeanNamesForType(MongoServer.class)).isEmpty();
			assertThat(get(sample, "/gems").at("/total").asInt()).isZero();
			assertThat(get(sample, "/my-classes").at("/postgres/total").asInt()).isZero();
			assertThat(get(sample, "/actuator/migrations").at("/status").asString()).isEqualTo("UP_TO_DATE");
		}
		finally {
			mongo.shutdownNow();
		}
	}

	private static ConfigurableApplicationContext start(String... arguments) {
		return new SpringApplicationBuilder(SampleApplication.class).properties("server.port=0").run(arguments);
	}

	private static JsonNode get(ConfigurableApplicationContext sample, String path) throws Exception {
		int port = ((ServletWebServerApplicationContext) sample).getWebServer().getPort();
		HttpResponse<String> response = HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(URI.create("http://localhost:%d%s".formatted(port, path))).build(),
					HttpResponse.BodyHandlers.ofString());
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
		return JsonMapper.builder().build().readTree(response.body());
	}

}
