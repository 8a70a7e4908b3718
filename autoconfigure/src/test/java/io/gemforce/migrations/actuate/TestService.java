package io.gemforce.migrations.actuate;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.PostgresTestDatabase;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A service with a web server, and a client of its endpoint.
 *
 * @param context the service
 * @param base the address of the endpoint
 */
record TestService(ConfigurableApplicationContext context, String base) implements AutoCloseable {

	/**
	 * What Chromium accepts.
	 */
	static final String BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
			+ "image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7";

	private static final JsonMapper JSON = JsonMapper.builder().build();

	static TestService start(Class<?> configuration, MongoTestDatabase mongo, String... properties) {
		List<String> all = new ArrayList<>(List
			.of("spring.autoconfigure.exclude=org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration,"
					+ "org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration"));
		all.addAll(List.of(properties));
		return start(configuration, mongo, null, all);
	}

	/**
	 * Start a service with both stores.
	 */
	static TestService start(Class<?> configuration, MongoTestDatabase mongo, PostgresTestDatabase postgres,
			String... properties) {
		return start(configuration, mongo, postgres, List.of(properties));
	}

	static TestService start(Class<?> configuration, PostgresTestDatabase postgres, String... properties) {
		List<String> all = new ArrayList<>(List
			.of("spring.autoconfigure.exclude=org.springframework.boot.mongodb.autoconfigure.MongoAutoConfiguration,"
					+ "org.springframework.boot.mongodb.autoconfigure.MongoReactiveAutoConfiguration,"
					+ "org.springframework.boot.data.mongodb.autoconfigure.DataMongoAutoConfiguration,"
					+ "org.springframework.boot.data.mongodb.autoconfigure.DataMongoReactiveAutoConfiguration"));
		all.addAll(List.of(properties));
		return start(configuration, null, postgres, all);
	}

	private static TestService start(Class<?> configuration, @Nullable MongoTestDatabase mongo,
			@Nullable PostgresTestDatabase postgres, List<String> properties) {
		List<String> all = new ArrayList<>(List.of("server.port=0", "spring.main.banner-mode=off",
				"spring.application.name=gems", "spring.application.version=1.4.0",
				"management.endpoints.web.exposure.include=health,migrations",
				"gemforce.migrations.endpoint.snapshot-max-age=0s"));
		if (mongo != null) {
			all.add("spring.mongodb.uri=" + mongo.uri());
		}
		if (postgres != null) {
			all.addAll(List.of("spring.datasource.url=" + postgres.url(),
					"spring.datasource.username=" + postgres.user(), "spring.flyway.locations=classpath:db/gems"));
		}
		properties.forEach((property) -> {
			all.removeIf((other) -> other.startsWith(property.substring(0, property.indexOf('=') + 1)));
			all.add(property);
		});
		ConfigurableApplicationContext context = new SpringApplicationBuilder(configuration)
			.run(all.stream().map((property) -> "--" + property).toArray(String[]::new));
		int port = ((ServletWebServerApplicationContext) context).getWebServer().getPort();
		return new TestService(context, "http://localhost:%d/actuator/migrations".formatted(port));
	}

	TestService at(String path) {
		return new TestService(this.context, this.base.replace("/actuator/migrations", path));
	}

	HttpResponse<String> get(String path, @Nullable String accept) {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(this.base + path));
		if (accept != null) {
			request.header("Accept", accept);
		}
		return send(request);
	}

	String page(String path) {
		HttpResponse<String> response = get(path, BROWSER);
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
		return response.body();
	}

	JsonNode json(String path) {
		HttpResponse<String> response = get(path, null);
		assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
		return read(response);
	}

	HttpResponse<String> post(String path, String body) {
		return post(path, body, "application/json");
	}

	HttpResponse<String> post(String path, String body, String contentType) {
		return send(HttpRequest.newBuilder(URI.create(this.base + path))
			.header("Content-Type", contentType)
			.POST(HttpRequest.BodyPublishers.ofString(body)));
	}

	private static HttpResponse<String> send(HttpRequest.Builder request) {
		try {
			return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	static JsonNode read(HttpResponse<String> response) {
		return JSON.readTree(response.body());
	}

	@Override
	public void close() {
		this.context.close();
	}

}
