package io.gemforce.migrations.autoconfigure;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.gemforce.migrations.ExitCode;
import io.gemforce.migrations.support.AtOnce;
import io.gemforce.migrations.support.ChildProcess;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the processes of jobs end with, and what they say then. The
 * {@link JobProcessTests} have the other codes.
 */
@ExtendWith(TestDatabases.class)
class ExitCodeTests {

	private static final String ONLY_MONGO = "--gemforce.migrations.store=mongo";

	private static final String FAILING = "--spring.profiles.active=failing";

	private final MongoTestDatabase mongo;

	private final PostgresTestDatabase postgres;

	private String mongoUri;

	ExitCodeTests(MongoTestDatabase mongo, PostgresTestDatabase postgres) {
		this.mongo = mongo;
		this.postgres = postgres;
		this.mongoUri = mongo.uri();
	}

	@AtOnce
	@Test
	void invalidHistoryIs11() {
		record("0.5", "BEAN", "APPLIED");
		assertThat(run(ExitCode.INVALID, "migrate", ONLY_MONGO)).contains("ERROR MISSING_MIGRATION: Migration 0.5",
				"Database state: unchanged", "exit code 11");
		assertThat(this.mongo.collection("execution").countDocuments()).isZero();
	}

	@AtOnce
	@Test
	void failedMigrationIs12() {
		assertThat(run(ExitCode.FAILED, "migrate", ONLY_MONGO, FAILING)).contains(
				"ERROR MIGRATION_FAILED: Migration 2 (second)", "IllegalStateException: out of gems",
				"Database state: what migration 2 did");
	}

	@AtOnce
	@Test
	void lockThatIsNotFreeIs13() {
		holdLock();
		assertThat(run(ExitCode.LOCK, "migrate", ONLY_MONGO, "--gemforce.migrations.lock.wait-timeout=1s",
				"--gemforce.migrations.lock.lease=5s"))
			.contains("ERROR LOCK_TIMEOUT: Waited PT1S for the migration lock of store 'mongo', held by somebody");
	}

	@AtOnce
	@Test
	void storeThatDoesNotAnswerIs14() {
		this.mongoUri = "mongodb://ann:s3cr3t@localhost:1/gems?serverSelectionTimeoutMS=200";
		assertThat(run(ExitCode.UNREACHABLE, "validate"))
			.contains("postgres 3 pending", "mongo not validated",
					"ERROR STORE_UNREACHABLE: Store 'mongo' at localhost:1 cannot be reached")
			.doesNotContain("s3cr3t");
	}

	@AtOnce
	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"',
			textBlock = """
					false                                       | gemforce.migrations.run is 'false', which is no job
					repair                                      | gemforce.migrations.store is missing
					validate --gemforce.migrations.mode=often   | Failed to bind properties under 'gemforce.migrations.mode'
					plan --gemforce.migrations.output.format=pdf | gemforce.migrations.output.format is 'pdf', which is no format
					""")
	void wrongPropertyIs15(String arguments, String message) {
		String[] all = arguments.split(" ");
		assertThat(run(ExitCode.CONFIGURATION, all[0], (all.length > 1) ? new String[] { all[1] } : new String[0]))
			.contains("ERROR INVALID_ARGUMENT: ", message, "exit code 15");
		assertThat(this.mongo.database().listCollectionNames()).isEmpty();
	}

	@AtOnce
	@Test
	void reportThatCannotBeWrittenIs15AndNothingIsDone(@TempDir Path folder) {
		Path file = folder.resolve("nowhere/report.txt");
		assertThat(run(ExitCode.CONFIGURATION, "migrate", "--gemforce.migrations.output.file=" + file)).contains(
				"ERROR INVALID_ARGUMENT: The report cannot be written to gemforce.migrations.output.file=" + file,
				"Database state: unchanged, the job was not begun");
		assertThat(this.mongo.database().listCollectionNames()).isEmpty();
		assertThat(Files.exists(file)).isFalse();
	}

	@AtOnce
	@Test
	void newerStoreIs16WhereTheUserSaysSo() {
		record("1", "BEAN", "APPLIED");
		record("2", "BEAN", "APPLIED");
		record("9", "BEAN", "APPLIED");
		assertThat(run(ExitCode.AHEAD, "migrate", ONLY_MONGO, "--gemforce.migrations.on-schema-ahead=fail"))
			.contains("ERROR SCHEMA_AHEAD: Store 'mongo' is at version 9, this build knows 2");
	}

	@AtOnce
	@Test
	void oneStoreDoneAndTheOtherOneFailedIsTheCodeOfTheFailure() {
		assertThat(run(ExitCode.FAILED, "migrate", FAILING)).contains(
				"migrations migrate: postgres empty->2 (3 applied", "ERROR MIGRATION_FAILED",
				"WARNING PARTIAL_RUN: Before store 'mongo' failed, this run had applied 1, 2, R:gem view in store 'postgres'",
				"exit code 12");
	}

	@AtOnce
	@Test
	void disabledStoreIsSkippedAndSaidSo() {
		assertThat(run(ExitCode.OK, "migrate", "--gemforce.migrations.postgres.enabled=false"))
			.containsPattern("migrations migrate: postgres off, skipped; mongo empty->2 \\(2 applied, \\d+ ms\\)");
		assertThat(this.postgres.client()
			.sql("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
			.query(Long.class)
			.single()).isZero();
	}

	@AtOnce
	@Test
	void repairs() {
		record("1", "BEAN", "RUNNING");
		assertThat(run(ExitCode.OK, "repair", ONLY_MONGO, "--gemforce.migrations.reason=it was killed"))
			.contains("migrations repair: mongo closed 1 open row(s) as interrupted");
		assertThat(this.mongo.history().find(new Document("type", "MARK")).first()).containsEntry("trigger", "JOB");
	}

	@AtOnce
	@Test
	void marksAsApplied() {
		assertThat(run(ExitCode.OK, "mark-applied", ONLY_MONGO, "--gemforce.migrations.version=1",
				"--gemforce.migrations.reason=done by hand"))
			.contains("migrations mark-applied: mongo recorded migration 1 (first) as applied, without running it");
		assertThat(this.mongo.history().find().first()).containsEntry("version", "1")
			.containsEntry("state", "APPLIED")
			.containsEntry("reason", "done by hand")
			.containsEntry("user", System.getProperty("user.name"));
	}

	@AtOnce
	@Test
	void marksAsRolledBack() {
		record("1", "BEAN", "APPLIED");
		assertThat(run(ExitCode.OK, "mark-rolled-back", ONLY_MONGO, "--gemforce.migrations.version=1",
				"--gemforce.migrations.reason=taken back by hand"))
			.contains("mongo recorded migration 1 (first) as rolled back, without undoing it");
	}

	@AtOnce
	@Test
	void releasesTheLock() {
		holdLock();
		assertThat(run(ExitCode.OK, "release-lock", ONLY_MONGO, "--gemforce.migrations.force=true",
				"--gemforce.migrations.reason=it hangs"))
			.contains("migrations release-lock: mongo released the lock, which was held");
		assertThat(this.mongo.lock().find().first()).containsEntry("owner", null).containsEntry("fence", 8L);
	}

	private void holdLock() {
		this.mongo.lock()
			.insertOne(new Document("_id", "mongo").append("owner", "somebody")
				.append("fence", 7L)
				.append("beat", 1L)
				.append("leaseMs", 600_000L));
	}

	private void record(String version, String type, String state) {
		this.mongo.history()
			.insertOne(new Document("_id", this.mongo.history().countDocuments() + 1).append("version", version)
				.append("description", "first")
				.append("type", type)
				.append("script", "com.example.V" + version)
				.append("direction", "UP")
				.append("transactional", true)
				.append("state", state)
				.append("fence", 0L));
	}

	private String run(int exitCode, String job, String... arguments) {
		List<String> all = new ArrayList<>(List.of("--gemforce.migrations.run=" + job,
				"--spring.mongodb.uri=" + this.mongoUri, "--spring.datasource.url=" + this.postgres.url(),
				"--spring.datasource.username=" + this.postgres.user(), "--spring.flyway.locations=classpath:db/gems",
				"--spring.application.name=gems"));
		all.addAll(List.of(arguments));
		try (ChildProcess process = ChildProcess.start(SmallService.class, all.toArray(String[]::new))) {
			assertThat(process.exitCode()).as(process.output()).isEqualTo(exitCode);
			return process.output();
		}
	}

}
