package io.gemforce.migrations.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;

import org.springframework.context.ApplicationContext;

/**
 * Asks the endpoint of a service over HTTP.
 */
final class HttpRequests {

	private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final String base;

	HttpRequests(ApplicationContext service) {
		String port = service.getEnvironment().getRequiredProperty("local.server.port");
		this.base = "http://localhost:%s/actuator/migrations".formatted(port);
	}

	/**
	 * Ask and wait for the answer.
	 */
	byte[] get(String path, String accept) throws IOException, InterruptedException {
		HttpRequest request = HttpRequest.newBuilder(URI.create(this.base + path)).header("Accept", accept).build();
		HttpResponse<byte[]> response = this.client.send(request, BodyHandlers.ofByteArray());
		if (response.statusCode() != 200) {
			throw new IOException("%s has answered %d".formatted(request.uri(), response.statusCode()));
		}
		return response.body();
	}

}
