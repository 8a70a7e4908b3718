package io.gemforce.migrations.actuate;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.awaitility.Awaitility;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.mongodb.autoconfigure.MongoReactiveAutoConfiguration;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.yaml.snakeyaml.Yaml;
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
 * What alerts and the dashboard ask for is what a service exports.
 */
@ExtendWith(TestDatabases.class)
class AlertsAndDashboardTests {

	private static final Path DEPLOY = Path.of("../src/deploy");

	private static final Pattern SELECTOR = Pattern.compile("(migrations_\\w+)(?:\\{([^}]*)})?");

	private static final Pattern MATCHER = Pattern.compile("(\\w+)\\s*(=~|=)\\s*\"([^\"]*)\"");

	private static final Pattern GROUPING = Pattern.compile("(?:by|on)\\s*\\(([^)]*)\\)");

	private static final Pattern SAMPLE = Pattern.compile("^(migrations_\\w+)\\{(.*)} (\\S+)$", Pattern.MULTILINE);

	private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

	@Test
	void everyMetricAndLabelIsExported(MongoTestDatabase mongo, PostgresTestDatabase postgres) throws Exception {
		List<String> expressions = new ArrayList<>(ruleExpressions());
		expressions.addAll(dashboardExpressions());
		assertThat(expressions).hasSizeGreaterThan(25);
		try (ConfigurableApplicationContext service = start(mongo, postgres)) {
			Awaitility.await()
				.ignoreExceptions()
				.until(() -> scrape(service).contains("migrations_schema_version_info{"));
			Map<String, Map<String, Set<String>>> exported = parse(scrape(service));
			assertThat(expressions).allSatisfy((expression) -> check(expression, exported));
		}
	}

	private static void check(String expression, Map<String, Map<String, Set<String>>> exported) {
		for (String part : expression.split(" unless | / ")) {
			Matcher selector = SELECTOR.matcher(part);
			assertThat(selector.find()).as(part).isTrue();
			Map<String, Set<String>> labels = exported.get(selector.group(1));
			assertThat(labels).as("%s of %s", selector.group(1), expression).isNotNull();
			GROUPING.matcher(part)
				.results()
				.flatMap((grouping) -> Arrays.stream(grouping.group(1).split(",\\s*")))
				.forEach((label) -> assertThat(labels).as(expression).containsKey(label));
			if (selector.group(2) != null) {
				MATCHER.matcher(selector.group(2)).results().forEach((matcher) -> check(matcher, labels, expression));
			}
		}
	}

	private static void check(MatchResult matcher, Map<String, Set<String>> labels, String expression) {
		assertThat(labels).as(expression).containsKey(matcher.group(1));
		if (!matcher.group(3).startsWith("$")) {
			assertThat(labels.get(matcher.group(1))).as(expression).contains(matcher.group(3));
		}
	}

	@Test
	void everyAlertSaysWhatToReadAndHowBadItIs() throws IOException {
		assertThat(rules()).isNotEmpty().allSatisfy((rule) -> {
			assertThat(rule.get("alert")).asString().matches("[A-Z]\\w+");
			assertThat(map(rule.get("labels")).get("severity")).isIn("critical", "warning", "info");
			assertThat(map(rule.get("annotations"))).containsKeys("summary", "description", "runbook");
			String runbook = String.valueOf(map(rule.get("annotations")).get("runbook"));
			Path page = Path.of("../src/docs").resolve(runbook.replaceAll("#.*", ""));
			assertThat(page).exists();
			if (runbook.contains("#")) {
				assertThat(Files.readString(page).lines())
					.contains("## " + runbook.replaceAll(".*#", "").toUpperCase(Locale.ROOT));
			}
		});
	}

	@Test
	void everyPanelHasAUnitADescriptionAndTheDataSourceOfTheVariable() throws IOException {
		JsonNode dashboard = dashboard();
		assertThat(dashboard.at("/uid").asString()).isEqualTo("gemforce-migrations");
		assertThat(dashboard.at("/editable").asBoolean()).isFalse();
		assertThat(dashboard.at("/templating/list").findValuesAsString("name")).contains("datasource", "application",
				"store");
		assertThat(dashboard.at("/panels")).allSatisfy((panel) -> {
			assertThat(panel.at("/title").asString()).isNotEmpty();
			assertThat(panel.at("/description").asString()).endsWith(".");
			assertThat(panel.at("/fieldConfig/defaults/unit").asString()).isNotEmpty();
			assertThat(panel.at("/datasource/uid").asString()).isEqualTo("${datasource}");
			assertThat(panel.at("/targets")).isNotEmpty();
		});
	}

	private static List<String> ruleExpressions() throws IOException {
		return rules().stream().map((rule) -> String.valueOf(rule.get("expr"))).toList();
	}

	private static List<Map<String, Object>> rules() throws IOException {
		Map<String, Object> file = new Yaml().load(Files.readString(DEPLOY.resolve("prometheus/migrations-rules.yml")));
		return list(file.get("groups")).stream()
			.flatMap((group) -> list(map(group).get("rules")).stream())
			.map(AlertsAndDashboardTests::map)
			.toList();
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Object> map(Object node) {
		return (Map<String, Object>) node;
	}

	@SuppressWarnings("unchecked")
	private static List<Object> list(Object node) {
		return (List<Object>) node;
	}

	private static List<String> dashboardExpressions() throws IOException {
		List<String> expressions = new ArrayList<>(dashboard().findValuesAsString("expr"));
		for (JsonNode variable : dashboard().at("/templating/list")) {
			String query = variable.at("/query/query").asString();
			if (query.startsWith("label_values(")) {
				expressions.add("count by (%s) (%s)".formatted(query.replaceAll(".*,\\s*(\\w+)\\)", "$1"),
						query.replaceAll("label_values\\((.*),.*", "$1")));
			}
		}
		return expressions;
	}

	private static JsonNode dashboard() throws IOException {
		return JsonMapper.builder().build().readTree(Files.readString(DEPLOY.resolve("grafana/migrations.json")));
	}

	private static Map<String, Map<String, Set<String>>> parse(String scrape) {
		Map<String, Map<String, Set<String>>> exported = new TreeMap<>();
		SAMPLE.matcher(scrape).results().forEach((sample) -> {
			Map<String, Set<String>> labels = exported.computeIfAbsent(sample.group(1), (metric) -> new TreeMap<>());
			LABEL.matcher(sample.group(2))
				.results()
				.forEach((label) -> labels.computeIfAbsent(label.group(1), (name) -> new TreeSet<>())
					.add(label.group(2)));
		});
		return exported;
	}

	private static String scrape(ConfigurableApplicationContext service) throws IOException, InterruptedException {
		int port = ((ServletWebServerApplicationContext) service).getWebServer().getPort();
		URI uri = URI.create("http://localhost:%d/actuator/prometheus".formatted(port));
		return HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
			.body();
	}

	private static ConfigurableApplicationContext start(MongoTestDatabase mongo, PostgresTestDatabase postgres) {
		return new SpringApplicationBuilder(Gems.class).run("--server.port=0", "--spring.application.name=gems",
				"--management.endpoints.web.exposure.include=prometheus",
				"--management.metrics.tags.application=${spring.application.name}",
				"--spring.mongodb.uri=" + mongo.uri(), "--spring.datasource.url=" + postgres.url(),
				"--spring.datasource.username=" + postgres.user(), "--spring.flyway.locations=classpath:db/gems");
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

	}

}
