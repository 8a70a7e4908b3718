package io.gemforce.migrations.sample;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The documentation of the endpoint shows what the sample application answers, but for
 * what differs each time. With {@code -Ddocumentation=write} this writes the answers.
 */
class EndpointDocumentationTests {

	private static final Path DOCUMENTATION = Path.of("../src/docs/endpoint.md");

	private static final Pattern ANSWER = Pattern
		.compile("(<!-- (GET|POST) (/\\S*)(?: (\\{[^\n]*}))? -->\n```json\n)(.*?)(\n```)", Pattern.DOTALL);

	private static final Map<String, String> FIXED = Map.ofEntries(Map.entry("takenAt", "2026-11-24T14:38:48Z"),
			Map.entry("startedAt", "2026-11-24T14:38:43Z"), Map.entry("finishedAt", "2026-11-24T14:38:43Z"),
			Map.entry("instance", "gems-0"), Map.entry("host", "gems-0"), Map.entry("user", "gems"),
			Map.entry("runId", "0d3c1f9e-6f0c-4a55-9f6e-2c9a3c1d7b10"),
			Map.entry("id", "0d3c1f9e-6f0c-4a55-9f6e-2c9a3c1d7b10"), Map.entry("checksum", "61e0a7c3"),
			Map.entry("applied", "61e0a7c3"), Map.entry("resolved", "61e0a7c3"),
			Map.entry("planHash", "sha256:9f2c6d0e51b7"),
			Map.entry("location", "/app/db/migration/V1__create_my_table.sql"));

	private static final String LIBRARY = "gemforce-migrations/1.0.0";

	private final JsonMapper json = JsonMapper.builder().build();

	@Test
	void showsWhatTheSampleApplicationAnswers() throws Exception {
		String documentation = Files.readString(DOCUMENTATION);
		try (ConfigurableApplicationContext sample = new SpringApplicationBuilder(SampleApplication.class).run(
				"--server.port=0", "--spring.application.version=1.4.0",
				"--management.endpoint.migrations.access=unrestricted",
				"--gemforce.migrations.endpoint.operations=validate,repair,rollback",
				"--gemforce.migrations.endpoint.allow-anonymous=true")) {
			String endpoint = "http://localhost:%d/actuator/migrations"
				.formatted(((ServletWebServerApplicationContext) sample).getWebServer().getPort());
			String current = ANSWER.matcher(documentation)
				.replaceAll((answer) -> Matcher
					.quoteReplacement(answer.group(1) + answer(endpoint, answer) + answer.group(6)));
			if ("write".equals(System.getProperty("documentation"))) {
				Files.writeString(DOCUMENTATION, current);
			}
			assertThat(DOCUMENTATION).content().isEqualTo(current);
		}
	}

	private String answer(String endpoint, MatchResult request) {
		HttpRequest.Builder builder = HttpRequest
			.newBuilder(URI.create(endpoint + request.group(3).replaceFirst("^/(?=$|\\?)", "")));
		if (request.group(2).equals("POST")) {
			builder.header("Content-Type", "application/json")
				.POST(HttpRequest.BodyPublishers.ofString(request.group(4)));
		}
		try {
			HttpResponse<String> response = HttpClient.newHttpClient()
				.send(builder.build(), HttpResponse.BodyHandlers.ofString());
			JsonNode answer = this.json.readTree(response.body());
			fix(answer, false);
			return this.json.writerWithDefaultPrettyPrinter().writeValueAsString(answer);
		}
		catch (IOException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void fix(JsonNode node, boolean run) {
		if (node instanceof ArrayNode array) {
			array.forEach((element) -> fix(element, false));
		}
		if (node instanceof ObjectNode object) {
			object.properties().forEach((property) -> {
				String name = property.getKey();
				if (name.endsWith("Ms")) {
					object.put(name, 12);
				}
				else if (property.getValue().isString() && FIXED.containsKey(name) && (run || !name.equals("id"))) {
					object.put(name, FIXED.get(name));
				}
				else if (name.equals("engine")) {
					object.put(name, property.getValue().asString().replaceFirst("^gemforce-migrations.*", LIBRARY));
				}
				else if (name.equals("message") && run) {
					object.put(name, "mongo empty->5 (5 applied, 12 ms)");
				}
				else {
					fix(property.getValue(), name.equals("run"));
				}
			});
		}
	}

}
