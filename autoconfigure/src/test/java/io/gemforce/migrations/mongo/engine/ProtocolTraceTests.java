package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import com.mongodb.MongoException;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.support.FailPoint;
import io.gemforce.migrations.support.MongoProxy;
import io.gemforce.migrations.support.MongoProxy.Hold;
import io.gemforce.migrations.support.MongoServers;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The counterexamples that the protocol's safeguards prevent, forced step by step: each
 * test fails if the safeguard is taken away. A and B are runners, A's clock stands still,
 * so that nothing but the history tells it that it has lost the lock.
 */
@ExtendWith(TestDatabases.class)
class ProtocolTraceTests {

	private static final Duration SHORT = Duration.ofSeconds(1);

	private static final int NO_SUCH_TRANSACTION = 251;

	private final MongoTestDatabase mongo;

	private final MongoProxy beforeA;

	private final MongoProxy beforeB;

	private final List<TestRunner> runners = new ArrayList<>();

	ProtocolTraceTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
		this.beforeA = MongoProxy.to(mongo);
		this.beforeB = MongoProxy.to(mongo);
	}

	@AfterEach
	void close() {
		this.beforeA.close();
		this.beforeB.close();
		this.runners.forEach(TestRunner::close);
	}

	static Stream<MigrationKind> kinds() {
		return MigrationKind.all();
	}

	/**
	 * T1.
	 */
	@ParameterizedTest
	@MethodSource("kinds")
	void frozenHolderThatWakesAfterTheMarkWritesNothing(MigrationKind kind) throws Exception {
		Hold acquired = this.beforeA.holdReply(Step.ACQUIRE);
		CompletableFuture<StoreResult> a = migrateAsA(kind, "1");
		acquired.await();
		Hold reread = this.beforeA.holdCommand(Step.READ_HISTORY);
		freeze();
		acquired.letGo();
		reread.await();
		Hold marked = this.beforeB.holdReply(Step.MARK);
		CompletableFuture<StoreResult> b = migrateAsB(kind, "1");
		marked.await();
		reread.letGo();
		assertThat(failure(a)).satisfies((ex) -> {
			assertThat(ex.getCode()).isEqualTo(ProblemCode.LOCK_LOST);
			assertThat(ex).hasMessageContaining("fence 2 in the history is higher than this runner's, which is 1");
		});
		assertThat(this.beforeA.commands()).noneMatch(Step.OPEN_ROW).noneMatch(Step.WORK);
		marked.letGo();
		assertThat(result(b).executed()).containsExactly("1");
		assertThatEachIsAppliedOnce("1");
	}

	/**
	 * What T1 becomes if the MARK does not come before the closing.
	 */
	@Test
	@RequiresReplicaSet("transactions")
	void rowThatAFrozenHolderOpensBeforeTheMarkIsClosed() throws Exception {
		Hold opening = this.beforeA.holdCommand(Step.OPEN_ROW);
		CompletableFuture<StoreResult> a = migrateAsA(MigrationKind.TRANSACTIONAL, "1");
		opening.await();
		freeze();
		Hold marking = this.beforeB.holdCommand(Step.MARK);
		CompletableFuture<StoreResult> b = migrateAsB(MigrationKind.TRANSACTIONAL, "1");
		marking.await();
		Hold closing = this.beforeA.holdCommand(Step.CLOSE_ROW);
		opening.letGo();
		closing.await();
		Hold closedLeftOpen = this.beforeB.holdReply(Step.CLOSE_LEFT_OPEN);
		marking.letGo();
		closedLeftOpen.await();
		closing.letGo();
		assertThat(failure(a).getCode()).isEqualTo(ProblemCode.LOCK_LOST);
		closedLeftOpen.letGo();
		assertThat(result(b).executed()).containsExactly("1");
		assertThat(rows()).extracting((row) -> "%s %s".formatted(row.get("version"), row.get("state")))
			.containsExactly("1 INTERRUPTED", "null INTERRUPTED", "1 APPLIED");
		assertThatEachIsAppliedOnce("1");
	}

	/**
	 * T2, with a transaction: a commit was executed, its reply was lost, and the server
	 * no longer knows the transaction.
	 */
	@Test
	@RequiresReplicaSet("transactions")
	void commitWhoseReplyWasLostIsNotTakenForALoss() throws Exception {
		Hold committed = this.beforeA.holdReply(Step.COMMIT);
		CompletableFuture<StoreResult> a = migrate(
				TestRunner.on(this.beforeA.uri(), this.mongo.name()).appName(this.mongo.name()),
				MigrationKind.TRANSACTIONAL, "1", "2");
		committed.await();
		try (FailPoint failPoint = FailPoint.on(this.mongo.client(), this.mongo.name(), 1, "commitTransaction")
			.withErrorCode(NO_SUCH_TRANSACTION, "TransientTransactionError")) {
			committed.lose();
			assertThat(result(a).executed()).containsExactly("1", "2");
		}
		assertThat(this.beforeA.commands()).filteredOn(Step.READ_ROW).hasSize(1);
		assertThatEachIsAppliedOnce("1", "2");
	}

	/**
	 * T2, without a transaction: the closing was executed, its reply was lost, as often
	 * as the driver sends it.
	 */
	@Test
	void closingWhoseReplyWasLostIsNotTakenForALoss() throws Exception {
		List<Hold> closed = this.beforeA.holdReplies(Step.CLOSE_ROW, sendsOfTheDriver());
		CompletableFuture<StoreResult> a = migrateAsA(MigrationKind.STOP, "1", "2");
		lose(closed);
		assertThat(result(a).executed()).containsExactly("1", "2");
		assertThat(this.beforeA.commands()).filteredOn(Step.READ_ROW).hasSize(1);
		assertThatEachIsAppliedOnce("1", "2");
		assertThat(owner()).isNull();
	}

	/**
	 * T3: A has given up and its lock is free, and its insert arrives between B's reading
	 * and B's insert.
	 */
	@ParameterizedTest
	@MethodSource("kinds")
	void rankThatALateInsertHasTakenIsNotTakenForALoss(MigrationKind kind) throws Exception {
		Hold late = giveUpWithAnInsertOnItsWay(kind);
		this.mongo.lock().updateOne(new Document(), new Document("$set", new Document("owner", null)));
		Hold opening = this.beforeB.holdCommand(Step.OPEN_ROW);
		CompletableFuture<StoreResult> b = migrateAsB(kind, "1");
		opening.await();
		late.execute();
		opening.letGo();
		assertThatBGoesOnAfterALateInsert(kind, b);
		assertThat(rows().get(0)).containsEntry("fence", 1L).containsEntry("state", "INTERRUPTED");
	}

	/**
	 * T3 as it can happen to this runner, which does not release the lock while an insert
	 * may be on its way: the insert arrives between B's reading and B's MARK.
	 */
	@Test
	void rankOfTheMarkThatALateInsertHasTakenIsNotTakenForALoss() throws Exception {
		MigrationKind kind = MigrationKind.RETRY;
		Hold late = giveUpWithAnInsertOnItsWay(kind);
		assertThat(owner()).isNotNull();
		Hold marking = this.beforeB.holdCommand(Step.MARK);
		CompletableFuture<StoreResult> b = migrateAsB(kind, "1");
		marking.await();
		late.execute();
		marking.letGo();
		assertThatBGoesOnAfterALateInsert(kind, b);
	}

	private Hold giveUpWithAnInsertOnItsWay(MigrationKind kind) throws Exception {
		Hold late = this.beforeA.holdCommand(Step.OPEN_ROW);
		CompletableFuture<StoreResult> a = migrateAsA(kind, "1");
		late.await();
		this.beforeA.refuse(Step.OPEN_ROW);
		late.cutClientOff();
		assertThat(failure(a).getCode()).isEqualTo(ProblemCode.STORE_UNREACHABLE);
		return late;
	}

	private void assertThatBGoesOnAfterALateInsert(MigrationKind kind, CompletableFuture<StoreResult> b)
			throws Exception {
		if (kind == MigrationKind.STOP) {
			assertThat(failure(b).getCode()).isEqualTo(ProblemCode.INTERRUPTED);
			assertThat(MigrationKind.executed(this.mongo)).isEmpty();
		}
		else {
			assertThat(result(b).executed()).containsExactly("1");
			assertThatEachIsAppliedOnce("1");
		}
		assertThat(this.mongo.history().countDocuments(new Document("state", "RUNNING"))).isZero();
		assertThat(owner()).isNull();
	}

	/**
	 * T4 and T5: an election could take back what a read without majority has seen.
	 */
	@Test
	void everyReadOfHistoryAndLockSeesOnlyWhatAnElectionCannotTakeBack() throws Exception {
		sendEveryStep();
		List<BsonDocument> commands = Stream.concat(this.beforeA.commands().stream(), this.beforeB.commands().stream())
			.filter(Step::isAboutHistoryOrLock)
			.toList();
		assertThat(commands).anyMatch(Step.READ_HISTORY)
			.anyMatch(Step.READ_ROW)
			.anyMatch(Step.LOOK)
			.anyMatch(Step.TAKE_OVER)
			.anyMatch(Step.MARK)
			.anyMatch(Step.CLOSE_LEFT_OPEN)
			.anyMatch(Step.RELEASE);
		assertThat(commands).extracting(BsonDocument::getFirstKey)
			.containsOnly("find", "findAndModify", "insert", "update");
		assertThat(commands).filteredOn((command) -> command.getFirstKey().equals("find")).allSatisfy((command) -> {
			assertThat(command.getDocument("readConcern").get("level")).isEqualTo(new BsonString("majority"));
			assertThat(isOnThePrimary(command)).isTrue();
		});
		assertThat(commands).filteredOn((command) -> !command.getFirstKey().equals("find"))
			.filteredOn((command) -> !command.containsKey("autocommit"))
			.allSatisfy((command) -> assertThat(command.getDocument("writeConcern").get("w"))
				.isEqualTo(new BsonString("majority")));
	}

	// A is a holder that dies in its second migration, B waits, takes over, and loses a
	// reply
	private void sendEveryStep() throws Exception {
		MigrationKind kind = MigrationKind.all().findFirst().orElseThrow();
		Hold dead = this.beforeA.holdCommand(Step.COMMIT.or(Step.CLOSE_ROW));
		CompletableFuture<StoreResult> a = migrateAsA(kind, "1");
		dead.await();
		freeze();
		List<Hold> closed = this.beforeB.holdReplies(
				(command) -> Step.CLOSE_ROW.test(command) && !command.containsKey("autocommit"), sendsOfTheDriver());
		CompletableFuture<StoreResult> b = migrate(TestRunner.on(this.beforeB.uri(), this.mongo.name()).lease(SHORT),
				MigrationKind.RETRY, "1");
		lose(closed);
		result(b);
		dead.letGo();
		failure(a);
	}

	private static boolean isOnThePrimary(BsonDocument command) {
		BsonDocument preference = command.getDocument("$readPreference", new BsonDocument());
		// Of a server that a client connects to directly, the driver says so to be
		// allowed
		// to read from it whatever it is
		return preference.isEmpty() || preference.get("mode").equals(new BsonString("primary"))
				|| preference.get("mode").equals(new BsonString("primaryPreferred"));
	}

	@Test
	@RequiresReplicaSet("transactions")
	void readsInATransactionAreOfOneSnapshotThatIsCommittedWithMajority() throws Exception {
		result(migrateAsA(MigrationKind.TRANSACTIONAL, "1"));
		assertThat(this.beforeA.commands()).filteredOn((command) -> command.containsKey("startTransaction"))
			.singleElement()
			.satisfies((command) -> assertThat(command.getDocument("readConcern").get("level"))
				.isEqualTo(new BsonString("snapshot")));
		assertThat(this.beforeA.commands()).filteredOn(Step.COMMIT)
			.singleElement()
			.satisfies((command) -> assertThat(command.getDocument("writeConcern").get("w"))
				.isEqualTo(new BsonString("majority")));
	}

	@Test
	@RequiresReplicaSet("transactions")
	void commitThatArrivesBetweenTakeoverAndClosingCounts() throws Exception {
		Hold committing = this.beforeA.holdCommand(Step.COMMIT);
		CompletableFuture<StoreResult> a = migrateAsA(MigrationKind.TRANSACTIONAL, "1");
		committing.await();
		freeze();
		Hold killing = this.beforeB.holdCommand(Step.KILL_SESSIONS);
		CompletableFuture<StoreResult> b = migrateAsB(MigrationKind.TRANSACTIONAL, "1", "2");
		killing.await();
		committing.execute();
		assertThat(result(a).executed()).containsExactly("1");
		killing.letGo();
		assertThat(result(b).executed()).containsExactly("2");
		assertThatEachIsAppliedOnce("1", "2");
	}

	@Test
	@RequiresReplicaSet("transactions")
	void rollbackIsNotClaimedWhenTheLockIsLostAfterACommitWhoseReplyWasLost() throws Exception {
		Hold committed = this.beforeA.holdReply(Step.COMMIT);
		CompletableFuture<StoreResult> a = migrate(
				TestRunner.on(this.beforeA.uri(), this.mongo.name()).lease(SHORT).appName(this.mongo.name()),
				MigrationKind.TRANSACTIONAL, "1");
		committed.await();
		this.mongo.lock().updateOne(new Document(), new Document("$set", new Document("owner", "b")));
		this.beforeA.holdReply(Step.BEAT).execute();
		try (FailPoint failPoint = FailPoint.on(this.mongo.client(), this.mongo.name(), 1, "commitTransaction")
			.withErrorCode(NO_SUCH_TRANSACTION, "TransientTransactionError")) {
			committed.lose();
			MigrationException ex = failure(a);
			assertThat(ex.getCode()).isEqualTo(ProblemCode.LOCK_LOST);
			assertThat(ex.getDatabaseState()).contains("it is not known whether migration 1 was committed");
		}
	}

	@Test
	void acquireWhoseReplyWasLostIsAnAcquire() throws Exception {
		List<Hold> acquired = this.beforeA.holdReplies(Step.ACQUIRE, sendsOfTheDriver());
		CompletableFuture<StoreResult> a = migrateAsA(MigrationKind.STOP, "1");
		lose(acquired);
		assertThat(result(a).executed()).containsExactly("1");
		assertThat(this.beforeA.commands()).anyMatch(Step.LOOK).anyMatch(Step.MARK);
		assertThatEachIsAppliedOnce("1");
		assertThat(this.mongo.lock().find().first()).containsEntry("fence", 1L).containsEntry("owner", null);
	}

	@Test
	void openedRowWhoseReplyWasLostIsOpen() throws Exception {
		List<Hold> opened = this.beforeA.holdReplies(Step.OPEN_ROW, sendsOfTheDriver());
		CompletableFuture<StoreResult> a = migrateAsA(MigrationKind.STOP, "1");
		lose(opened);
		assertThat(result(a).executed()).containsExactly("1");
		assertThat(rows()).singleElement().satisfies((row) -> assertThat(row).containsEntry("state", "APPLIED"));
		assertThatEachIsAppliedOnce("1");
	}

	@Test
	void lockIsNotReleasedWhileACommandMayBeOnItsWay() throws Exception {
		List<Hold> worked = this.beforeA.holdReplies(Step.SECOND_WORK, sendsOfTheDriver());
		CompletableFuture<StoreResult> a = migrateAsA(MigrationKind.RETRY, "1");
		lose(worked);
		MigrationException ex = failure(a);
		assertThat(ex.getCode()).isEqualTo(ProblemCode.MIGRATION_FAILED);
		assertThat(ex.getDatabaseState()).contains("the outcome of its last command is unknown");
		assertThat(rows()).singleElement().satisfies((row) -> {
			assertThat(row).containsEntry("state", "FAILED");
			assertThat(row.get("error", Document.class).getString("message")).startsWith("outcome unknown: ");
		});
		assertThat(owner()).isNotNull();
		assertThat(result(migrateAsB(MigrationKind.RETRY, "1")).executed()).containsExactly("1");
		assertThat(this.beforeB.commands()).anyMatch(Step.TAKE_OVER);
		assertThatEachIsAppliedOnce("1");
	}

	@Test
	void migrationThatOverlooksAnUnknownOutcomeIsNotApplied() throws Exception {
		List<Hold> worked = this.beforeA.holdReplies(Step.WORK, sendsOfTheDriver());
		TestMigration careless = TestMigration.of("1", (context) -> {
			try {
				context.collection("applied").insertOne(new Document("_id", "1a"));
			}
			catch (MongoException ex) {
				// It may have been inserted, or not yet
			}
		}).with(TransactionMode.NEVER);
		CompletableFuture<StoreResult> a = migrate(TestRunner.on(this.beforeA.uri(), this.mongo.name()), careless);
		lose(worked);
		assertThat(failure(a)).hasMessageContaining("a write was not answered");
		assertThat(rows()).singleElement().satisfies((row) -> assertThat(row).containsEntry("state", "FAILED"));
		assertThat(owner()).isNotNull();
	}

	@Test
	void readThatIsNotAnsweredLeavesNothingUnknown() throws Exception {
		List<Hold> counted = this.beforeA.holdReplies(Step.WORK, 2);
		TestMigration reading = TestMigration.of("1", (context) -> {
			try {
				context.collection("applied").find().first();
			}
			catch (MongoException ex) {
				context.collection("applied").find().first();
			}
		}).with(TransactionMode.NEVER);
		CompletableFuture<StoreResult> a = migrate(TestRunner.on(this.beforeA.uri(), this.mongo.name()), reading);
		lose(counted);
		assertThat(result(a).executed()).containsExactly("1");
		assertThat(owner()).isNull();
	}

	@Test
	void failureOfAThreadThatWasInterruptedIsOnRecord() throws Exception {
		TestMigration interrupted = TestMigration.of("1", (context) -> {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("interrupted");
		});
		CompletableFuture<StoreResult> a = migrate(TestRunner.on(this.beforeA.uri(), this.mongo.name()), interrupted);
		assertThat(failure(a)).hasMessageContaining("IllegalStateException: interrupted");
		assertThat(rows()).singleElement().satisfies((row) -> assertThat(row).containsEntry("state", "FAILED"));
	}

	private CompletableFuture<StoreResult> migrateAsA(MigrationKind kind, String... versions) {
		return migrate(TestRunner.on(this.beforeA.uri(), this.mongo.name()).lease(SHORT).nanoTime(() -> 0), kind,
				versions);
	}

	private CompletableFuture<StoreResult> migrateAsB(MigrationKind kind, String... versions) {
		return migrate(TestRunner.on(this.beforeB.uri(), this.mongo.name()).lease(SHORT), kind, versions);
	}

	private CompletableFuture<StoreResult> migrate(TestRunner.Builder builder, MigrationKind kind, String... versions) {
		return migrate(builder, kind.migrations(versions));
	}

	private CompletableFuture<StoreResult> migrate(TestRunner.Builder builder, TestMigration... migrations) {
		TestRunner runner = builder.with(migrations);
		this.runners.add(runner);
		return CompletableFuture.supplyAsync(runner::migrate);
	}

	private void freeze() {
		this.beforeA.swallow(Step.BEAT);
	}

	private static int sendsOfTheDriver() {
		return MongoServers.isReplicaSet() ? 2 : 1;
	}

	private static void lose(List<Hold> holds) {
		holds.forEach((hold) -> {
			hold.await();
			hold.lose();
		});
	}

	private static StoreResult result(CompletableFuture<StoreResult> run) throws Exception {
		return run.get(1, TimeUnit.MINUTES);
	}

	private static MigrationException failure(CompletableFuture<StoreResult> run) throws Exception {
		try {
			throw new AssertionError("It should have failed but applied " + result(run).executed());
		}
		catch (ExecutionException ex) {
			return (MigrationException) ex.getCause();
		}
	}

	private List<Document> rows() {
		return this.mongo.history().find().sort(new Document("_id", 1)).into(new ArrayList<>());
	}

	private Object owner() {
		return this.mongo.lock().find().first().get("owner");
	}

	private void assertThatEachIsAppliedOnce(String... versions) {
		assertThat(MigrationKind.executed(this.mongo)).isEqualTo(MigrationKind.once(versions));
		assertThat(rows()).filteredOn((row) -> row.getString("state").equals("APPLIED"))
			.extracting((row) -> row.getString("version"))
			.containsExactly(versions);
	}

}
