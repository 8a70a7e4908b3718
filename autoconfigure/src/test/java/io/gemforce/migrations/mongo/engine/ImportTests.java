package io.gemforce.migrations.mongo.engine;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;

import org.bson.Document;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.mongo.discovery.ImportId;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for adopting databases that another tool has migrated, with histories as the
 * tools leave them.
 */
@ExtendWith(TestDatabases.class)
class ImportTests {

	private static final String ADD_ROLES = "src/main/resources/db/changelog.xml";

	private final MongoTestDatabase mongo;

	ImportTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@ParameterizedTest
	@ValueSource(strings = { "mongock:add-roles", "mongock:add-roles/ann", "mongock:by/slash/ann",
			"mongock:by-address/ann@example.com", "mongock:from-before-there-were-states", "mongock:moved/ann@old_log",
			"mongock:moved@old_log" })
	void whatMongockHasExecutedIsNotRunAgain(String id) {
		this.mongo.collection("mongockChangeLog")
			.insertMany(List.of(new Document(), new Document("changeId", 7).append("author", null),
					mongock("system-change-00001", "mongock", "EXECUTED").append("systemChange", true),
					mongock("add-roles_before", "ann", "EXECUTED").append("type", "BEFORE_EXECUTION"),
					mongock("add-roles", "ann", "EXECUTED"), mongock("by/slash", "ann", "EXECUTED"),
					mongock("by-address", "ann@example.com", "EXECUTED"),
					new Document("changeId", "from-before-there-were-states").append("author", "ann")
						.append("timestamp", new Date())
						.append("changeLogClass", "com.example.Old"),
					mongock("other", "bob", "FAILED").append("errorTrace", "out of gems")));
		this.mongo.collection("old_log")
			.insertMany(List.of(mongock("moved", "ann", "EXECUTED"), new Document("_id", "foreign")));
		assertThatItIsImported(id);
	}

	@Test
	void executionThatMongockIgnoredLaterIsOne() {
		Instant executed = Instant.parse("2024-06-01T10:00:00Z");
		this.mongo.collection("mongockChangeLog")
			.insertMany(List.of(
					mongock("add-roles", "ann", "IGNORED").append("timestamp", Date.from(executed.plusSeconds(60))),
					mongock("add-roles", "ann", "FAILED").append("timestamp", Date.from(executed.minusSeconds(60))),
					mongock("add-roles", "ann", "EXECUTED").append("timestamp", Date.from(executed))));
		assertThatItIsImported("mongock:add-roles/ann");
	}

	@ParameterizedTest
	@ValueSource(strings = { "mongock:rolled-back/ann", "mongock:failed/ann", "mongock:rollback-failed/ann",
			"mongock:only-before/ann", "mongock:executed/bob", "mongock:nowhere@no_collection", "mongock:odd/ann" })
	void whatMongockHasNotExecutedIsRun(String id) {
		Instant executed = Instant.parse("2024-06-01T10:00:00Z");
		this.mongo.collection("mongockChangeLog")
			.insertMany(List.of(
					mongock("rolled-back", "ann", "ROLLED_BACK").append("timestamp",
							Date.from(executed.plusSeconds(1))),
					mongock("rolled-back", "ann", "EXECUTED").append("timestamp", Date.from(executed)),
					mongock("failed", "ann", "FAILED").append("errorTrace", "out of gems"),
					mongock("rollback-failed", "ann", "FAILED"), mongock("rollback-failed", "ann", "ROLLBACK_FAILED"),
					mongock("only-before", "ann", "EXECUTED").append("type", "BEFORE_EXECUTION"),
					mongock("executed", "ann", "EXECUTED"), mongock("odd", "ann", "EXECUTED").append("state", 1)));
		assertThatItIsRun(id);
	}

	@ParameterizedTest
	@ValueSource(strings = { "migrate-mongo:20240601120000-add-roles.js", "migrate-mongo:20240601120000-add@roles.js",
			"migrate-mongo:20230101000000-old.js@old_changelog" })
	void whatMigrateMongoHasExecutedIsNotRunAgain(String id) {
		this.mongo.collection("changelog")
			.insertMany(List.of(new Document(), new Document("fileName", null).append("appliedAt", "yesterday"),
					migrateMongo("20240601120000-add-roles.js"), migrateMongo("20240601120000-add@roles.js")
						.append("fileHash", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")));
		this.mongo.collection("old_changelog").insertOne(migrateMongo("20230101000000-old.js"));
		assertThatItIsImported(id);
	}

	@Test
	void whatMigrateMongoHasNotExecutedIsRun() {
		this.mongo.collection("changelog").insertOne(migrateMongo("20240601120000-add-roles.js"));
		assertThatItIsRun("migrate-mongo:20240601120001-add-users.js");
	}

	@ParameterizedTest
	@ValueSource(strings = { "liquibase:" + ADD_ROLES + "::add-roles::ann", "liquibase:" + ADD_ROLES + "::rerun::ann",
			"liquibase:" + ADD_ROLES + "::synced::ann@example.com",
			"liquibase:" + ADD_ROLES + "::moved::ann@OLD_CHANGELOG" })
	void whatLiquibaseHasExecutedIsNotRunAgain(String id) {
		this.mongo.collection("DATABASECHANGELOG")
			.insertMany(List.of(new Document(), new Document("fileName", null).append("id", 1).append("author", 2),
					liquibase("add-roles", "ann", "EXECUTED"), liquibase("rerun", "ann", "RERAN"),
					liquibase("synced", "ann@example.com", "MARK_RAN")));
		this.mongo.collection("OLD_CHANGELOG").insertOne(liquibase("moved", "ann", "EXECUTED"));
		assertThatItIsImported(id);
	}

	@ParameterizedTest
	@ValueSource(strings = { "liquibase:" + ADD_ROLES + "::failed::ann", "liquibase:" + ADD_ROLES + "::skipped::ann",
			"liquibase:" + ADD_ROLES + "::executed::bob", "liquibase:other/" + ADD_ROLES + "::executed::ann" })
	void whatLiquibaseHasNotExecutedIsRun(String id) {
		this.mongo.collection("DATABASECHANGELOG")
			.insertMany(List.of(liquibase("failed", "ann", "FAILED"), liquibase("skipped", "ann", "SKIPPED"),
					liquibase("executed", "ann", "EXECUTED")));
		assertThatItIsRun(id);
	}

	@ParameterizedTest
	@CsvSource({ "classpath:db/changelog.xml, db/changelog.xml", "db/changelog.xml, classpath:db/changelog.xml",
			"/db/changelog.xml, db/changelog.xml", "db\\changelog.xml, db/changelog.xml",
			"classpath:/db/changelog.xml, db/changelog.xml", "db/changelog.xml, classpath:/db/changelog.xml" })
	void liquibasesFileIsFoundUnderEachOfItsNames(String named, String stored) {
		this.mongo.collection("DATABASECHANGELOG")
			.insertOne(liquibase("add-roles", "ann", "EXECUTED").append("fileName", stored));
		assertThatItIsImported("liquibase:" + named + "::add-roles::ann");
	}

	@ParameterizedTest
	@CsvSource({ "mongock:a/ann, mongockLock", "migrate-mongo:a.js, changelog_lock",
			"liquibase:db/changelog.xml::a::ann, DATABASECHANGELOGLOCK" })
	@ExtendWith(OutputCaptureExtension.class)
	void lockOfTheToolThatIsImportedFromIsSpokenOf(String id, String lock, CapturedOutput output) {
		this.mongo.collection(lock)
			.insertOne(new Document("status", "LOCK_HELD").append("locked", true)
				.append("expiresAt", Date.from(Instant.now().plusSeconds(60))));
		assertThatItIsRun(id);
		assertThat(output).containsOnlyOnce("The lock of another tool is held, in collection '%s'".formatted(lock));
	}

	@ParameterizedTest
	@CsvSource({ "mongock:a/ann, mongockLock", "liquibase:db/changelog.xml::a::ann, DATABASECHANGELOGLOCK" })
	@ExtendWith(OutputCaptureExtension.class)
	void lockThatIsFreeIsNotSpokenOf(String id, String lock, CapturedOutput output) {
		this.mongo.collection(lock)
			.insertOne(new Document("status", "LOCK_HELD").append("locked", false)
				.append("expiresAt", Date.from(Instant.now().minusSeconds(60))));
		assertThatItIsRun(id);
		assertThat(output).doesNotContain("The lock of another tool");
	}

	@Test
	void oneOfSeveralEntriesIsEnough() {
		this.mongo.collection("changelog").insertOne(migrateMongo("20240601120000-add-roles.js"));
		assertThatItIsImported("mongock:add-roles/ann", "migrate-mongo:20240601120000-add-roles.js");
	}

	@Test
	void importsAndExecutionsAreRecordedInTheOrderOfTheirVersions() {
		this.mongo.collection("mongockChangeLog")
			.insertMany(List.of(mongock("a", "ann", "EXECUTED"), mongock("c", "ann", "EXECUTED")));
		TestMigration[] migrations = { TestMigration.inserting("1").importing("mongock:a"),
				TestMigration.inserting("2").importing("mongock:b"),
				TestMigration.inserting("3").importing("mongock:c"), TestMigration.inserting("4") };
		try (TestRunner runner = TestRunner.on(this.mongo).with(migrations)) {
			assertThat(runner.migrate().executed()).containsExactly("2", "4");
			assertThat(runner.migrate().outcome()).isEqualTo(StoreResult.Outcome.UP_TO_DATE);
		}
		assertThat(this.mongo.history().find().sort(new Document("_id", 1)))
			.extracting((row) -> "%s %s %s".formatted(row.get("_id"), row.get("version"), row.get("type")))
			.containsExactly("1 1 IMPORT", "2 2 BEAN", "3 3 IMPORT", "4 4 BEAN");
	}

	@Test
	void whatIsImportedAfterAMigrationWithoutATransactionIsNotOpened() {
		this.mongo.collection("mongockChangeLog").insertOne(mongock("b", "ann", "EXECUTED"));
		try (TestRunner runner = TestRunner.on(this.mongo)
			.with(TestMigration.inserting("1").with(TransactionMode.NEVER),
					TestMigration.inserting("2").importing("mongock:b").with(TransactionMode.NEVER),
					TestMigration.inserting("3").with(TransactionMode.NEVER))) {
			assertThat(runner.migrate().executed()).containsExactly("1", "3");
		}
		assertThat(this.mongo.history().find()).extracting((row) -> row.getString("type"))
			.containsExactly("BEAN", "IMPORT", "BEAN");
	}

	@Test
	void planSaysWhatIsNotRun() {
		this.mongo.collection("changelog").insertOne(migrateMongo("20240601120000-add-roles.js"));
		try (TestRunner runner = TestRunner.on(this.mongo)
			.with(TestMigration.inserting("1").importing("migrate-mongo:20240601120000-add-roles.js"),
					TestMigration.inserting("2").importing("migrate-mongo:20240601120001-add-users.js"))) {
			assertThat(runner.store().plan(true).steps()).extracting((step) -> step.work().summary())
				.containsExactly("is recorded as applied and not run: migrate-mongo:20240601120000-add-roles.js was "
						+ "executed", "runs code, which cannot be looked at before");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "mongock:", "mongock:@", "mongock:@old_log", "flyway:1", "liquibase:path::id",
			"liquibase:path::id@collection", "liquibase:a::b::c::d", "migrate-mongo:a@", "add-roles", "" })
	void importThatNamesNothingIsNotOne(String id) {
		assertThat(ImportId.parse(id)).isEmpty();
	}

	private void assertThatItIsImported(String... ids) {
		String[] histories = { "mongockChangeLog", "old_log", "changelog", "old_changelog", "DATABASECHANGELOG",
				"OLD_CHANGELOG" };
		List<List<Document>> before = Arrays.stream(histories).map(this::content).toList();
		try (TestRunner runner = TestRunner.on(this.mongo).with(TestMigration.inserting("1").importing(ids))) {
			assertThat(runner.migrate().outcome()).isEqualTo(StoreResult.Outcome.UP_TO_DATE);
		}
		assertThat(content("applied")).isEmpty();
		assertThat(this.mongo.history().find()).singleElement()
			.satisfies((row) -> assertThat(row).containsEntry("type", "IMPORT")
				.containsEntry("state", "APPLIED")
				.containsEntry("version", "1")
				.containsEntry("checksum", "1")
				.containsEntry("reason", ids[ids.length - 1]));
		assertThat(Arrays.stream(histories).map(this::content)).isEqualTo(before);
	}

	private void assertThatItIsRun(String id) {
		try (TestRunner runner = TestRunner.on(this.mongo).with(TestMigration.inserting("1").importing(id))) {
			assertThat(runner.migrate().executed()).containsExactly("1");
		}
		assertThat(content("applied")).hasSize(1);
	}

	private List<Document> content(String collection) {
		return this.mongo.collection(collection).find().into(new ArrayList<>());
	}

	private static Document mongock(String id, String author, String state) {
		return new Document("_id", new ObjectId()).append("executionId", "2024-06-01T10:00:00.123-841")
			.append("changeId", id)
			.append("author", author)
			.append("timestamp", new Date())
			.append("state", state)
			.append("type", "EXECUTION")
			.append("changeLogClass", "com.example.changes.AddRoles")
			.append("changeSetMethod", "apply")
			.append("metadata", null)
			.append("executionMillis", 12L)
			.append("executionHostname", "orders-0")
			.append("errorTrace", null)
			.append("systemChange", false);
	}

	private static Document migrateMongo(String fileName) {
		return new Document("_id", new ObjectId()).append("fileName", fileName)
			.append("appliedAt", new Date())
			.append("migrationBlock", 1717236000000L);
	}

	private static Document liquibase(String id, String author, String execType) {
		return new Document("_id", new ObjectId()).append("id", id)
			.append("author", author)
			.append("fileName", ADD_ROLES)
			.append("dateExecuted", new Date())
			.append("orderExecuted", 1)
			.append("execType", execType)
			.append("md5sum", "9:d41d8cd98f00b204e9800998ecf8427e")
			.append("description", "createCollection collectionName=roles")
			.append("comments", "")
			.append("tag", null)
			.append("contexts", "")
			.append("labels", "")
			.append("deploymentId", "7236000123")
			.append("liquibase", "5.0.1");
	}

}
