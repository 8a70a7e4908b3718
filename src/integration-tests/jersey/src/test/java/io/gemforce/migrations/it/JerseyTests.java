package io.gemforce.migrations.it;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;

import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.util.ClassUtils;

import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.MongoMigrationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the endpoint of a service on Jersey, without Spring MVC.
 */
class JerseyTests {

	private static MongoServer server;

	private static ConfigurableApplicationContext context;

	@BeforeAll
	static void start() {
		server = new MongoServer(new MemoryBackend());
		InetSocketAddress address = server.bind();
		context = new SpringApplicationBuilder(OnJersey.class).run("--server.port=0",
				"--spring.mongodb.uri=mongodb://localhost:%d/gems".formatted(address.getPort()),
				"--management.endpoints.web.exposure.include=migrations",
				"--management.endpoint.migrations.access=unrestricted",
				"--gemforce.migrations.endpoint.operations=validate",
				"--gemforce.migrations.endpoint.allow-anonymous=true");
	}

	@AfterAll
	static void stop() {
		context.close();
		server.shutdownNow();
	}

	@Test
	void answersInTheFormatThatTheCallerAccepts() throws Exception {
		assertThat(ClassUtils.isPresent("org.springframework.web.servlet.DispatcherServlet", null)).isFalse();
		Map<String, String> types = Map.of("application/json", "{", "text/html", "<!DOCTYPE html>", "text/markdown",
				"### ");
		for (String path : new String[] { "", "/mongo", "/mongo/1", "?view=plan" }) {
			for (Map.Entry<String, String> type : types.entrySet()) {
				HttpResponse<String> response = send(request(path).header("Accept", type.getKey()));
				assertThat(response.statusCode()).as(path + " " + type).isEqualTo(200);
				assertThat(response.body()).as(path + " " + type).startsWith(type.getValue());
			}
		}
		HttpResponse<String> unknown = send(request("/mongo/99").header("Accept", "application/json"));
		assertThat(unknown.statusCode()).isEqualTo(404);
		assertThat(unknown.body()).contains("UNKNOWN_MIGRATION");
	}

	@Test
	void operates() throws Exception {
		HttpResponse<String> done = post("{\"action\": \"validate\"}");
		assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
		assertThat(done.body()).contains("nothing pending");
		HttpResponse<String> refused = post("{\"action\": \"repair\"}");
		assertThat(refused.statusCode()).isEqualTo(403);
		assertThat(refused.body()).contains("OPERATION_NOT_ALLOWED");
	}

	private static HttpResponse<String> post(String body) throws Exception {
		return send(request("/mongo").header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString(body)));
	}

	private static HttpRequest.Builder request(String path) {
		return HttpRequest.newBuilder(URI.create("http://localhost:%s/actuator/migrations%s"
			.formatted(context.getEnvironment().getProperty("local.server.port"), path)));
	}

	private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
		return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(CreateGem.class)
	static class OnJersey {

	}

	@Migration(version = "1", description = "create gem")
	static class CreateGem implements MongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			mongo.collection("Gem").insertOne(new Document("_id", "gem"));
		}

	}

}
