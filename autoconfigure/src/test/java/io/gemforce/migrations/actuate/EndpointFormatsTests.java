package io.gemforce.migrations.actuate;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.mongodb.autoconfigure.MongoClientSettingsBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.util.HtmlUtils;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.SentCommands;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the formats in which {@link MigrationsEndpointWebExtension} answers.
 */
@ExtendWith(TestDatabases.class)
class EndpointFormatsTests {

	private static final String OBSERVE = "gemforce.migrations.mode=observe";

	private static final String JSON_TYPE = "application/vnd.spring-boot.actuator.v3+json";

	private final MongoTestDatabase mongo;

	EndpointFormatsTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	void answersInTheFormatThatTheCallerAccepts() {
		Map<String, String> types = Map.of("*/*", JSON_TYPE, "application/json", "application/json", JSON_TYPE,
				JSON_TYPE, "application/vnd.spring-boot.actuator.v2+json",
				"application/vnd.spring-boot.actuator.v2+json", TestService.BROWSER, "text/html;charset=UTF-8",
				"text/html", "text/html;charset=UTF-8", "text/markdown", "text/markdown;charset=UTF-8");
		try (TestService service = start()) {
			for (String path : List.of("", "/mongo", "/mongo/9", "?view=plan", "/mongo?view=plan")) {
				types.forEach((accept, type) -> {
					HttpResponse<String> response = service.get(path, accept);
					assertThat(response.statusCode()).as(path + " " + accept).isEqualTo(200);
					assertThat(response.headers().firstValue("Content-Type")).as(path + " " + accept).hasValue(type);
					assertThat(response.body()).startsWith(beginning(type));
				});
				assertThat(service.get(path, null).headers().firstValue("Content-Type")).hasValue(JSON_TYPE);
				assertThat(service.get(path, "text/plain").statusCode()).isEqualTo(406);
				assertThat(service.get(path, "application/xml").statusCode()).isEqualTo(406);
			}
		}
	}

	private static String beginning(String type) {
		if (type.startsWith("text/html")) {
			return "<!DOCTYPE html>";
		}
		return type.startsWith("text/markdown") ? "### " : "{";
	}

	@Test
	void refusesInTheFormatThatTheCallerAccepts() {
		try (TestService service = start()) {
			String longOne = "x".repeat(5000);
			for (String path : List.of("?view=matrix", "/mongo?state=lost", "/mongo?size=0", "/mongo?before=x",
					"/mongo?view=x", "/mongo?q=" + longOne, "/mongo?phase=" + longOne, "/oracle", "/oracle/1",
					"/mongo/99", "/mongo/" + longOne, "/postgres")) {
				int status = path.contains("?") ? 400 : 404;
				HttpResponse<String> json = service.get(path, null);
				assertThat(json.statusCode()).as(path).isEqualTo(status);
				assertThat(TestService.read(json).propertyNames()).contains("error", "message", "action", "docs");
				assertThat(json.body()).hasSizeLessThan(1000);
				HttpResponse<String> html = service.get(path, TestService.BROWSER);
				assertThat(html.statusCode()).as(path).isEqualTo(status);
				assertThat(html.body()).startsWith("<!DOCTYPE html>")
					.contains("<h1>" + TestService.read(json).at("/error").asString() + "</h1>");
				HttpResponse<String> markdown = service.get(path, "text/markdown");
				assertThat(markdown.statusCode()).as(path).isEqualTo(status);
				assertThat(markdown.body()).startsWith("### ");
			}
		}
	}

	@Test
	void showsWhatAnybodyHasWrittenAsText() {
		try (TestService service = start()) {
			String evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u202E\u0007";
			this.mongo.history().insertOne(attempt(4, "11", evil, "FAILED"));
			this.mongo.lock()
				.updateOne(new Document(), new Document("$set", new Document("owner", evil).append("doing", evil)));
			for (String path : List.of("", "/mongo", "/mongo/11", "/mongo?q=%3Cscript%3E", "/%3Cscript%3E",
					"/mongo/%3Cscript%3E", "?view=%3Cscript%3E", "/mongo?state=%22%3E%3Cscript%3E")) {
				String page = service.get(path, TestService.BROWSER).body();
				assertThat(page).as(path)
					.startsWith("<!DOCTYPE html>")
					.containsOnlyOnce("<script>")
					.doesNotContain("<img", "\u202E", "\u0007");
				assertThat(service.get(path, "text/markdown").body().replaceAll("(?s)\n```.*?\n```", "")).as(path)
					.startsWith("### ")
					.doesNotContain("<script", "<img", "\u202E", "\u0007");
			}
			assertThat(service.page("/mongo/11")).contains("[U+202E]");
		}
	}

	private static Document attempt(long rank, String version, String text, String state) {
		return new Document("_id", rank).append("version", version)
			.append("description", text)
			.append("type", "BEAN")
			.append("script", text)
			.append("checksum", text)
			.append("direction", "UP")
			.append("state", state)
			.append("transactional", true)
			.append("startedAt", Date.from(Instant.parse("2026-11-24T14:38:43Z")))
			.append("finishedAt", Date.from(Instant.parse("2026-11-24T14:38:44Z")))
			.append("durationMs", 812L)
			.append("runId", text)
			.append("application", "gems")
			.append("applicationVersion", text)
			.append("host", text)
			.append("user", text)
			.append("reason", text)
			.append("error", state.equals("FAILED")
					? new Document("type", text).append("message", text).append("code", text) : null);
	}

	@Test
	void linksRelativelyWhereverItIs() {
		try (TestService service = TestService
			.start(MigrationsEndpointTests.Gems.class, this.mongo, "server.servlet.context-path=/gems",
					"management.endpoints.web.base-path=/manage",
					"management.endpoints.web.path-mapping.migrations=db/evolution")
			.at("/gems/manage/db/evolution")) {
			followLinks(service, "", 0);
		}
	}

	private static void followLinks(TestService service, String path, int depth) {
		String page = service.page(path);
		Matcher link = Pattern.compile("<a href=\"(?!#)([^\"]*)\"").matcher(page);
		List<String> links = new ArrayList<>();
		while (link.find()) {
			String address = resolve(URI.create(service.base() + path), link.group(1));
			assertThat(address).startsWith(service.base());
			links.add(address.substring(service.base().length()));
		}
		assertThat(links).isNotEmpty();
		if (depth < 2) {
			links.stream().distinct().limit(4).forEach((next) -> followLinks(service, next, depth + 1));
		}
	}

	// URI resolves a mere query against the folder, as an older standard says
	private static String resolve(URI page, String link) {
		String text = HtmlUtils.htmlUnescape(link);
		return text.startsWith("?") ? page.toString().replaceFirst("\\?.*", "") + text : page.resolve(text).toString();
	}

	@Test
	void plansWhatIsPending() {
		try (TestService service = start(OBSERVE)) {
			assertThat(service.json("?view=plan").at("/schema").asString()).isEqualTo("migrations-plan/1");
			assertThat(service.json("?view=plan").at("/steps")).hasSize(3);
			assertThat(service.json("/mongo?view=plan").at("/planHash"))
				.isEqualTo(service.json("?view=plan").at("/planHash"));
			assertThat(service.page("?view=plan")).contains(service.json("?view=plan").at("/planHash").asString());
			assertThat(service.page("")).contains("To be applied", "?view=plan");
		}
	}

	@Test
	void showsScriptsOnlyIfTheUserWantsThat() {
		try (TestService service = start(OBSERVE)) {
			assertThat(service.json("?view=plan").at("/steps/0").has("script")).isFalse();
		}
	}

	@Test
	void staysSmallAndSendsFewCommandsWithTenThousandMigrations() {
		insertTenThousand();
		try (TestService service = TestService.start(Counted.class, this.mongo, OBSERVE,
				"gemforce.migrations.endpoint.snapshot-max-age=1h")) {
			SentCommands commands = service.context().getBean(SentCommands.class);
			service.context().getBean(Migrations.class).forgetSnapshot(StoreName.MONGO);
			commands.commands().clear();
			service.json("");
			assertThat(commands.names()).hasSizeLessThanOrEqualTo(3);
			commands.commands().clear();
			service.json("");
			service.page("");
			assertThat(commands.names()).isEmpty();
			service.page("/mongo");
			assertThat(commands.names()).hasSizeLessThanOrEqualTo(1);
			for (String path : List.of("", "/mongo", "/mongo?before=5000", "/mongo/5000")) {
				assertThat(service.page(path).getBytes(StandardCharsets.UTF_8)).as(path).hasSizeLessThan(60 * 1024);
			}
		}
	}

	// In time of the processor: the clock on the wall tells what else the machine does
	@Test
	void writesAPageOfTenThousandMigrationsInTime() {
		insertTenThousand();
		try (TestService service = start(OBSERVE, "gemforce.migrations.endpoint.snapshot-max-age=1h")) {
			MigrationsEndpointWebExtension endpoint = service.context().getBean(MigrationsEndpointWebExtension.class);
			Duration all = Duration.ZERO;
			for (int i = 0; i < 40; i++) {
				Duration one = cpuTime(
						() -> endpoint.historyPage("mongo", null, null, null, null, null, null, SecurityContext.NONE));
				all = (i < 20) ? Duration.ZERO : all.plus(one);
			}
			assertThat(all.dividedBy(20)).isLessThan(Duration.ofMillis(100));
		}
	}

	private static Duration cpuTime(Runnable work) {
		ThreadMXBean threads = ManagementFactory.getThreadMXBean();
		long startedAt = threads.getCurrentThreadCpuTime();
		work.run();
		return Duration.ofNanos(threads.getCurrentThreadCpuTime() - startedAt);
	}

	private void insertTenThousand() {
		List<Document> attempts = new ArrayList<>();
		for (int i = 1; i <= 10_000; i++) {
			attempts.add(attempt(i, String.valueOf(i), "a migration of the usual kind", "APPLIED"));
		}
		this.mongo.history().insertMany(attempts);
	}

	@Test
	void answersForBothStores(PostgresTestDatabase postgres) {
		try (TestService service = TestService.start(MigrationsEndpointTests.Gems.class, this.mongo, postgres)) {
			assertThat(service.page("")).contains("Everything that this build has is applied.",
					"<a href=\"migrations/postgres\">", "<a href=\"migrations/mongo\">");
			assertThat(service.page("/postgres")).contains("<a href=\"../migrations/postgres/R%3Agem%20view\">");
			assertThat(service.page("/postgres/R%3Agem%20view")).contains("R:gem view");
			assertThat(service.get("", "text/markdown").body()).contains("| postgres | ✓ up to date | 2 | 2 | 3 | 0 |");
		}
	}

	private TestService start(String... properties) {
		return TestService.start(MigrationsEndpointTests.Gems.class, this.mongo, properties);
	}

	@Configuration(proxyBeanMethods = false)
	@Import(MigrationsEndpointTests.Gems.class)
	static class Counted {

		@Bean
		SentCommands sentCommands() {
			return new SentCommands();
		}

		@Bean
		MongoClientSettingsBuilderCustomizer countingCustomizer(SentCommands commands) {
			return commands.customizer();
		}

	}

}
