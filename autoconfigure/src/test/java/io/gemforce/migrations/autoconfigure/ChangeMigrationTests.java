package io.gemforce.migrations.autoconfigure;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.DeclaredMongoMigration;
import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoChanges;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.run.RunOutcome;
import io.gemforce.migrations.store.AffectedCount;
import io.gemforce.migrations.store.Plan;
import io.gemforce.migrations.store.PlanStep;
import io.gemforce.migrations.store.RollbackTarget;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.SqlScripts;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Declared changes on their whole way: found, validated, planned, applied, recorded and
 * undone.
 */
@ExtendWith(TestDatabases.class)
class ChangeMigrationTests {

	private static final RollbackTarget TO_1 = to("1");

	private final MongoTestDatabase mongo;

	private final SqlScripts files;

	private final ApplicationContextRunner contextRunner;

	ChangeMigrationTests(MongoTestDatabase mongo, @TempDir Path folder) {
		this.mongo = mongo;
		this.files = new SqlScripts(folder);
		this.contextRunner = TestContexts.with(mongo)
			.withBean("renameWeight", RenameWeight.class)
			.withPropertyValues("gemforce.migrations.mongo.locations=file:" + folder);
		mongo.collection("gems")
			.insertMany(
					List.of(Document.parse("{_id: 1, weight: 5, old: 'a'}"), Document.parse("{_id: 2, weight: 6}")));
	}

	@Test
	void filesAndBeansAreAppliedInTheOrderOfTheirVersions() {
		this.files.write("V2__Drop_old.yaml", "changes: [removeField: {collection: gems, field: old}]")
			.write("V0.5__Add_status.json",
					"{\"changes\": [{\"addField\": {\"collection\": \"gems\", \"field\": \"status\", \"value\": 1}}]}");
		start((context) -> assertThat(context.getBean(Migrations.class).results()).singleElement()
			.satisfies((result) -> assertThat(result.executed()).containsExactly("0.5", "1", "2")));
		assertThat(gems()).containsExactly("{_id: 1, carat: 5, status: 1}", "{_id: 2, carat: 6, status: 1}");
		assertThat(rows()).extracting((row) -> "%s %s".formatted(row.get("type"), row.get("script")))
			.containsExactly("FILE V0.5__Add_status.json", "BEAN " + RenameWeight.class.getName(),
					"FILE V2__Drop_old.yaml");
		start((context) -> assertThat(context.getBean(Migrations.class).results()).singleElement()
			.satisfies((result) -> assertThat(result.outcome()).isEqualTo(StoreResult.Outcome.UP_TO_DATE)));
	}

	@Test
	void failedFileIsToldHowAFileSaysThatItCanBeRepeated() {
		this.files.write("V2__Run.yaml", """
				onInterrupted: stop
				changes:
				  - command: {up: {noSuchCommand: 1}, idempotent: true}
				""");
		for (ProblemCode code : List.of(ProblemCode.MIGRATION_FAILED, ProblemCode.INTERRUPTED)) {
			this.contextRunner.run((context) -> {
				StartFailure failure = StartFailure.of(context);
				assertThat(failure.code()).isEqualTo(code);
				assertThat(failure.action()).contains("declare 'onInterrupted: retry' in its file and start again");
			});
		}
	}

	@Test
	void undoFollowsFromTheDeclaration() {
		this.files.write("V2__Drop_old.yaml", "changes: [removeField: {collection: gems, field: old}]");
		List<String> before = gems();
		start((context) -> {
			RunOutcome outcome = rollback(context, to("0"));
			assertThat(outcome.failure()).isNull();
			assertThat(outcome.results()).singleElement()
				.satisfies((result) -> assertThat(result.executed()).containsExactly("2", "1"));
			assertThat(gems()).isEqualTo(before);
			assertThat(rollback(context, to("0")).results()).isEmpty();
		});
	}

	@Test
	void undoLeavesWhatHasBeenChangedSinceAndSaysSo() {
		this.files.write("V2__Drop_old.yaml", "changes: [removeField: {collection: gems, field: old}]");
		start((context) -> {
			this.mongo.collection("gems").updateOne(new Document("_id", 1), Document.parse("{$set: {old: 'mine'}}"));
			RunOutcome outcome = rollback(context, TO_1);
			assertThat(outcome.failure()).isNull();
			assertThat(outcome.results().get(0).notes()).singleElement().satisfies((problem) -> {
				assertThat(problem.code()).isEqualTo(ProblemCode.UNDO_CONFLICT);
				assertThat(problem.message()).contains("The undo of migration 2 left 1 document(s)");
			});
			assertThat(gems()).contains("{_id: 1, carat: 5, old: 'mine'}");
		});
	}

	@Test
	void migrationWithoutAnUndoRefusesTheWholeRollback() {
		this.files.write("V2__Run.yaml", """
				changes:
				  - command: {up: {ping: 1}, idempotent: true}
				""").write("V3__Drop_old.yaml", "changes: [removeField: {collection: gems, field: old}]");
		start((context) -> {
			MigrationException ex = catchThrowableOfType(MigrationException.class, () -> rollback(context, TO_1));
			assertThat(ex.getCode()).isEqualTo(ProblemCode.NO_DOWN);
			assertThat(ex.getDatabaseState()).isEqualTo("unchanged, nothing was undone");
			assertThat(rows()).hasSize(3);
			assertThat(context.getBean(Migrations.class).hold(StoreName.MONGO)).isEmpty();
		});
	}

	@Test
	void preimagesOlderThanTheRetentionAreDeletedAndMakeAMigrationIrreversible() {
		this.files.write("V2__Drop_old.yaml", "changes: [removeField: {collection: gems, field: old}]");
		start((context) -> assertThat(context.getBean(Migrations.class).planRollback(TO_1)).singleElement()
			.satisfies((plan) -> assertThat(plan.steps().get(0).undo().available()).isTrue()));
		this.files.write("V3__Add_status.yaml",
				"changes: [addField: {collection: gems, field: status, value: active}]");
		this.contextRunner.withPropertyValues("gemforce.migrations.mongo.preimage-retention=1ms").run((context) -> {
			MigrationException ex = catchThrowableOfType(MigrationException.class, () -> rollback(context, TO_1));
			assertThat(ex.getCode()).isEqualTo(ProblemCode.NO_DOWN);
			assertThat(ex).hasMessageContaining("Migration 2 (Drop old)")
				.hasMessageContaining("its pre-images were deleted because they had become too old");
		});
	}

	@Test
	void planCountsWhatWouldBeTouchedAndCreatesNothing() {
		this.files.write("V2__Drop_old.yaml", "changes: [removeField: {collection: gems, field: old}]");
		this.contextRunner.withPropertyValues("gemforce.migrations.mode=observe").run((context) -> {
			Plan plan = context.getBean(Migrations.class).plan(List.of(StoreName.MONGO), true);
			assertThat(plan.steps()).extracting(PlanStep::id, (step) -> step.work().touches())
				.containsExactly(tuple("1", new AffectedCount(2, false)), tuple("2", new AffectedCount(1, false)));
			assertThat(plan.steps().get(1).work().summary()).contains("remove field 'old'");
			assertThat(plan.steps().get(1).work().script()).contains("removeField: {collection: gems, field: old}");
		});
		assertThat(this.mongo.database().listCollectionNames()).containsExactly("gems");
	}

	@Test
	void fileAndBeanOfOneVersion() {
		this.files.write("V1__Also_first.yaml", "changes: [removeField: {collection: gems, field: old}]");
		this.contextRunner.run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.DUPLICATE_VERSION);
			assertThat(failure.description()).contains("2 migrations have version 1", "bean 'renameWeight'",
					"V1__Also_first.yaml");
		});
		assertThat(rows()).isEmpty();
	}

	@Test
	void allErrorsOfAllFilesAreToldAtOnce() {
		this.files.write("V2__Typo.yaml", """
				changes:
				  - renameField: {collection: gems, form: a, to: b}
				""").write("V3__Nothing.yaml", "").write("V4__Tab.yaml", "changes:\n\t- dropCollection: gems");
		this.contextRunner.run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.INVALID_DEFINITION);
			assertThat(failure.description()).contains("V2__Typo.yaml:2:", "'form'", "'from'", "V3__Nothing.yaml",
					"V4__Tab.yaml:2:", "Database state: unchanged");
		});
		assertThat(this.mongo.database().listCollectionNames()).containsExactly("gems");
	}

	@Test
	void appliedFileThatWasEditedStopsTheStart() {
		this.files.write("V2__Drop_old.yaml", "changes: [removeField: {collection: gems, field: old}]");
		start((context) -> assertThat(context).hasNotFailed());
		this.files.write("V2__Drop_old.yaml", "changes: [removeField: {collection: gems, field: older}]");
		this.contextRunner.run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.CHECKSUM_MISMATCH);
			assertThat(failure.description()).contains("V2__Drop_old.yaml");
		});
	}

	@Test
	void refusedChangeIsFinishedByTheNextStart() {
		this.files.write("V2__Rename.yaml", "changes: [renameField: {collection: gems, from: old, to: carat}]");
		this.contextRunner.run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.MIGRATION_FAILED);
			assertThat(failure.description()).contains(
					"Migration 2 (Rename) (V2__Rename.yaml) of store 'mongo' failed: Change 1",
					"2 document(s) of 'gems' have 'carat' already, for example 1, 2",
					"Database state: unchanged by migration 2");
			assertThat(failure.action()).contains("Remove or rename 'carat' in these documents first",
					"Then start again: it will run again");
		});
		assertThat(gems()).containsExactly("{_id: 1, carat: 5, old: 'a'}", "{_id: 2, carat: 6}");
		this.mongo.collection("gems").updateMany(new Document(), Document.parse("{$unset: {carat: 1}}"));
		start((context) -> assertThat(gems()).containsExactly("{_id: 1, carat: 'a'}", "{_id: 2}"));
		assertThat(rows()).extracting((row) -> row.getString("state")).containsExactly("APPLIED", "FAILED", "APPLIED");
	}

	private void start(Consumer<AssertableApplicationContext> consumer) {
		this.contextRunner.run((context) -> {
			assertThat(context).hasNotFailed();
			consumer.accept(context);
		});
	}

	private static RunOutcome rollback(AssertableApplicationContext context, RollbackTarget target) {
		return context.getBean(Migrations.class).rollback(target, null, "a test wants it");
	}

	private static RollbackTarget to(String version) {
		return new RollbackTarget.ToVersion(StoreName.MONGO, Version.parse(version).orElseThrow());
	}

	private List<String> gems() {
		return this.mongo.collection("gems")
			.find()
			.sort(new Document("_id", 1))
			.map((gem) -> new TreeMap<>(gem).toString()
				.replace('=', ':')
				.replace(":", ": ")
				.replaceAll(": ([a-z]\\w*)", ": '$1'"))
			.into(new ArrayList<>());
	}

	private List<Document> rows() {
		return this.mongo.history().find().sort(new Document("_id", 1)).into(new ArrayList<>());
	}

	@Migration(version = "1", description = "rename weight to carat")
	static class RenameWeight implements DeclaredMongoMigration {

		@Override
		public void changes(MongoChanges changes) {
			changes.renameField("gems", "weight", "carat");
		}

	}

}
