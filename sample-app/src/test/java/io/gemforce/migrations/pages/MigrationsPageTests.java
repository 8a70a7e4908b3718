package io.gemforce.migrations.pages;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.data.mongodb.core.MongoOperations;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.sample.SampleApplication;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the page of the migrations in a real browser, in the states that a service
 * can be in. With {@code -Dscreenshots=true} they write the pictures of the
 * documentation.
 */
@EnabledIf(value = "io.gemforce.migrations.pages.Browser#isInstalled",
		disabledReason = "Debian's chromium and chromium-driver are not installed")
class MigrationsPageTests {

	private static final Path PICTURES = Path.of("../src/docs/images");

	private Browser browser;

	@BeforeEach
	void startBrowser() throws IOException {
		this.browser = Browser.start();
	}

	@AfterEach
	void stopBrowser() throws IOException {
		this.browser.close();
	}

	@Test
	void showsAServiceThatIsUpToDateAndOneThatIsAhead() throws IOException {
		try (ConfigurableApplicationContext sample = start(SampleApplication.class)) {
			this.browser.open(address(sample));
			assertThat(this.browser.banner()).contains("up to date");
			check("up-to-date");
			this.browser.follow("mongo");
			this.browser.awaitText("History of mongo");
			check("history");
			this.browser.follow("1");
			this.browser.awaitText("rename oldFieldName to newFieldName");
			check("migration");
			this.browser.follow("Migrations");
			this.browser.awaitText("Stores");
			applyByANewerBuild(sample.getBean(MongoOperations.class));
			this.browser.open(address(sample));
			assertThat(this.browser.banner()).contains("ahead");
			check("ahead");
			assertThat(this.browser.requests()).isNotEmpty()
				.allMatch((address) -> address.startsWith("http://localhost:"));
		}
	}

	private static void applyByANewerBuild(MongoOperations mongo) {
		mongo.getCollection("migration_history")
			.insertOne(new Document("_id", 6L).append("version", "6")
				.append("description", "add certificate")
				.append("type", "BEAN")
				.append("direction", "UP")
				.append("state", "APPLIED")
				.append("transactional", false)
				.append("startedAt", new Date())
				.append("finishedAt", new Date())
				.append("durationMs", 1200L)
				.append("application", "gems")
				.append("applicationVersion", "1.9.0")
				.append("host", "gems-7c9f-x2x")
				.append("user", "gems"));
	}

	@Test
	void followsARunFromWhatIsPendingToItsFailure() throws Exception {
		try (ConfigurableApplicationContext sample = start(WithAFailingMigration.class,
				"gemforce.migrations.mode=observe", "management.endpoint.migrations.access=unrestricted",
				"gemforce.migrations.endpoint.operations=migrate,retry,mark-applied",
				"gemforce.migrations.endpoint.allow-anonymous=true")) {
			this.browser.open(address(sample));
			assertThat(this.browser.banner()).contains("pending");
			check("pending");
			// What MongoDB's migrations require
			assertThat(sample.getBean(Migrations.class).migrate(List.of(StoreName.POSTGRES), null).failure()).isNull();
			this.browser.open(address(sample) + "/mongo?view=plan");
			assertThat(this.browser.text()).contains("\"action\":\"migrate\"", "'%s/mongo'".formatted(address(sample)));
			this.browser.open(address(sample).replace("/actuator", "/actuator;$(id)'`id`") + "/mongo?view=plan");
			assertThat(this.browser.text()).contains("'%s/mongo'".formatted(address(sample)))
				.doesNotContain("id)", "`");
			this.browser.open(address(sample) + "/mongo?view=plan");
			check("plan");
			migrate(address(sample));
			Gate gate = sample.getBean(Gate.class);
			assertThat(gate.reached.await(60, TimeUnit.SECONDS)).isTrue();
			this.browser.open(address(sample));
			this.browser.awaitText("Running now");
			this.browser.mark();
			check("running");
			gate.open.countDown();
			this.browser.awaitText("Last run of this instance");
			assertThat(this.browser.isMarked()).isTrue();
			assertThat(this.browser.banner()).contains("failed");
			check("failed");
			this.browser.open(address(sample) + "/mongo/6");
			assertThat(this.browser.text()).contains("no certificate for gem 0042", "retry");
			check("failed-migration");
			assertThat(this.browser.requests()).isNotEmpty()
				.allMatch((address) -> address.startsWith("http://localhost:"));
		}
	}

	private static void migrate(String endpoint) throws Exception {
		String planHash = Browser.json(send(HttpRequest.newBuilder(URI.create(endpoint + "/mongo?view=plan"))))
			.at("/planHash")
			.asString();
		send(HttpRequest.newBuilder(URI.create(endpoint + "/mongo"))
			.header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers
				.ofString("{\"action\": \"migrate\", \"planHash\": \"%s\"}".formatted(planHash))));
	}

	private static String send(HttpRequest.Builder request) throws Exception {
		HttpResponse<String> response = HttpClient.newHttpClient()
			.send(request.build(), HttpResponse.BodyHandlers.ofString());
		assertThat(response.statusCode()).as(response.body()).isBetween(200, 299);
		return response.body();
	}

	private void check(String name) throws IOException {
		this.browser.show("light", 1200, 900);
		String light = this.browser.background();
		assertThat(this.browser.barriers()).as(name + ", light").isEmpty();
		picture(name);
		this.browser.show("dark", 1200, 900);
		assertThat(this.browser.background()).isNotEqualTo(light);
		assertThat(this.browser.barriers()).as(name + ", dark").isEmpty();
		if (name.equals("up-to-date")) {
			picture(name + "-dark");
		}
		this.browser.show("light", 500, 900);
		assertThat(this.browser.overflow()).as(name + ", narrow").isZero();
		if (name.equals("history")) {
			picture(name + "-narrow");
		}
		this.browser.show("light", 1200, 900);
		assertThat(this.browser.complaints()).as(name).isEmpty();
	}

	private void picture(String name) throws IOException {
		if (Boolean.getBoolean("screenshots")) {
			Files.createDirectories(PICTURES);
			Files.write(PICTURES.resolve(name + ".png"), this.browser.screenshot());
		}
	}

	private static ConfigurableApplicationContext start(Class<?> source, String... properties) {
		return new SpringApplicationBuilder(source)
			.properties("server.port=0", "gemforce.migrations.endpoint.snapshot-max-age=0s")
			.run(Stream.concat(Stream.of("spring.application.version=1.4.0"), Stream.of(properties))
				.map((property) -> "--" + property)
				.toArray(String[]::new));
	}

	private static String address(ConfigurableApplicationContext sample) {
		return "http://localhost:%d/actuator/migrations"
			.formatted(((ServletWebServerApplicationContext) sample).getWebServer().getPort());
	}

	/**
	 * Lets a migration wait.
	 */
	static class Gate {

		private final CountDownLatch reached = new CountDownLatch(1);

		private final CountDownLatch open = new CountDownLatch(1);

	}

	/**
	 * The sample application with a migration that waits and then fails.
	 */
	@Import(SampleApplication.class)
	static class WithAFailingMigration {

		@Bean
		Gate gate() {
			return new Gate();
		}

		@Bean
		AddCertificate addCertificate(Gate gate) {
			return new AddCertificate(gate);
		}

	}

	@Migration(version = "6", description = "add certificate")
	static class AddCertificate implements MongoMigration {

		private final Gate gate;

		AddCertificate(Gate gate) {
			this.gate = gate;
		}

		@Override
		public void up(MongoMigrationContext mongo) throws Exception {
			this.gate.reached.countDown();
			this.gate.open.await(60, TimeUnit.SECONDS);
			throw new IllegalStateException("no certificate for gem 0042");
		}

	}

}
