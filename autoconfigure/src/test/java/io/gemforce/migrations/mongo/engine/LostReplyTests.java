package io.gemforce.migrations.mongo.engine;

import java.util.List;
import java.util.concurrent.CompletableFuture;

import com.mongodb.MongoException;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.support.FailPoint;
import io.gemforce.migrations.support.MongoProxy.Hold;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Replies that a runner does not get: it finds out what has become of its command, or
 * says that it does not know.
 */
@ExtendWith(TestDatabases.class)
class LostReplyTests {

	private static final int NO_SUCH_TRANSACTION = 251;

	private final MongoTestDatabase mongo;

	private final TwoRunners stage;

	LostReplyTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
		this.stage = new TwoRunners(mongo);
	}

	@AfterEach
	void close() {
		this.stage.close();
	}

	@Test
	@RequiresReplicaSet("transactions")
	void rollbackIsNotClaimedWhenTheLockIsLostAfterACommitWhoseReplyWasLost() throws Exception {
		Hold committed = this.stage.beforeA().holdReply(WireStep.COMMIT);
		CompletableFuture<StoreResult> a = this.stage.migrate(this.stage.asA().appName(this.mongo.name()),
				MigrationKind.TRANSACTIONAL.migrations("1"));
		committed.await();
		this.mongo.lock().updateOne(new Document(), new Document("$set", new Document("owner", "b")));
		this.stage.beforeA().holdReply(WireStep.BEAT).execute();
		try (FailPoint failPoint = FailPoint.on(this.mongo.client(), this.mongo.name(), 1, "commitTransaction")
			.withErrorCode(NO_SUCH_TRANSACTION, "TransientTransactionError")) {
			committed.lose();
			MigrationException ex = TwoRunners.failure(a);
			assertThat(ex.getCode()).isEqualTo(ProblemCode.LOCK_LOST);
			assertThat(ex.getDatabaseState()).contains("it is not known whether migration 1 was committed");
		}
	}

	@Test
	void acquireWhoseReplyWasLostIsAnAcquire() throws Exception {
		List<Hold> acquired = this.stage.beforeA().holdReplies(WireStep.ACQUIRE, TwoRunners.sendsOfTheDriver());
		CompletableFuture<StoreResult> a = this.stage.migrateAsA(MigrationKind.STOP, "1");
		TwoRunners.lose(acquired);
		assertThat(TwoRunners.result(a).executed()).containsExactly("1");
		assertThat(this.stage.beforeA().commands()).anyMatch(WireStep.LOOK).anyMatch(WireStep.MARK);
		this.stage.assertThatEachIsAppliedOnce("1");
		assertThat(this.mongo.lock().find().first()).containsEntry("fence", 1L).containsEntry("owner", null);
	}

	@Test
	void openedRowWhoseReplyWasLostIsOpen() throws Exception {
		List<Hold> opened = this.stage.beforeA().holdReplies(WireStep.OPEN_ROW, TwoRunners.sendsOfTheDriver());
		CompletableFuture<StoreResult> a = this.stage.migrateAsA(MigrationKind.STOP, "1");
		TwoRunners.lose(opened);
		assertThat(TwoRunners.result(a).executed()).containsExactly("1");
		assertThat(this.stage.rows()).singleElement()
			.satisfies((row) -> assertThat(row).containsEntry("state", "APPLIED"));
		this.stage.assertThatEachIsAppliedOnce("1");
	}

	@Test
	void lockIsNotReleasedWhileACommandMayBeOnItsWay() throws Exception {
		List<Hold> worked = this.stage.beforeA().holdReplies(WireStep.SECOND_WORK, TwoRunners.sendsOfTheDriver());
		CompletableFuture<StoreResult> a = this.stage.migrateAsA(MigrationKind.RETRY, "1");
		TwoRunners.lose(worked);
		MigrationException ex = TwoRunners.failure(a);
		assertThat(ex.getCode()).isEqualTo(ProblemCode.MIGRATION_FAILED);
		assertThat(ex.getDatabaseState()).contains("the outcome of its last command is unknown");
		assertThat(this.stage.rows()).singleElement().satisfies((row) -> {
			assertThat(row).containsEntry("state", "FAILED");
			assertThat(row.get("error", Document.class).getString("message")).startsWith("outcome unknown: ");
		});
		assertThat(this.stage.owner()).isNotNull();
		assertThat(TwoRunners.result(this.stage.migrateAsB(MigrationKind.RETRY, "1")).executed()).containsExactly("1");
		assertThat(this.stage.beforeB().commands()).anyMatch(WireStep.TAKE_OVER);
		this.stage.assertThatEachIsAppliedOnce("1");
	}

	@Test
	void migrationThatOverlooksAnUnknownOutcomeIsNotApplied() throws Exception {
		List<Hold> worked = this.stage.beforeA().holdReplies(WireStep.WORK, TwoRunners.sendsOfTheDriver());
		TestMigration careless = TestMigration.of("1", (context) -> {
			try {
				context.collection("applied").insertOne(new Document("_id", "1a"));
			}
			catch (MongoException ex) {
				// It may have been inserted, or not yet
			}
		}).with(TransactionMode.NEVER);
		CompletableFuture<StoreResult> a = this.stage.migrate(this.stage.asA(), careless);
		TwoRunners.lose(worked);
		assertThat(TwoRunners.failure(a)).hasMessageContaining("a write was not answered");
		assertThat(this.stage.rows()).singleElement()
			.satisfies((row) -> assertThat(row).containsEntry("state", "FAILED"));
		assertThat(this.stage.owner()).isNotNull();
	}

	@Test
	void readThatIsNotAnsweredLeavesNothingUnknown() throws Exception {
		List<Hold> counted = this.stage.beforeA().holdReplies(WireStep.WORK, 2);
		TestMigration reading = TestMigration.of("1", (context) -> {
			try {
				context.collection("applied").find().first();
			}
			catch (MongoException ex) {
				context.collection("applied").find().first();
			}
		}).with(TransactionMode.NEVER);
		CompletableFuture<StoreResult> a = this.stage.migrate(this.stage.asA(), reading);
		TwoRunners.lose(counted);
		assertThat(TwoRunners.result(a).executed()).containsExactly("1");
		assertThat(this.stage.owner()).isNull();
	}

	@Test
	void lockIsNotReleasedWhileTheRecordOfAnImportMayBeOnItsWay() throws Exception {
		this.mongo.collection("mongockChangeLog")
			.insertOne(new Document("changeId", "old").append("author", "ann")
				.append("state", "EXECUTED")
				.append("type", "EXECUTION"));
		this.stage.beforeA().refuse((command) -> WireStep.MARK_IMPORT.test(command));
		CompletableFuture<StoreResult> a = this.stage.migrate(this.stage.asA(),
				TestMigration.inserting("1").importing("mongock:old"));
		TwoRunners.failure(a);
		assertThat(this.stage.rows()).isEmpty();
		assertThat(this.stage.owner()).isNotNull();
	}

}
