package io.gemforce.migrations.it;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A service on a MongoDB in memory, and a client of its endpoint.
 *
 * @param server its MongoDB
 * @param context the service
 * @param port the property that has the endpoint's port
 * @param base the path of the endpoint
 */
record Service(MongoServer server, ConfigurableApplicationContext context, String port,
		String base) implements AutoCloseable {

	static Service start(Class<?> configuration, String... properties) {
		MongoServer server = new MongoServer(new MemoryBackend());
		InetSocketAddress address = server.bind();
		List<String> arguments = new ArrayList<>(List.of("--server.port=0", "--spring.main.banner-mode=off",
				"--spring.mongodb.uri=mongodb://localhost:%d/gems".formatted(address.getPort()),
				"--management.endpoints.web.exposure.include=migrations",
				"--gemforce.migrations.endpoint.snapshot-max-age=0s"));
		List.of(properties).forEach((property) -> arguments.add("--" + property));
		return new Service(server, new SpringApplicationBuilder(configuration).run(arguments.toArray(String[]::new)),
				"local.server.port", "/actuator/migrations");
	}

	Service at(String port, String base) {
		return new Service(this.server, this.context, port, base);
	}

	HttpResponse<String> get(String path, @Nullable String user, String accept) {
		return send(request(path, user).header("Accept", accept));
	}

	HttpResponse<String> post(String path, @Nullable String user, String body) {
		return send(request(path, user).header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString(body)));
	}

	private HttpRequest.Builder request(String path, @Nullable String user) {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:%s%s%s"
			.formatted(this.context.getEnvironment().getProperty(this.port), this.base, path)));
		if (user != null) {
			String credentials = Base64.getEncoder()
				.encodeToString("%s:secret".formatted(user).getBytes(StandardCharsets.UTF_8));
			request.header("Authorization", "Basic " + credentials);
		}
		return request;
	}

	private static HttpResponse<String> send(HttpRequest.Builder request) {
		try {
			return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	static JsonNode json(HttpResponse<String> response) {
		return JsonMapper.builder().build().readTree(response.body());
	}

	@Override
	public void close() {
		this.context.close();
		this.server.shutdownNow();
	}

}
