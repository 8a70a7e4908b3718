package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.ReversibleMongoMigration;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.mongo.history.MigrationHolds;
import io.gemforce.migrations.store.Hold;
import io.gemforce.migrations.store.PlanStep;
import io.gemforce.migrations.store.RollbackTarget;
import io.gemforce.migrations.store.ShutdownSignal;
import io.gemforce.migrations.store.StoreRollback;
import io.gemforce.migrations.support.MongoProxy;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for rolling back migrations that are beans, and for the hold that a rollback
 * leaves.
 */
@ExtendWith(TestDatabases.class)
class MongoRollbackTests {

	private final MongoTestDatabase mongo;

	MongoRollbackTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	void undoesTheNewestFirstAndRecordsEach() {
		try (TestRunner runner = migrated("1", "2", "3")) {
			StoreResult result = runner.rollback("1");
			assertThat(result.outcome()).isEqualTo(StoreResult.Outcome.ROLLED_BACK);
			assertThat(result.executed()).containsExactly("3", "2");
			assertThat(result.from()).isEqualTo("3");
			assertThat(result.to()).isEqualTo("1");
			assertThat(runner.state("3")).isEqualTo(MigrationState.HELD);
			assertThat(runner.state("1")).isEqualTo(MigrationState.APPLIED);
		}
		assertThat(inserted()).containsExactly("1");
		assertThat(rows()).containsExactly("1 UP APPLIED", "2 UP APPLIED", "3 UP APPLIED", "3 DOWN ROLLED_BACK",
				"2 DOWN ROLLED_BACK");
		assertThat(this.mongo.lock().find().first()).containsEntry("owner", null);
	}

	@Test
	void holdKeepsTheBuildFromApplyingItAgain() {
		try (TestRunner runner = migrated("1", "2")) {
			runner.rollback("1");
			assertThat(runner.store().hold()).hasValueSatisfying((hold) -> {
				assertThat(hold.version()).hasToString("1");
				assertThat(hold.reason()).isEqualTo("a test wants it");
				assertThat(hold.user()).isEqualTo("user");
			});
			assertThat(runner.migrate().outcome()).isEqualTo(StoreResult.Outcome.HELD);
			assertThat(runner.state("2")).isEqualTo(MigrationState.HELD);
			assertThat(runner.validate().pending()).isEmpty();
			assertThat(runner.validate().problems()).extracting(Problem::code).containsExactly(ProblemCode.HELD);
		}
		assertThat(inserted()).containsExactly("1");
	}

	@Test
	void releasedStoreIsMigratedAgain() {
		try (TestRunner runner = migrated("1", "2")) {
			runner.rollback("1");
			assertThat(runner.perform(new Operation(Operation.Kind.RELEASE_HOLD, null, "fixed", false))).singleElement()
				.asString()
				.startsWith("released the hold; the store was held at version 1 since ");
			assertThat(runner.migrate().executed()).containsExactly("2");
			assertThat(runner.perform(new Operation(Operation.Kind.RELEASE_HOLD, null, "again", false)))
				.containsExactly("there is no hold");
		}
		assertThat(inserted()).containsExactly("1", "2");
		assertThat(this.mongo.history().find(new Document("description", "release-hold")).first())
			.containsEntry("type", "MARK")
			.containsEntry("reason", "fixed");
	}

	@Test
	void buildWithoutAnythingPastTheHoldRunsAsUsual() {
		try (TestRunner runner = migrated("1", "2")) {
			runner.rollback("1");
		}
		try (TestRunner older = TestRunner.on(this.mongo).with(reversible("1"))) {
			assertThat(older.migrate().outcome()).isEqualTo(StoreResult.Outcome.UP_TO_DATE);
			assertThat(older.validate().problems()).isEmpty();
			assertThat(older.store().hold()).isPresent();
		}
	}

	@Test
	void buildWithAMigrationNewerThanAllThatWasRolledBackLiftsTheHold() {
		try (TestRunner runner = migrated("1", "2", "3")) {
			runner.rollback("1");
		}
		try (TestRunner stillHeld = TestRunner.on(this.mongo).with(reversible("1"), reversible("2"))) {
			assertThat(stillHeld.migrate().outcome()).isEqualTo(StoreResult.Outcome.HELD);
		}
		try (TestRunner newer = TestRunner.on(this.mongo)
			.with(reversible("1"), reversible("2"), reversible("3"), reversible("4"))) {
			assertThat(newer.migrate().executed()).containsExactly("2", "3", "4");
			assertThat(newer.store().hold()).isEmpty();
		}
		assertThat(inserted()).containsExactly("1", "2", "3", "4");
	}

	@Test
	void everythingOfOneRunIsUndone() {
		migrated("1", "2").close();
		MigrationRun run;
		try (TestRunner runner = TestRunner.on(this.mongo)
			.with(reversible("1"), reversible("2"), reversible("3"), reversible("4"))) {
			run = runner.run();
			runner.migrate(run);
			StoreRollback plan = runner.store().planRollback(new RollbackTarget.OfRuns(Set.of(run.id())));
			assertThat(plan.steps()).extracting(PlanStep::id).containsExactly("4", "3");
			assertThat(plan.version()).hasToString("2");
			assertThat(plan.applicationVersion()).isEqualTo("1.4.0");
			assertThat(runner.rollback(new RollbackTarget.OfRuns(Set.of(run.id()))).executed()).containsExactly("4",
					"3");
			assertThat(runner.store().hold()).map(Hold::version).map(Version::toString).hasValue("2");
		}
		assertThat(inserted()).containsExactly("1", "2");
	}

	@Test
	void nothingIsSkipped() {
		MigrationRun first;
		try (TestRunner runner = TestRunner.on(this.mongo).with(reversible("1"))) {
			first = runner.run();
			runner.migrate(first);
		}
		try (TestRunner runner = migrated("1", "2")) {
			MigrationException ex = catchThrowableOfType(MigrationException.class,
					() -> runner.rollback(new RollbackTarget.OfRuns(Set.of(first.id()))));
			assertThat(ex.getCode()).isEqualTo(ProblemCode.DEPENDENCY_BLOCKED);
			assertThat(ex).hasMessageContaining("Migration 2 (migration 2) of store 'mongo' was applied after what is");
			assertThat(runner.store().hold()).isEmpty();
		}
		assertThat(inserted()).containsExactly("1", "2");
	}

	@Test
	void whatIsAppliedAgainCanBeUndoneAgain() {
		try (TestRunner runner = migrated("1", "2")) {
			for (int round = 0; round < 3; round++) {
				assertThat(runner.rollback("1").executed()).containsExactly("2");
				assertThat(runner.rollback("1").outcome()).isEqualTo(StoreResult.Outcome.UP_TO_DATE);
				runner.perform(new Operation(Operation.Kind.RELEASE_HOLD, null, null, false));
				assertThat(runner.migrate().executed()).containsExactly("2");
			}
		}
		assertThat(inserted()).containsExactly("1", "2");
	}

	@Test
	void migrationWithoutAnUndoSaysSo() {
		try (TestRunner runner = TestRunner.on(this.mongo).with(TestMigration.inserting("1"), reversible("2"))) {
			runner.migrate();
			StoreRollback plan = runner.store()
				.planRollback(new RollbackTarget.ToVersion(StoreName.MONGO, version("0")));
			assertThat(plan.steps()).extracting((step) -> step.undo().available()).containsExactly(true, false);
			assertThat(plan.steps().get(1).undo().reason())
				.isEqualTo("its class does not implement ReversibleMongoMigration");
		}
	}

	@Test
	void migrationThatIsNotInThisBuildIsNotUndone() {
		migrated("1", "2").close();
		try (TestRunner older = TestRunner.on(this.mongo).with(reversible("1"))) {
			MigrationException ex = catchThrowableOfType(MigrationException.class, () -> older.rollback("1"));
			assertThat(ex.getCode()).isEqualTo(ProblemCode.NO_DOWN);
			assertThat(ex.getAction()).isEqualTo("Roll back with the build that has it");
			assertThat(older.store().hold()).isEmpty();
		}
		assertThat(inserted()).containsExactly("1", "2");
	}

	@Test
	void versionThatTheHistoryBeginsWithIsNotUndone() {
		try (TestRunner runner = TestRunner.on(this.mongo)
			.policy(TestRunner.policy(null, "1"))
			.with(reversible("1"), reversible("2"))) {
			runner.migrate();
			StoreRollback plan = runner.store()
				.planRollback(new RollbackTarget.ToVersion(StoreName.MONGO, version("0")));
			assertThat(plan.steps()).extracting((step) -> step.undo().available()).containsExactly(true, false);
		}
	}

	@Test
	@RequiresReplicaSet("transactions")
	void failedUndoInATransactionLeavesTheMigrationAppliedAndNoHold() {
		try (TestRunner runner = TestRunner.on(this.mongo).with(reversible("1"), failingUndo("2"))) {
			runner.migrate();
			MigrationException ex = catchThrowableOfType(MigrationException.class, () -> runner.rollback("1"));
			assertThat(ex.getCode()).isEqualTo(ProblemCode.MIGRATION_FAILED);
			assertThat(ex.getDatabaseState()).contains("what the undo of migration 2 did was rolled back");
			assertThat(runner.store().hold()).isEmpty();
			assertThat(runner.validate().errors()).isEmpty();
			assertThat(runner.validate().pending()).isEmpty();
			assertThat(runner.migrate().outcome()).isEqualTo(StoreResult.Outcome.UP_TO_DATE);
		}
		assertThat(inserted()).containsExactly("1", "2");
		assertThat(rows()).containsExactly("1 UP APPLIED", "2 UP APPLIED", "2 DOWN FAILED");
	}

	@Test
	@RequiresReplicaSet("transactions")
	void holdStaysIfItIsNotKnownWhetherTheUndoWasCommitted() {
		migrated("1").close();
		// An hour is a minute, so that it need not be waited for
		try (MongoProxy proxy = MongoProxy.to(this.mongo);
				TestRunner runner = TestRunner.on(proxy.uri(), this.mongo.name())
					.lease(Duration.ofHours(1))
					.nanoTime(() -> 60 * System.nanoTime())
					.with(reversible("1"))) {
			proxy.refuse(WireStep.COMMIT);
			proxy.refuse((command) -> WireStep.CLOSE_ROW.test(command) && !command.containsKey("autocommit"));
			MigrationException ex = catchThrowableOfType(MigrationException.class, () -> runner.rollback("0"));
			assertThat(ex.getDatabaseState()).contains("it is not known whether the undo of migration 1 was committed");
		}
		assertThat(this.mongo.collection("migration_hold").countDocuments()).isOne();
	}

	@Test
	void rollbackThatIsStoppedBeforeItHasUndoneAnythingLeavesNoHold() throws Exception {
		migrated("1").close();
		ShutdownSignal stop = new ShutdownSignal();
		try (MongoProxy proxy = MongoProxy.to(this.mongo);
				TestRunner runner = TestRunner.on(proxy.uri(), this.mongo.name()).stop(stop).with(reversible("1"))) {
			MongoProxy.Hold opening = proxy.holdCommand(WireStep.OPEN_ROW);
			CompletableFuture<MigrationException> failure = CompletableFuture
				.supplyAsync(() -> catchThrowableOfType(MigrationException.class, () -> runner.rollback("0")));
			opening.await();
			assertThat(this.mongo.collection("migration_hold").countDocuments()).isOne();
			// An insert that arrives late takes the rank
			this.mongo.history()
				.insertOne(new Document("_id", 2L).append("version", "0")
					.append("state", "RUNNING")
					.append("runId", "given up")
					.append("fence", 0L));
			stop.stop();
			opening.letGo();
			assertThat(failure.get(30, TimeUnit.SECONDS).getCode()).isEqualTo(ProblemCode.SHUTTING_DOWN);
		}
		assertThat(this.mongo.collection("migration_hold").countDocuments()).isZero();
		assertThat(inserted()).containsExactly("1");
	}

	@Test
	void holdThatIsTakenAwayIsTheOneThatWasSeen() {
		MigrationHolds holds = new MigrationHolds(this.mongo.collection("migration_hold"));
		Hold seen = hold(1);
		Hold newer = hold(2);
		holds.put(newer);
		holds.remove(seen);
		holds.replace(seen, hold(3));
		assertThat(holds.find()).contains(newer);
		holds.remove(newer);
		assertThat(holds.find()).isEmpty();
	}

	@Test
	void holdThatSomebodyWroteByHandCanBeTakenAway() {
		this.mongo.collection("migration_hold").insertOne(new Document("_id", "mongo").append("version", "1"));
		MigrationHolds holds = new MigrationHolds(this.mongo.collection("migration_hold"));
		holds.remove(holds.find().orElseThrow());
		assertThat(holds.find()).isEmpty();
	}

	private static Hold hold(long second) {
		return new Hold(StoreName.MONGO, Version.parse("1").orElseThrow(), null, null, Instant.ofEpochSecond(second));
	}

	@Test
	void undoThatMayBeDoneInPartStopsTheStartUntilItIsFinished() {
		TestMigration half = failingUndo("2").with(TransactionMode.NEVER).with(OnInterrupted.RETRY);
		try (TestRunner runner = TestRunner.on(this.mongo).with(reversible("1"), half)) {
			runner.migrate();
			MigrationException failed = catchThrowableOfType(MigrationException.class, () -> runner.rollback("1"));
			assertThat(failed.getAction()).contains("roll back again");
			assertThat(runner.store().hold()).isPresent();
			MigrationException ex = catchThrowableOfType(MigrationException.class, runner::migrate);
			assertThat(ex.getCode()).isEqualTo(ProblemCode.INTERRUPTED);
			assertThat(ex).hasMessageContaining("The last undo of migration 2 (migration 2) (com.example.V2) failed");
		}
		try (TestRunner fixed = TestRunner.on(this.mongo)
			.with(reversible("1"), reversible("2").with(TransactionMode.NEVER).with(OnInterrupted.RETRY))) {
			assertThat(fixed.rollback("1").executed()).containsExactly("2");
			assertThat(fixed.migrate().outcome()).isEqualTo(StoreResult.Outcome.HELD);
		}
		assertThat(inserted()).containsExactly("1");
	}

	@Test
	void undoThatCannotBeRepeatedIsFinishedByHand() {
		TestMigration half = failingUndo("2").with(TransactionMode.NEVER).with(OnInterrupted.STOP);
		try (TestRunner runner = TestRunner.on(this.mongo).with(reversible("1"), half)) {
			runner.migrate();
			catchThrowableOfType(MigrationException.class, () -> runner.rollback("1"));
			StoreRollback plan = runner.store()
				.planRollback(new RollbackTarget.ToVersion(StoreName.MONGO, version("1")));
			assertThat(plan.steps()).singleElement()
				.satisfies((step) -> assertThat(step.undo().reason()).contains("finish it by hand"));
			runner.perform(new Operation(Operation.Kind.MARK_ROLLED_BACK, version("2"), "finished", false));
			assertThat(runner.state("2")).isEqualTo(MigrationState.HELD);
		}
	}

	@Test
	void rollbackWaitsForAnInstanceThatMigrates() throws Exception {
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		TestMigration slow = TestMigration.of("2", new Insertion("2", false) {

			@Override
			public void up(MongoMigrationContext mongo) {
				super.up(mongo);
				begun.countDown();
				awaitUninterruptibly(goOn);
			}

		});
		migrated("1").close();
		try (TestRunner migrating = TestRunner.on(this.mongo).with(reversible("1"), slow);
				TestRunner undoing = TestRunner.on(this.mongo).with(reversible("1"), reversible("2"))) {
			CompletableFuture<StoreResult> migration = CompletableFuture.supplyAsync(migrating::migrate);
			begun.await();
			CompletableFuture<StoreResult> rollback = CompletableFuture.supplyAsync(() -> undoing.rollback("0"));
			Awaitility.await().until(() -> undoing.store().lock().held() && !rollback.isDone() && !migration.isDone());
			goOn.countDown();
			assertThat(migration.get(1, TimeUnit.MINUTES).executed()).containsExactly("2");
			assertThat(rollback.get(1, TimeUnit.MINUTES).executed()).containsExactly("2", "1");
		}
		assertThat(inserted()).isEmpty();
	}

	@Test
	void planChangesNothing() {
		try (TestRunner runner = TestRunner.on(this.mongo).with(reversible("1"))) {
			assertThat(runner.store().plan(true).steps()).singleElement().satisfies((step) -> {
				assertThat(step.id()).isEqualTo("1");
				assertThat(step.undo().available()).isTrue();
				assertThat(step.heldBack()).isEmpty();
			});
		}
		assertThat(this.mongo.database().listCollectionNames()).isEmpty();
	}

	@Test
	void planSaysWhatIsHeldBackAndWhy() {
		try (TestRunner runner = migrated("1", "2")) {
			runner.rollback("1");
			assertThat(runner.store().plan(true).steps()).singleElement()
				.satisfies((step) -> assertThat(step.heldBack()).singleElement()
					.asString()
					.startsWith("held at version 1 since ")
					.endsWith(" by user: a test wants it"));
		}
	}

	private static void awaitUninterruptibly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private TestRunner migrated(String... versions) {
		TestMigration[] migrations = new TestMigration[versions.length];
		for (int i = 0; i < versions.length; i++) {
			migrations[i] = reversible(versions[i]);
		}
		TestRunner runner = TestRunner.on(this.mongo).lease(Duration.ofSeconds(5)).with(migrations);
		runner.migrate();
		return runner;
	}

	private static TestMigration reversible(String version) {
		return TestMigration.of(version, new Insertion(version, false));
	}

	private static TestMigration failingUndo(String version) {
		return TestMigration.of(version, new Insertion(version, true));
	}

	private static Version version(String text) {
		return Version.parse(text).orElseThrow();
	}

	private List<String> inserted() {
		return this.mongo.collection("applied")
			.find()
			.map((document) -> document.getString("version"))
			.into(new ArrayList<>())
			.stream()
			.sorted()
			.toList();
	}

	private List<String> rows() {
		return this.mongo.history()
			.find()
			.sort(new Document("_id", 1))
			.map((row) -> "%s %s %s".formatted(row.get("version"), row.get("direction"), row.get("state")))
			.into(new ArrayList<>());
	}

	private static class Insertion implements ReversibleMongoMigration {

		private final String version;

		private final boolean failingUndo;

		Insertion(String version, boolean failingUndo) {
			this.version = version;
			this.failingUndo = failingUndo;
		}

		@Override
		public void up(MongoMigrationContext mongo) {
			mongo.collection("applied").insertOne(new Document("version", this.version));
		}

		@Override
		public void down(MongoMigrationContext mongo) {
			mongo.collection("applied").deleteOne(new Document("version", this.version));
			if (this.failingUndo) {
				mongo.collection("applied").insertOne(new Document("version", this.version));
				throw new IllegalStateException("no luck");
			}
		}

	}

}
