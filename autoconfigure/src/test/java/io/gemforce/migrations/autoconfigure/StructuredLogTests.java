package io.gemforce.migrations.autoconfigure;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.gemforce.migrations.support.ChildProcess;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.SqlScripts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a service logs in the Elastic Common Schema.
 */
@ExtendWith(TestDatabases.class)
class StructuredLogTests {

	private final MongoTestDatabase mongo;

	private final PostgresTestDatabase postgres;

	private final SqlScripts scripts;

	StructuredLogTests(MongoTestDatabase mongo, PostgresTestDatabase postgres, @TempDir Path folder) {
		this.mongo = mongo;
		this.postgres = postgres;
		this.scripts = new SqlScripts(folder).write("V1__create_gem.sql", "CREATE TABLE gem (id bigint PRIMARY KEY);");
	}

	@Test
	void hasKeysForEachMigrationAndOneLineForTheRun() {
		List<JsonNode> lines = log(0);
		JsonNode applying = find(lines,
				(line) -> message(line).equals("Applying migration 1 (create gem) of store 'mongo'"));
		assertThat(applying.at("/event/action").asString()).isEqualTo("migration-apply");
		assertThat(applying.at("/migration/phase").asString()).isEqualTo("EXPAND");
		JsonNode applied = find(lines,
				(line) -> message(line).startsWith("Applied migration 1 (create gem) of store 'postgres' in "));
		assertThat(applied.at("/migration/run_id").asString()).isNotEmpty();
		assertThat(applied.at("/migration/store").asString()).isEqualTo("postgres");
		assertThat(applied.at("/migration/id").asString()).isEqualTo("1");
		assertThat(applied.at("/migration/state").asString()).isEqualTo("APPLIED");
		assertThat(applied.at("/migration/checksum").asString()).isNotEmpty();
		assertThat(applied.at("/migration/duration_ms").isNumber()).isTrue();
		assertThat(applied.at("/event/outcome").asString()).isEqualTo("success");
		JsonNode summary = find(lines,
				(line) -> message(line).startsWith("migrations: postgres empty->1 (1 applied, "));
		assertThat(message(summary)).contains("), mongo empty->2 (2 applied, ", "; run=", " total=");
		assertThat(summary.at("/migration/run_id").asString()).isEqualTo(applied.at("/migration/run_id").asString());
		assertThat(summary.at("/event/outcome").asString()).isEqualTo("success");
	}

	@Test
	void linesOfTheEnginesTellWhoseTheyAre() {
		List<JsonNode> lines = log(0);
		JsonNode flyways = find(lines, (line) -> message(line).startsWith("Successfully applied 1 migration"));
		assertThat(flyways.at("/log/logger").asString()).startsWith("org.flywaydb");
		assertThat(flyways.at("/migration/store").asString()).isEqualTo("postgres");
		assertThat(flyways.at("/migration/run_id").asString()).isNotEmpty();
		JsonNode started = find(lines, (line) -> message(line).startsWith("Started "));
		assertThat(started.path("migration").isMissingNode()).isTrue();
	}

	@Test
	void failureIsAnErrorWithTheDatabasesCode() {
		this.scripts.write("V2__fails.sql", "SELECT nothing FROM nowhere;");
		List<JsonNode> lines = log(1);
		JsonNode failed = find(lines,
				(line) -> message(line).startsWith("Migration 2 (fails) of store 'postgres' failed"));
		assertThat(message(failed)).contains("relation \"nowhere\" does not exist", "(42P01)");
		assertThat(failed.at("/log/level").asString()).isEqualTo("ERROR");
		assertThat(failed.at("/migration/state").asString()).isEqualTo("FAILED");
		assertThat(failed.at("/event/outcome").asString()).isEqualTo("failure");
		JsonNode summary = find(lines,
				(line) -> message(line).startsWith("migrations: postgres failed with SQL_FAILED; run="));
		assertThat(summary.at("/log/level").asString()).isEqualTo("ERROR");
	}

	private List<JsonNode> log(int exitCode) {
		try (ChildProcess service = ChildProcess.start(TwoStoreService.class,
				"--logging.config=classpath:logback-structured.xml", "--logging.structured.format.console=ecs",
				"--spring.main.web-application-type=none", "--spring.main.banner-mode=off",
				"--spring.mongodb.uri=" + this.mongo.uri(), "--spring.datasource.url=" + this.postgres.url(),
				"--spring.datasource.username=" + this.postgres.user(), "--" + this.scripts.property())) {
			assertThat(service.exitCode()).as(service.output()).isEqualTo(exitCode);
			JsonMapper mapper = JsonMapper.builder().build();
			return service.output().lines().filter((line) -> line.startsWith("{")).map(mapper::readTree).toList();
		}
	}

	private static JsonNode find(List<JsonNode> lines, Predicate<JsonNode> wanted) {
		return lines.stream()
			.filter(wanted)
			.findFirst()
			.orElseThrow(() -> new AssertionError(
					"There is no such line: " + lines.stream().map(StructuredLogTests::message).toList()));
	}

	private static String message(JsonNode line) {
		return line.path("message").asString();
	}

}
