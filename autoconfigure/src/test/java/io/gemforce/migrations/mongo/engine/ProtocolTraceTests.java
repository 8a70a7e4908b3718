package io.gemforce.migrations.mongo.engine;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.support.ConcurrentCases;
import io.gemforce.migrations.support.FailPoint;
import io.gemforce.migrations.support.MongoProxy.Hold;
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

	private static final int NO_SUCH_TRANSACTION = 251;

	private final MongoTestDatabase mongo;

	private final TwoRunners stage;

	ProtocolTraceTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
		this.stage = new TwoRunners(mongo);
	}

	@AfterEach
	void close() {
		this.stage.close();
	}

	@TestFactory
	Stream<DynamicTest> frozenHolderThatWakesAfterTheMarkWritesNothing() {
		return play(ProtocolTraceTests::wakeAfterTheMark);
	}

	private static void wakeAfterTheMark(TwoRunners stage, MigrationKind kind) throws Exception {
		Hold acquired = stage.beforeA().holdReply(WireStep.ACQUIRE);
		CompletableFuture<StoreResult> a = stage.migrateAsA(kind, "1");
		acquired.await();
		Hold reread = stage.beforeA().holdCommand(WireStep.READ_HISTORY);
		stage.freezeA();
		acquired.letGo();
		reread.await();
		Hold marked = stage.beforeB().holdReply(WireStep.MARK);
		CompletableFuture<StoreResult> b = stage.migrateAsB(kind, "1");
		marked.await();
		reread.letGo();
		assertThat(TwoRunners.failure(a)).satisfies((ex) -> {
			assertThat(ex.getCode()).isEqualTo(ProblemCode.LOCK_LOST);
			assertThat(ex).hasMessageContaining("fence 2 in the history is higher than this runner's, which is 1");
		});
		assertThat(stage.beforeA().commands()).noneMatch(WireStep.OPEN_ROW).noneMatch(WireStep.WORK);
		marked.letGo();
		assertThat(TwoRunners.result(b).executed()).containsExactly("1");
		stage.assertThatEachIsAppliedOnce("1");
	}

	/**
	 * What T1 becomes if the MARK does not come before the closing.
	 */
	@Test
	@RequiresReplicaSet("transactions")
	void rowThatAFrozenHolderOpensBeforeTheMarkIsClosed() throws Exception {
		Hold opening = this.stage.beforeA().holdCommand(WireStep.OPEN_ROW);
		CompletableFuture<StoreResult> a = this.stage.migrateAsA(MigrationKind.TRANSACTIONAL, "1");
		opening.await();
		this.stage.freezeA();
		Hold marking = this.stage.beforeB().holdCommand(WireStep.MARK);
		CompletableFuture<StoreResult> b = this.stage.migrateAsB(MigrationKind.TRANSACTIONAL, "1");
		marking.await();
		Hold closing = this.stage.beforeA().holdCommand(WireStep.CLOSE_ROW);
		opening.letGo();
		closing.await();
		Hold closedLeftOpen = this.stage.beforeB().holdReply(WireStep.CLOSE_LEFT_OPEN);
		marking.letGo();
		closedLeftOpen.await();
		closing.letGo();
		assertThat(TwoRunners.failure(a).getCode()).isEqualTo(ProblemCode.LOCK_LOST);
		closedLeftOpen.letGo();
		assertThat(TwoRunners.result(b).executed()).containsExactly("1");
		assertThat(this.stage.rows()).extracting((row) -> "%s %s".formatted(row.get("version"), row.get("state")))
			.containsExactly("1 INTERRUPTED", "null INTERRUPTED", "1 APPLIED");
		this.stage.assertThatEachIsAppliedOnce("1");
	}

	/**
	 * T2, with a transaction: a commit was executed, its reply was lost, and the server
	 * no longer knows the transaction.
	 */
	@Test
	@RequiresReplicaSet("transactions")
	void commitWhoseReplyWasLostIsNotTakenForALoss() throws Exception {
		Hold committed = this.stage.beforeA().holdReply(WireStep.COMMIT);
		CompletableFuture<StoreResult> a = this.stage.migrate(this.stage.asA().appName(this.mongo.name()),
				MigrationKind.TRANSACTIONAL.migrations("1", "2"));
		committed.await();
		try (FailPoint failPoint = FailPoint.on(this.mongo.client(), this.mongo.name(), 1, "commitTransaction")
			.withErrorCode(NO_SUCH_TRANSACTION, "TransientTransactionError")) {
			committed.lose();
			assertThat(TwoRunners.result(a).executed()).containsExactly("1", "2");
		}
		assertThat(this.stage.beforeA().commands()).filteredOn(WireStep.READ_ROW).hasSize(1);
		this.stage.assertThatEachIsAppliedOnce("1", "2");
	}

	/**
	 * T2, without a transaction: the closing was executed, its reply was lost, as often
	 * as the driver sends it.
	 */
	@Test
	void closingWhoseReplyWasLostIsNotTakenForALoss() throws Exception {
		List<Hold> closed = this.stage.beforeA().holdReplies(WireStep.CLOSE_ROW, TwoRunners.sendsOfTheDriver());
		CompletableFuture<StoreResult> a = this.stage.migrateAsA(MigrationKind.STOP, "1", "2");
		TwoRunners.lose(closed);
		assertThat(TwoRunners.result(a).executed()).containsExactly("1", "2");
		assertThat(this.stage.beforeA().commands()).filteredOn(WireStep.READ_ROW)
			.extracting((command) -> command.getDocument("filter").getNumber("_id").longValue())
			.as("the row that was closed, and the one that was opened with it")
			.containsExactly(1L, 2L);
		this.stage.assertThatEachIsAppliedOnce("1", "2");
		assertThat(this.stage.owner()).isNull();
	}

	@Test
	void closingOfTheLastRowWhoseReplyWasLostIsNotTakenForALoss() throws Exception {
		List<Hold> closed = this.stage.beforeA().holdReplies(WireStep.CLOSE_ROW, TwoRunners.sendsOfTheDriver());
		CompletableFuture<StoreResult> a = this.stage.migrateAsA(MigrationKind.STOP, "1");
		TwoRunners.lose(closed);
		assertThat(TwoRunners.result(a).executed()).containsExactly("1");
		assertThat(this.stage.beforeA().commands()).filteredOn(WireStep.READ_ROW).hasSize(1);
		this.stage.assertThatEachIsAppliedOnce("1");
		assertThat(this.stage.owner()).isNull();
	}

	/**
	 * A command that was refused, or never arrived, has neither closed nor opened a row.
	 */
	@Test
	void rowIsClosedAndTheNextOneOpenedAfterACommandThatDidNeither() throws Exception {
		List<Hold> closing = holdClosings();
		CompletableFuture<StoreResult> a = this.stage.migrateAsA(MigrationKind.STOP, "1", "2");
		TwoRunners.lose(closing);
		assertThat(TwoRunners.result(a).executed()).containsExactly("1", "2");
		assertThat(this.stage.beforeA().commands()).filteredOn(WireStep.READ_ROW).isEmpty();
		this.stage.assertThatEachIsAppliedOnce("1", "2");
	}

	/**
	 * The server may stop between the two statements of a command.
	 */
	@Test
	void nextRowIsOpenedAfterACommandThatOnlyClosedOne() throws Exception {
		List<Hold> closing = holdClosings();
		CompletableFuture<StoreResult> a = this.stage.migrateAsA(MigrationKind.STOP, "1", "2");
		closing.get(0).await();
		this.mongo.history().updateOne(new Document("_id", 1L), new Document("$set", new Document("state", "APPLIED")));
		TwoRunners.lose(closing);
		assertThat(TwoRunners.result(a).executed()).containsExactly("1", "2");
		this.stage.assertThatEachIsAppliedOnce("1", "2");
	}

	private List<Hold> holdClosings() {
		return Stream.generate(() -> this.stage.beforeA().holdCommand(WireStep.CLOSE_AND_OPEN))
			.limit(TwoRunners.sendsOfTheDriver())
			.toList();
	}

	/**
	 * What keeps a runner that has lost the lock from opening a row when it closes one.
	 */
	@TestFactory
	Stream<DynamicTest> markKeepsAFrozenHolderFromOpeningARowWithTheClosing() {
		return ConcurrentCases.play(Stream.of(MigrationKind.RETRY, MigrationKind.STOP), (mongo, kind) -> {
			try (TwoRunners stage = new TwoRunners(mongo)) {
				closeAfterTheMark(stage, kind);
			}
		});
	}

	private static void closeAfterTheMark(TwoRunners stage, MigrationKind kind) throws Exception {
		Hold closing = stage.beforeA().holdCommand(WireStep.CLOSE_AND_OPEN);
		CompletableFuture<StoreResult> a = stage.migrateAsA(kind, "1", "2");
		closing.await();
		stage.freezeA();
		Hold marked = stage.beforeB().holdReply(WireStep.MARK);
		CompletableFuture<StoreResult> b = stage.migrateAsB(kind, "1", "2");
		marked.await();
		closing.letGo();
		assertThat(TwoRunners.failure(a).getCode()).isEqualTo(ProblemCode.LOCK_LOST);
		assertThat(stage.rows()).extracting((row) -> "%s %s".formatted(row.get("type"), row.get("state")))
			.containsExactly("BEAN APPLIED", "MARK INTERRUPTED");
		marked.letGo();
		assertThat(TwoRunners.result(b).executed()).containsExactly("2");
		stage.assertThatEachIsAppliedOnce("1", "2");
		assertThat(stage.owner()).isNull();
	}

	@TestFactory
	Stream<DynamicTest> frozenHolderWhoseRowIsClosedIsLostEvenIfItOpensAnother() {
		return ConcurrentCases.play(Stream.of(MigrationKind.RETRY, MigrationKind.STOP), (mongo, kind) -> {
			try (TwoRunners stage = new TwoRunners(mongo)) {
				closeAfterTheTakeover(stage, kind);
			}
		});
	}

	private static void closeAfterTheTakeover(TwoRunners stage, MigrationKind kind) throws Exception {
		Hold closing = stage.beforeA().holdCommand(WireStep.CLOSE_AND_OPEN);
		CompletableFuture<StoreResult> a = stage.migrateAsA(kind, "1", "2");
		closing.await();
		stage.freezeA();
		Hold closedLeftOpen = stage.beforeB().holdReply(WireStep.CLOSE_LEFT_OPEN);
		CompletableFuture<StoreResult> b = stage.migrateAsB(kind, "1", "2");
		closedLeftOpen.await();
		closing.letGo();
		assertThat(TwoRunners.failure(a).getCode()).isEqualTo(ProblemCode.LOCK_LOST);
		assertThat(stage.rows()).extracting((row) -> "%s %s".formatted(row.get("type"), row.get("state")))
			.containsExactly("BEAN INTERRUPTED", "MARK INTERRUPTED");
		closedLeftOpen.letGo();
		if (kind == MigrationKind.STOP) {
			assertThat(TwoRunners.failure(b).getCode()).isEqualTo(ProblemCode.INTERRUPTED);
		}
		else {
			assertThat(TwoRunners.result(b).executed()).containsExactly("1", "2");
			stage.assertThatEachIsAppliedOnce("1", "2");
		}
	}

	/**
	 * T3, with the closing: a late insert of a runner that has given up has taken the
	 * rank.
	 */
	@Test
	void rankThatALateInsertHasTakenBeforeTheClosingIsNotTakenForALoss() throws Exception {
		Hold closing = this.stage.beforeA().holdCommand(WireStep.CLOSE_AND_OPEN);
		CompletableFuture<StoreResult> a = this.stage.migrateAsA(MigrationKind.STOP, "1", "2");
		closing.await();
		this.mongo.history()
			.insertOne(new Document("_id", 2L).append("version", "0")
				.append("state", "RUNNING")
				.append("runId", "given up")
				.append("fence", 0L));
		closing.letGo();
		assertThat(TwoRunners.result(a).executed()).containsExactly("1", "2");
		assertThat(this.stage.rows()).extracting((row) -> "%s %s".formatted(row.get("version"), row.get("state")))
			.containsExactly("1 APPLIED", "0 INTERRUPTED", "null INTERRUPTED", "2 APPLIED");
	}

	/**
	 * T3: A has given up and its lock is free, and its insert arrives between B's reading
	 * and B's insert.
	 */
	@TestFactory
	Stream<DynamicTest> rankThatALateInsertHasTakenIsNotTakenForALoss() {
		return play(ProtocolTraceTests::insertLate);
	}

	private static void insertLate(TwoRunners stage, MigrationKind kind) throws Exception {
		Hold late = giveUpWithAnInsertOnItsWay(stage, kind);
		stage.freeLock();
		Hold opening = stage.beforeB().holdCommand(WireStep.OPEN_ROW);
		CompletableFuture<StoreResult> b = stage.migrateAsB(kind, "1");
		opening.await();
		late.execute();
		opening.letGo();
		assertThatBGoesOnAfterALateInsert(stage, kind, b);
		assertThat(stage.rows().get(0)).containsEntry("fence", 1L).containsEntry("state", "INTERRUPTED");
	}

	/**
	 * T3 as it can happen to this runner, which does not release the lock while an insert
	 * may be on its way: the insert arrives between B's reading and B's MARK.
	 */
	@Test
	void rankOfTheMarkThatALateInsertHasTakenIsNotTakenForALoss() throws Exception {
		MigrationKind kind = MigrationKind.RETRY;
		Hold late = giveUpWithAnInsertOnItsWay(this.stage, kind);
		assertThat(this.stage.owner()).isNotNull();
		Hold marking = this.stage.beforeB().holdCommand(WireStep.MARK);
		CompletableFuture<StoreResult> b = this.stage.migrateAsB(kind, "1");
		marking.await();
		late.execute();
		marking.letGo();
		assertThatBGoesOnAfterALateInsert(this.stage, kind, b);
	}

	private static Hold giveUpWithAnInsertOnItsWay(TwoRunners stage, MigrationKind kind) throws Exception {
		Hold late = stage.beforeA().holdCommand(WireStep.OPEN_ROW);
		CompletableFuture<StoreResult> a = stage.migrateAsA(kind, "1");
		late.await();
		stage.beforeA().refuse(WireStep.OPEN_ROW);
		late.cutClientOff();
		assertThat(TwoRunners.failure(a).getCode()).isEqualTo(ProblemCode.STORE_UNREACHABLE);
		return late;
	}

	private static void assertThatBGoesOnAfterALateInsert(TwoRunners stage, MigrationKind kind,
			CompletableFuture<StoreResult> b) throws Exception {
		if (kind == MigrationKind.STOP) {
			assertThat(TwoRunners.failure(b).getCode()).isEqualTo(ProblemCode.INTERRUPTED);
			stage.assertThatEachIsAppliedOnce();
		}
		else {
			assertThat(TwoRunners.result(b).executed()).containsExactly("1");
			stage.assertThatEachIsAppliedOnce("1");
		}
		assertThat(stage.rows()).extracting((row) -> row.getString("state")).doesNotContain("RUNNING");
		assertThat(stage.owner()).isNull();
	}

	private static Stream<DynamicTest> play(Trace trace) {
		return ConcurrentCases.play(MigrationKind.all(), (mongo, kind) -> {
			try (TwoRunners stage = new TwoRunners(mongo)) {
				trace.play(stage, kind);
			}
		});
	}

	/**
	 * T4 and T5: an election could take back what a read without majority has seen.
	 */
	@Test
	void everyReadOfHistoryAndLockSeesOnlyWhatAnElectionCannotTakeBack() throws Exception {
		sendEveryStep();
		List<BsonDocument> commands = Stream
			.concat(this.stage.beforeA().commands().stream(), this.stage.beforeB().commands().stream())
			.filter(WireStep::isAboutHistoryOrLock)
			.toList();
		assertThat(commands).anyMatch(WireStep.READ_HISTORY)
			.anyMatch(WireStep.READ_ROW)
			.anyMatch(WireStep.LOOK)
			.anyMatch(WireStep.TAKE_OVER)
			.anyMatch(WireStep.MARK)
			.anyMatch(WireStep.CLOSE_LEFT_OPEN)
			.anyMatch(WireStep.RELEASE);
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
		Hold dead = this.stage.beforeA().holdCommand(WireStep.COMMIT.or(WireStep.CLOSE_ROW));
		CompletableFuture<StoreResult> a = this.stage.migrateAsA(kind, "1");
		dead.await();
		this.stage.freezeA();
		List<Hold> closed = this.stage.beforeB()
			.holdReplies((command) -> WireStep.CLOSE_ROW.test(command) && !command.containsKey("autocommit"),
					TwoRunners.sendsOfTheDriver());
		CompletableFuture<StoreResult> b = this.stage.migrateAsB(MigrationKind.RETRY, "1");
		TwoRunners.lose(closed);
		TwoRunners.result(b);
		dead.letGo();
		TwoRunners.failure(a);
	}

	private static boolean isOnThePrimary(BsonDocument command) {
		BsonDocument preference = command.getDocument("$readPreference", new BsonDocument());
		// Of a server that a client connects to directly, the driver says so to be
		// allowed to read from it whatever it is
		return preference.isEmpty() || preference.get("mode").equals(new BsonString("primary"))
				|| preference.get("mode").equals(new BsonString("primaryPreferred"));
	}

	@Test
	@RequiresReplicaSet("transactions")
	void readsInATransactionAreOfOneSnapshotThatIsCommittedWithMajority() throws Exception {
		TwoRunners.result(this.stage.migrateAsA(MigrationKind.TRANSACTIONAL, "1"));
		assertThat(this.stage.beforeA().commands()).filteredOn((command) -> command.containsKey("startTransaction"))
			.singleElement()
			.satisfies((command) -> assertThat(command.getDocument("readConcern").get("level"))
				.isEqualTo(new BsonString("snapshot")));
		assertThat(this.stage.beforeA().commands()).filteredOn(WireStep.COMMIT)
			.singleElement()
			.satisfies((command) -> assertThat(command.getDocument("writeConcern").get("w"))
				.isEqualTo(new BsonString("majority")));
	}

	@Test
	@RequiresReplicaSet("transactions")
	void commitThatArrivesBetweenTakeoverAndClosingCounts() throws Exception {
		Hold committing = this.stage.beforeA().holdCommand(WireStep.COMMIT);
		CompletableFuture<StoreResult> a = this.stage.migrateAsA(MigrationKind.TRANSACTIONAL, "1");
		committing.await();
		this.stage.freezeA();
		Hold killing = this.stage.beforeB().holdCommand(WireStep.KILL_SESSIONS);
		CompletableFuture<StoreResult> b = this.stage.migrateAsB(MigrationKind.TRANSACTIONAL, "1", "2");
		killing.await();
		committing.execute();
		assertThat(TwoRunners.result(a).executed()).containsExactly("1");
		killing.letGo();
		assertThat(TwoRunners.result(b).executed()).containsExactly("2");
		this.stage.assertThatEachIsAppliedOnce("1", "2");
	}

	/**
	 * What happens, whatever the migrations are.
	 */
	@FunctionalInterface
	private interface Trace {

		void play(TwoRunners stage, MigrationKind kind) throws Exception;

	}

}
