package io.gemforce.migrations.actuate;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.util.HtmlUtils;
import tools.jackson.databind.JsonNode;

import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what can be done over HTTP to PostgreSQL, whose scripts are named as Flyway
 * takes them.
 */
@ExtendWith(TestDatabases.class)
class EndpointPostgresTests {

	private static final Pattern COMMAND = Pattern.compile("-d '(.*)' \"\\$ENDPOINT(/[^\"]*)\"");

	private final PostgresTestDatabase postgres;

	private final Path folder;

	EndpointPostgresTests(PostgresTestDatabase postgres, @TempDir Path folder) throws IOException {
		this.postgres = postgres;
		this.folder = folder;
		Files.createDirectories(folder.resolve("undo"));
		Files.createDirectories(folder.resolve("migration"));
		write("migration/V001__create_gem.sql", "CREATE TABLE gem (id int);");
		write("migration/V2.0__add_carat.sql", "ALTER TABLE gem ADD carat int;");
		write("undo/U001__create_gem.sql", "DROP TABLE gem;");
		write("undo/U2.0__add_carat.sql", "ALTER TABLE gem DROP carat;");
	}

	private void write(String file, String script) throws IOException {
		Files.writeString(this.folder.resolve(file), script);
	}

	@Test
	void migratesAndRollsBackVersionsHoweverTheyAreWritten() {
		try (TestService service = start("gemforce.migrations.mode=observe")) {
			JsonNode plan = service.json("/postgres?view=plan");
			assertThat(plan.at("/steps")).hasSize(2);
			begin(service, "/postgres",
					"{\"action\": \"migrate\", \"planHash\": \"%s\"}".formatted(plan.at("/planHash").asString()));
			assertThat(columns()).containsExactly("carat", "id");
			rollBackNewest(service);
			assertThat(columns()).containsExactly("id");
			rollBackNewest(service);
			assertThat(columns()).isEmpty();
			assertThat(service.json("").at("/stores/postgres/status").asString()).isEqualTo("HELD");
			HttpResponse<String> released = service.post("/postgres",
					"{\"action\": \"release-hold\", \"confirm\": \"%s\"}"
						.formatted(service.json("").at("/stores/postgres/hold/version").asString()));
			assertThat(released.statusCode()).as(released.body()).isEqualTo(200);
			assertThat(service.json("").at("/stores/postgres/status").asString()).isEqualTo("PENDING");
		}
	}

	private static void rollBackNewest(TestService service) {
		String id = service.json("").at("/stores/postgres/currentVersion").asString();
		begin(service, "/postgres/" + id, "{\"action\": \"rollback\", \"confirm\": \"%s\"}".formatted(id));
	}

	@Test
	void takesTheVersionInEveryFormThatIsTheSame() {
		try (TestService service = start()) {
			for (String id : List.of("2", "2.0", "002")) {
				HttpResponse<String> dry = service.post("/postgres/" + id,
						"{\"action\": \"rollback\", \"dryRun\": true}");
				assertThat(dry.statusCode()).as(dry.body()).isEqualTo(200);
				assertThat(TestService.read(dry).at("/plan/steps")).hasSize(1);
			}
		}
	}

	@Test
	void pageOffersWhatTheStoreThenDoes() {
		try (TestService service = start()) {
			String one = id(service, "create gem");
			String two = id(service, "add carat");
			assertOffered(service, Map.of(one, List.of(), two, List.of("rollback", "mark-rolled-back")));
			accept(service, two, "mark-rolled-back");
			assertThat(service.json("/postgres/" + two).at("/attemptsList/1/reason").asString()).isEqualTo("say why");
			assertOffered(service, Map.of(one, List.of("rollback", "mark-rolled-back"), two, List.of("mark-applied")));
			accept(service, two, "mark-applied");
			assertOffered(service, Map.of(one, List.of(), two, List.of("rollback", "mark-rolled-back")));
		}
	}

	@Test
	void pageOffersWhatTheStoreThenDoesAfterAFailure() throws IOException {
		write("migration/V3__fail.sql", "SELECT 1/0;");
		try (TestService service = start("gemforce.migrations.mode=observe")) {
			begin(service, "/postgres", "{\"action\": \"migrate\", \"planHash\": \"%s\"}"
				.formatted(service.json("/postgres?view=plan").at("/planHash").asString()));
			assertThat(service.json("").at("/run/state").asString()).isEqualTo("FAILED");
			assertThat(offered(service, "3")).containsOnlyKeys("retry", "mark-applied");
			refuse(service, "3", "mark-rolled-back");
			accept(service, "3", "mark-applied");
			assertThat(offered(service, "3")).containsOnlyKeys("mark-rolled-back");
		}
	}

	@Test
	void pageOffersWhatTheStoreThenDoesAfterAFailureOutsideOfATransaction() throws IOException {
		write("migration/V3__fail.sql", "SELECT 1/0;");
		write("migration/V3__fail.sql.conf", "executeInTransaction=false");
		try (TestService service = start("gemforce.migrations.mode=observe")) {
			begin(service, "/postgres", "{\"action\": \"migrate\", \"planHash\": \"%s\"}"
				.formatted(service.json("/postgres?view=plan").at("/planHash").asString()));
			assertThat(offered(service, "3")).containsOnlyKeys("mark-applied");
			refuse(service, "3", "retry");
			accept(service, "3", "mark-applied");
			assertThat(service.json("/postgres/3").at("/state").asString()).isEqualTo("APPLIED");
		}
	}

	@Test
	void saysThatTheLockIsFree() {
		try (TestService service = start()) {
			HttpResponse<String> free = service.post("/postgres", "{\"action\": \"release-lock\"}");
			assertThat(TestService.read(free).at("/done/0").asString()).isEqualTo("the lock is free");
		}
	}

	private static void assertOffered(TestService service, Map<String, List<String>> expected) {
		expected.forEach((id, actions) -> {
			Map<String, String> offered = offered(service, id);
			assertThat(offered).as(id).containsOnlyKeys(actions);
			for (String action : List.of("mark-applied", "mark-rolled-back", "rollback", "retry")) {
				if (!offered.containsKey(action)) {
					refuse(service, id, action);
				}
			}
		});
	}

	private static Map<String, String> offered(TestService service, String id) {
		Map<String, String> bodies = new LinkedHashMap<>();
		Matcher command = COMMAND.matcher(HtmlUtils.htmlUnescape(service.page("/postgres/" + id)));
		while (command.find()) {
			assertThat(command.group(2)).isEqualTo("/postgres/" + id);
			String body = command.group(1);
			bodies.put(body.replaceAll(".*\"action\":\"([^\"]*)\".*", "$1"), body);
		}
		return bodies;
	}

	private static void accept(TestService service, String id, String action) {
		HttpResponse<String> done = service.post("/postgres/" + id, offered(service, id).get(action));
		assertThat(done.statusCode()).as(done.body()).isEqualTo(200);
	}

	private static void refuse(TestService service, String id, String action) {
		HttpResponse<String> refused = service.post("/postgres/" + id,
				"{\"action\": \"%s\", \"confirm\": \"%s\", \"reason\": \"x\"}".formatted(action, id));
		assertThat(refused.statusCode()).as(action + " " + refused.body()).isEqualTo(409);
	}

	private static void begin(TestService service, String path, String body) {
		HttpResponse<String> begun = service.post(path, body);
		assertThat(begun.statusCode()).as(begun.body()).isEqualTo(202);
		String runId = TestService.read(begun).at("/runId").asString();
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.until(() -> service.json("").at("/run"),
					(run) -> run.at("/id").asString().equals(runId) && !run.at("/state").asString().equals("RUNNING"));
	}

	private static String id(TestService service, String description) {
		List<String> ids = new ArrayList<>();
		service.json("/postgres").at("/migrations").forEach((migration) -> {
			if (migration.at("/description").asString().equals(description)) {
				ids.add(migration.at("/id").asString());
			}
		});
		assertThat(ids).hasSize(1);
		return ids.get(0);
	}

	private List<String> columns() {
		return this.postgres.client()
			.sql("SELECT column_name FROM information_schema.columns WHERE table_name = 'gem' ORDER BY 1")
			.query(String.class)
			.list();
	}

	private TestService start(String... properties) {
		List<String> all = new ArrayList<>(
				List.of("spring.flyway.locations=filesystem:" + this.folder.resolve("migration"),
						"gemforce.migrations.postgres.undo-locations=filesystem:" + this.folder.resolve("undo"),
						"management.endpoint.migrations.access=unrestricted",
						"gemforce.migrations.endpoint.operations=validate,migrate,retry,rollback,repair,mark-applied,"
								+ "mark-rolled-back,release-lock,release-hold",
						"gemforce.migrations.endpoint.allow-anonymous=true"));
		all.addAll(List.of(properties));
		return TestService.start(Service.class, this.postgres, all.toArray(String[]::new));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Service {

	}

}
