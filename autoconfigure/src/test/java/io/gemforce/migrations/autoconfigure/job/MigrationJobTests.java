package io.gemforce.migrations.autoconfigure.job;

import java.util.function.Consumer;

import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.gemforce.migrations.ExitCode;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.autoconfigure.GemMigrations;
import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.report.JobReport;
import io.gemforce.migrations.report.ProblemReport;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what jobs make of their arguments and of what they find.
 */
@ExtendWith(TestDatabases.class)
class MigrationJobTests {

	private static final String WRONG = """
			run=                                                       | run is '', which is no job
			run=Migrate                                                | run is 'Migrate', which is no job
			run=migrate store=oracle                                   | store is 'oracle', and this service has no such
			run=validate store=Mongo                                   | store is 'Mongo', and this service has no such
			run=repair                                                 | store is missing
			run=release-lock                                           | store is missing
			run=mark-applied version=1 reason=so                       | store is missing
			run=mark-applied store=mongo version=1                     | reason is missing
			run=mark-rolled-back store=mongo version=1 reason=         | reason is missing
			run=mark-applied store=mongo reason=so                     | version is missing
			run=mark-applied store=mongo reason=so version=1..2        | version is '1..2', which is not a version
			run=mark-applied store=mongo reason=so version=-1          | version is '-1', which is not a version
			run=mark-rolled-back store=mongo reason=so version=        | version is '', which is not a version
			run=mark-applied store=mongo reason=so version=2024.06.01.12 | Version 2024.6.1.12 of store 'mongo' is not in this
			run=mark-rolled-back store=mongo reason=so version=0       | Version 0 of store 'mongo' is not applied
			run=mark-applied store=postgres reason=so version=1        | The schema has no history of Flyway
			run=mark-rolled-back store=postgres reason=so version=1    | Migration 1 is not applied
			""";

	private final MongoTestDatabase mongo;

	private ApplicationContextRunner contextRunner;

	MigrationJobTests(MongoTestDatabase mongo, PostgresTestDatabase postgres) {
		this.mongo = mongo;
		this.contextRunner = TestContexts.with(mongo, postgres)
			.withUserConfiguration(GemMigrations.class)
			.withPropertyValues("gemforce.migrations.mode=observe");
	}

	@Test
	void wrongArgumentsAreRefusedAndNothingIsDone() {
		this.contextRunner.run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(WRONG.lines()).allSatisfy((line) -> {
				String arguments = line.substring(0, line.indexOf('|')).strip();
				JobResult result = TestJob.run(context, arguments);
				assertThat(result.exitCode()).isEqualTo(ExitCode.CONFIGURATION);
				assertThat(report(result).problems()).singleElement().satisfies((problem) -> {
					assertThat(problem.code()).isEqualTo(ProblemCode.INVALID_ARGUMENT);
					assertThat(problem.message()).contains(line.substring(line.indexOf('|') + 1).strip());
					assertThat(problem.action()).isNotBlank();
				});
				assertThat(report(result).databaseState()).isEqualTo("unchanged");
			});
			assertThat(this.mongo.history().countDocuments()).isZero();
		});
	}

	@Test
	void versionOf200DigitsIsOne() {
		String version = "9".repeat(200);
		run("run=mark-applied store=mongo reason=so version=" + version,
				(result) -> assertThat(report(result).problems()).singleElement()
					.extracting(ProblemReport::message)
					.asString()
					.contains("Version %s of store 'mongo' is not in this build".formatted(version)));
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "migrate", "validate", "repair store=mongo", "mark-applied store=mongo version=1 reason=so",
					"mark-rolled-back store=mongo version=1 reason=so", "release-lock store=mongo" })
	void disabledStoreIsSkippedAndSaidSo(String arguments) {
		this.contextRunner = this.contextRunner.withPropertyValues("gemforce.migrations.enabled=false");
		run("run=" + arguments, (result) -> {
			assertThat(result.exitCode()).isEqualTo(ExitCode.OK);
			assertThat(report(result).done()).contains("mongo off, skipped");
			assertThat(this.mongo.database().listCollectionNames()).isEmpty();
		});
	}

	@Test
	void statusOfDisabledStoresIsClean() {
		this.contextRunner = this.contextRunner.withPropertyValues("gemforce.migrations.enabled=false");
		run("run=status", (result) -> {
			assertThat(result.exitCode()).isEqualTo(ExitCode.OK);
			assertThat(result.text()).contains("migrations status: DISABLED", "postgres: DISABLED", "mongo: DISABLED");
		});
	}

	@Test
	void onlyTheNamedStoreIsMigrated() {
		run("run=migrate store=mongo",
				(result) -> assertThat(report(result).done()).singleElement()
					.asString()
					.startsWith("mongo empty->2 (2 applied"));
		run("run=validate store=mongo", (result) -> assertThat(result.exitCode()).isEqualTo(ExitCode.OK));
		run("run=validate", (result) -> assertThat(result.exitCode()).isEqualTo(ExitCode.PENDING));
	}

	@Test
	void whatIsBeingExecutedIsNotDone() {
		run("run=migrate", (result) -> assertThat(result.exitCode()).isEqualTo(ExitCode.OK));
		this.mongo.history()
			.updateOne(new Document("version", "2"), new Document("$set", new Document("state", "RUNNING")));
		run("run=validate", (result) -> {
			assertThat(result.exitCode()).isEqualTo(ExitCode.PENDING);
			assertThat(report(result).done()).containsExactly("postgres nothing pending",
					"mongo 1 pending: 2 (name gem)");
		});
	}

	@Test
	void whatIsWrongCountsMoreThanWhatIsPending() {
		this.mongo.history()
			.insertOne(new Document("_id", 1L).append("version", "1.5")
				.append("description", "gone")
				.append("state", "APPLIED"));
		run("run=validate", (result) -> {
			assertThat(result.exitCode()).isEqualTo(ExitCode.INVALID);
			assertThat(result.text()).contains("postgres 3 pending", "ERROR MISSING_MIGRATION", "ERROR OUT_OF_ORDER");
		});
		run("run=status", (result) -> assertThat(result.exitCode()).isEqualTo(ExitCode.INVALID));
	}

	@ParameterizedTest
	@CsvSource({ "warn, 0", "fail, 16" })
	void newerStoreIsAsBadAsTheUserSays(String onSchemaAhead, int exitCode) {
		run("run=migrate", (result) -> assertThat(result.exitCode()).isEqualTo(ExitCode.OK));
		this.mongo.history()
			.insertOne(new Document("_id", 9L).append("version", "9")
				.append("description", "newer")
				.append("state", "APPLIED"));
		this.contextRunner = this.contextRunner
			.withPropertyValues("gemforce.migrations.on-schema-ahead=" + onSchemaAhead);
		for (String job : new String[] { "migrate", "validate", "status" }) {
			run("run=" + job, (result) -> assertThat(result.exitCode()).as(job).isEqualTo(exitCode));
		}
	}

	@Test
	void statusTellsAFailedMigration() {
		this.mongo.history()
			.insertOne(new Document("_id", 1L).append("version", "1")
				.append("description", "create gem")
				.append("transactional", true)
				.append("state", "FAILED"));
		run("run=status", (result) -> {
			assertThat(result.exitCode()).isEqualTo(ExitCode.FAILED);
			assertThat(result.text()).contains("migrations status: FAILED",
					"mongo: FAILED, 0 applied, 1 pending, 1 failed",
					"ERROR MIGRATION_FAILED: The last attempt of migration 1 (create gem)",
					"WARNING PENDING_MIGRATIONS: 1 migration(s) of store 'mongo' are not applied: 2 (name gem)");
		});
	}

	@Test
	void statusOfAStoreThatDoesNotAnswer() {
		this.contextRunner = this.contextRunner
			.withPropertyValues("spring.mongodb.uri=mongodb://localhost:1/gems?serverSelectionTimeoutMS=200");
		run("run=status", (result) -> {
			assertThat(result.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
			assertThat(result.text()).contains("postgres: PENDING", "mongo: UNREACHABLE", "STORE_UNREACHABLE");
		});
	}

	@Test
	void failureDecidesOnTheExitCodeWhateverWasDoneBefore() {
		this.contextRunner = this.contextRunner.withUserConfiguration(Failing.class);
		run("run=migrate", (result) -> {
			assertThat(result.exitCode()).isEqualTo(ExitCode.FAILED);
			assertThat(report(result).problems()).extracting(ProblemReport::code)
				.containsExactly(ProblemCode.MIGRATION_FAILED, ProblemCode.PARTIAL_RUN);
		});
		run("run=migrate", (result) -> {
			assertThat(result.exitCode()).isEqualTo(ExitCode.FAILED);
			assertThat(report(result).problems()).extracting(ProblemReport::code)
				.containsExactly(ProblemCode.MIGRATION_FAILED);
		});
	}

	@Test
	void storeThatDoesNotAnswerIsWorthAnotherTryThoughTheOtherOneIsUpToDate() {
		run("run=migrate store=postgres", (result) -> assertThat(result.exitCode()).isEqualTo(ExitCode.OK));
		this.contextRunner = this.contextRunner
			.withPropertyValues("spring.mongodb.uri=mongodb://localhost:1/gems?serverSelectionTimeoutMS=200");
		run("run=migrate", (result) -> assertThat(result.exitCode()).isEqualTo(ExitCode.UNREACHABLE));
	}

	private void run(String arguments, Consumer<JobResult> assertions) {
		this.contextRunner.run((context) -> {
			assertThat(context).hasNotFailed();
			assertions.accept(TestJob.run(context, arguments));
		});
	}

	private static JobReport report(JobResult result) {
		return (JobReport) result.report();
	}

	@Migration(version = "0", description = "failing", onInterrupted = OnInterrupted.RETRY)
	static class Failing implements MongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			throw new IllegalStateException("out of gems");
		}

	}

}
