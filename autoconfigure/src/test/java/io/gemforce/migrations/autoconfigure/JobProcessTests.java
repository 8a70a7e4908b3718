package io.gemforce.migrations.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.gemforce.migrations.ExitCode;
import io.gemforce.migrations.support.AtOnce;
import io.gemforce.migrations.support.ChildProcess;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Jobs of a whole service, each in a process of its own, on empty databases: with a web
 * server that is not started, JPA that validates the schema, readers, schedules,
 * listeners and threads that never end.
 */
@ExtendWith(TestDatabases.class)
class JobProcessTests {

	private static final String JSON = "--gemforce.migrations.output.format=json";

	private final MongoTestDatabase mongo;

	private final PostgresTestDatabase postgres;

	private final Path file;

	JobProcessTests(MongoTestDatabase mongo, PostgresTestDatabase postgres, @TempDir Path folder) {
		this.mongo = mongo;
		this.postgres = postgres;
		this.file = folder.resolve("report");
	}

	@AtOnce
	@Test
	void migratesAndEnds() throws IOException {
		try (ChildProcess job = start("migrate")) {
			assertThat(job.exitCode()).as(job.output()).isEqualTo(ExitCode.OK);
			assertThatNothingElseWasAtWork(job);
			assertThat(job.output()).containsPattern(
					"migrations migrate: postgres empty->2 \\(3 applied, \\d+ ms\\); mongo empty->3 \\(3 applied, \\d+ ms\\)\n"
							+ "run=[-0-9a-f]+ exit code 0$");
			assertThat(job.output()).endsWith(Files.readString(this.file).stripTrailing());
		}
		assertThat(this.mongo.collection("inventory").find()).singleElement()
			.satisfies((inventory) -> assertThat(inventory).containsEntry("rows", 0L));
		assertThat(this.mongo.history().find())
			.allSatisfy((row) -> assertThat(row).containsEntry("state", "APPLIED").containsEntry("trigger", "JOB"));
		assertThat(this.postgres.client().sql("SELECT DISTINCT trigger FROM migration_log").query(String.class).list())
			.containsExactly("JOB");
		try (ChildProcess job = start("status", JSON)) {
			assertThat(job.exitCode()).as(job.output()).isEqualTo(ExitCode.OK);
			JsonNode report = report(job);
			assertThat(report.at("/status").asString()).isEqualTo("UP_TO_DATE");
			assertThat(report.at("/stores/mongo/counts/applied").asInt()).isEqualTo(3);
			assertThat(report.at("/stores/postgres/currentVersion").asString()).isEqualTo("2");
		}
	}

	@AtOnce
	@Test
	void validatesAndChangesNothing() throws IOException {
		try (ChildProcess job = start("validate", JSON)) {
			assertThat(job.exitCode()).as(job.errors()).isEqualTo(ExitCode.PENDING);
			assertThatNothingElseWasAtWork(job);
			JsonNode report = report(job);
			assertThat(report.at("/job").asString()).isEqualTo("validate");
			assertThat(report.at("/exitCode").asInt()).isEqualTo(ExitCode.PENDING);
			assertThat(report.at("/done").values()).extracting(JsonNode::asString)
				.containsExactly("postgres 3 pending: 1 (create gem), 2 (add carat), R:gem view (gem view)",
						"mongo not validated");
			JsonNode problem = report.at("/problems/0");
			assertThat(problem.propertyNames()).containsExactlyInAnyOrder("severity", "code", "store", "message",
					"action", "docs");
			assertThat(problem.at("/message").asString()).contains(
					"Store 'mongo' cannot be validated before what is pending is applied", "GemShop$Inventory",
					"'entityManagerFactory'", "missing table [gem]");
			assertThat(job.errors()).contains("MigrationsAutoConfiguration");
		}
		assertThat(this.mongo.database().listCollectionNames()).isEmpty();
		assertThat(this.postgres.client()
			.sql("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
			.query(Long.class)
			.single()).isZero();
	}

	@AtOnce
	@Test
	void eagerBeanThatNeedsTheSchemaIsNamed() throws IOException {
		try (ChildProcess job = start("migrate", JSON, "--spring.profiles.active=eager")) {
			assertThat(job.exitCode()).as(job.errors()).isEqualTo(ExitCode.UNEXPECTED);
			assertThat(report(job).at("/problems/0/message").asString()).contains("Bean 'eagerPostProcessor'",
					"which needs 'entityManagerFactory'", "missing table [gem]");
		}
	}

	private static void assertThatNothingElseWasAtWork(ChildProcess job) {
		assertThat(job.output() + job.errors()).doesNotContain(GemShop.AT_WORK).doesNotContainIgnoringCase("Tomcat");
	}

	private JsonNode report(ChildProcess job) throws IOException {
		assertThat(Files.readString(this.file).stripTrailing()).isEqualTo(job.output());
		return JsonMapper.shared().readTree(job.output());
	}

	private ChildProcess start(String job, String... arguments) {
		List<String> all = new ArrayList<>(List.of("--gemforce.migrations.run=" + job,
				"--gemforce.migrations.output.file=" + this.file, "--spring.mongodb.uri=" + this.mongo.uri(),
				"--spring.datasource.url=" + this.postgres.url(),
				"--spring.datasource.username=" + this.postgres.user(), "--spring.flyway.locations=classpath:db/gems",
				"--spring.jpa.hibernate.ddl-auto=validate", "--spring.application.name=gems", "--server.port=0",
				"--logging.config=classpath:logback-of-a-service.xml"));
		all.addAll(List.of(arguments));
		return ChildProcess.startWithErrorsApart(GemShop.class, all.toArray(String[]::new));
	}

}
