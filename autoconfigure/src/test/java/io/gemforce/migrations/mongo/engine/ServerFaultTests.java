package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import com.mongodb.MongoException;
import com.mongodb.client.model.ReplaceOptions;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.support.AtOnce;
import io.gemforce.migrations.support.FailPoint;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.SentCommands;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Faults of the server, at each kind of command that a run sends: whatever becomes of the
 * run, the next one completes it, and each migration was applied once.
 */
@ExtendWith(TestDatabases.class)
@RequiresReplicaSet("failCommand")
class ServerFaultTests {

	private static final int NOT_WRITABLE_PRIMARY = 10107;

	private static final int WRITE_CONFLICT = 112;

	private static final int MAX_TIME_EXPIRED = 50;

	private static final int REQUEST_RATE_TOO_LARGE = 16500;

	private static final int INTERRUPTED_AT_SHUTDOWN = 11600;

	private static final String TRANSIENT = "TransientTransactionError";

	private static final String UNKNOWN_COMMIT = "UnknownTransactionCommitResult";

	private static final String RETRYABLE = "RetryableWriteError";

	/**
	 * What a start may end with that meets a fault of the server: it says that the server
	 * did not answer as it should, or that the lock was lost in the meantime. What looks
	 * like a mistake of the build or of the operator is wrong.
	 */
	private static final Set<ProblemCode> AFTER_A_FAULT = Set.of(ProblemCode.STORE_UNREACHABLE, ProblemCode.LOCK_LOST,
			ProblemCode.MIGRATION_FAILED);

	private static final AtomicInteger counter = new AtomicInteger();

	private static final Object FAIL_POINT = new Object();

	private final MongoTestDatabase mongo;

	private final String appName = "faults-" + counter.incrementAndGet();

	ServerFaultTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	static Stream<Arguments> faults() {
		List<Fault> faults = List.of(new Fault("connection closed before the command", FailPoint::closingTheConnection),
				new Fault("NotWritablePrimary",
						(failPoint) -> failPoint.withErrorCode(NOT_WRITABLE_PRIMARY, RETRYABLE)),
				new Fault("shutting down", (failPoint) -> failPoint.withErrorCode(INTERRUPTED_AT_SHUTDOWN, RETRYABLE)),
				new Fault("MaxTimeMSExpired", (failPoint) -> failPoint.withErrorCode(MAX_TIME_EXPIRED)),
				new Fault("write concern error after the command", FailPoint::withWriteConcernError),
				new Fault("reply lost, command executed late", (failPoint) -> failPoint.blockingFor(600),
						"&socketTimeoutMS=250"));
		List<String> commands = List.of("findAndModify", "find", "insert", "update", "commitTransaction");
		return faults.stream()
			.flatMap((fault) -> commands.stream()
				.flatMap((command) -> Stream.of(1, 2, 3).map((times) -> Arguments.of(fault, command, times))));
	}

	@AtOnce
	@ParameterizedTest(name = "{0} of {1}, {2} times")
	@MethodSource("faults")
	void nextRunCompletesWhatAFaultHasLeft(Fault fault, String command, int times) {
		runWith(fault, command, times, migrations());
		run(migrations());
		assertThatEachWasAppliedOnce();
	}

	@AtOnce
	@ParameterizedTest(name = "{0} of {1}, {2} times")
	@MethodSource("faults")
	void nextRunCompletesWhatAFaultHasLeftWithoutTransactions(Fault fault, String command, int times) {
		TestMigration[] repeatable = Stream.of("1", "2")
			.map((version) -> TestMigration
				.of(version,
						(context) -> context.collection("applied")
							.replaceOne(new Document("version", version), new Document("version", version),
									new ReplaceOptions().upsert(true)))
				.with(TransactionMode.NEVER)
				.with(OnInterrupted.RETRY))
			.toArray(TestMigration[]::new);
		runWith(fault, command, times, repeatable);
		run(repeatable);
		assertThatEachWasAppliedOnce();
	}

	static Stream<Fault> transientFaults() {
		return Stream.of(new Fault("WriteConflict", (failPoint) -> failPoint.withErrorCode(WRITE_CONFLICT, TRANSIENT)),
				new Fault("NotWritablePrimary",
						(failPoint) -> failPoint.withErrorCode(NOT_WRITABLE_PRIMARY, TRANSIENT)));
	}

	@AtOnce
	@ParameterizedTest
	@MethodSource("transientFaults")
	void transactionIsTriedAgainAfterATransientError(Fault fault) {
		SentCommands sent = new SentCommands();
		TestMigration conflicting = TestMigration.of("1", (context) -> {
			context.collection("applied").insertOne(new Document("version", "1"));
			context.collection("applied")
				.updateOne(new Document("version", "1"), new Document("$set", new Document("a", 1)));
		});
		withFault(fault, 5, "update", () -> assertThatAllAreApplied(TestRunner.on(this.mongo).listener(sent),
				conflicting, TestMigration.inserting("2")));
		assertThat(sent.names().stream().filter("abortTransaction"::equals)).hasSizeGreaterThanOrEqualTo(1);
		assertThatEachWasAppliedOnce();
	}

	@AtOnce
	@Test
	void transactionThatMeetsConflictsAllTheTimeIsGivenUp() {
		TestMigration conflicting = TestMigration.of("1", (context) -> {
			context.collection("applied").insertOne(new Document("version", "1"));
			context.collection("applied").deleteOne(new Document("version", "0"));
		});
		Fault conflict = new Fault("WriteConflict", (failPoint) -> failPoint.withErrorCode(WRITE_CONFLICT, TRANSIENT));
		// An hour is a minute, so that it need not be waited for
		try (TestRunner runner = TestRunner.on(this.mongo)
			.appName(this.appName)
			.lease(Duration.ofHours(1))
			.nanoTime(() -> 60 * System.nanoTime())
			.with(conflicting)) {
			withFault(conflict, Integer.MAX_VALUE, "delete", () -> {
				MigrationException ex = catchThrowableOfType(MigrationException.class, runner::migrate);
				assertThat(ex.getCode()).isEqualTo(ProblemCode.WRITE_CONFLICT);
				assertThat(ex.getDatabaseState()).isEqualTo("what migration 1 did was rolled back");
				assertThat(ex.getAction()).contains("Look for what writes to the same documents",
						"TransactionMode.NEVER");
				assertThat(ex).hasMessageMatching("(?s).*\\(tried \\d+ times in PT.*\\).*");
			});
		}
		assertThat(this.mongo.collection("applied").countDocuments()).isZero();
		assertThat(this.mongo.history().find().first()).containsEntry("state", "FAILED");
	}

	@AtOnce
	@Test
	void errorThatAMigrationCatchesInATransactionIsNamedAtOnce() {
		AtomicInteger tries = new AtomicInteger();
		TestMigration careless = TestMigration.of("1", (context) -> {
			tries.incrementAndGet();
			context.collection("applied").insertOne(new Document("_id", "1"));
			try {
				context.collection("applied").insertOne(new Document("_id", "1"));
			}
			catch (MongoException ex) {
				// It is there already
			}
			context.collection("applied").insertOne(new Document("_id", "2"));
		});
		try (TestRunner runner = TestRunner.on(this.mongo).with(careless)) {
			MigrationException ex = catchThrowableOfType(MigrationException.class, runner::migrate);
			assertThat(ex.getCode()).isEqualTo(ProblemCode.MIGRATION_FAILED);
			assertThat(ex).hasMessageContaining("caught an error and went on", "(code 11000)");
			assertThat(ex.getDatabaseState()).isEqualTo("what migration 1 did was rolled back");
		}
		assertThat(tries).hasValue(1);
	}

	static Stream<Fault> faultsOfARecord() {
		return Stream.of(
				new Fault("NotWritablePrimary",
						(failPoint) -> failPoint.withErrorCode(NOT_WRITABLE_PRIMARY, RETRYABLE)),
				new Fault("too many requests", (failPoint) -> failPoint.withErrorCode(REQUEST_RATE_TOO_LARGE)),
				new Fault("write concern error", FailPoint::withWriteConcernError));
	}

	@AtOnce
	@ParameterizedTest
	@MethodSource("faultsOfARecord")
	void workThatIsDoneIsAppliedThoughItsRecordMeetsAnError(Fault fault) {
		TestMigration done = TestMigration.inserting("1").with(TransactionMode.NEVER).with(OnInterrupted.STOP);
		try (TestRunner runner = TestRunner.on(this.mongo).appName(this.appName).with(done)) {
			withFault(fault, 3, "update", () -> assertThat(runner.migrate().executed()).containsExactly("1"));
		}
		assertThat(this.mongo.history().find()).singleElement()
			.satisfies((row) -> assertThat(row).containsEntry("state", "APPLIED"));
		assertThat(this.mongo.lock().find().first()).containsEntry("owner", null);
	}

	@AtOnce
	@Test
	void workThatIsDoneIsNotCalledFailedWhenThatCannotBeRecorded() {
		TestMigration done = TestMigration.inserting("1").with(TransactionMode.NEVER).with(OnInterrupted.STOP);
		Fault forEver = new Fault("InternalError", (failPoint) -> failPoint.withErrorCode(1));
		try (TestRunner runner = TestRunner.on(this.mongo).appName(this.appName).with(done)) {
			withFault(forEver, Integer.MAX_VALUE, "update", () -> {
				MigrationException ex = catchThrowableOfType(MigrationException.class, runner::migrate);
				assertThat(ex).hasMessageContaining("has come to its end, but that could not be recorded");
				assertThat(ex.getAction()).contains("mark-applied", "version=1");
				assertThat(ex.getDatabaseState()).startsWith("migration 1 is done");
			});
		}
		assertThat(this.mongo.history().find()).singleElement()
			.satisfies((row) -> assertThat(row).containsEntry("state", "RUNNING"));
		assertThat(this.mongo.lock().find().first().get("owner")).isNotNull();
	}

	@AtOnce
	@ParameterizedTest
	@ValueSource(strings = { "findAndModify", "find", "insert", "update" })
	void loadThatTheServerRefusesIsWaitedFor(String command) {
		SentCommands sent = new SentCommands();
		Fault overloaded = new Fault("too many requests",
				(failPoint) -> failPoint.withErrorCode(REQUEST_RATE_TOO_LARGE));
		TestMigration[] empty = Stream.of("1", "2").map((version) -> TestMigration.of(version, (context) -> {
		}).with(TransactionMode.NEVER)).toArray(TestMigration[]::new);
		withFault(overloaded, 3, command,
				() -> assertThatAllAreApplied(TestRunner.on(this.mongo).listener(sent), empty));
	}

	@AtOnce
	@Test
	void commitIsSentAgainWhenItsOutcomeIsUnknown() {
		SentCommands sent = new SentCommands();
		Fault unknown = new Fault("unknown outcome",
				(failPoint) -> failPoint.withErrorCode(INTERRUPTED_AT_SHUTDOWN, UNKNOWN_COMMIT, RETRYABLE));
		withFault(unknown, 4, "commitTransaction",
				() -> assertThatAllAreApplied(TestRunner.on(this.mongo).listener(sent), migrations()));
		assertThat(sent.names().stream().filter("commitTransaction"::equals)).hasSize(6);
		assertThatEachWasAppliedOnce();
	}

	@AtOnce
	@Test
	void commitWhoseReplyWasLostIsASuccess() {
		withFault(new Fault("reply lost", FailPoint::withWriteConcernError), 2, "commitTransaction",
				() -> assertThatAllAreApplied(TestRunner.on(this.mongo), migrations()));
		assertThatEachWasAppliedOnce();
	}

	@AtOnce
	@Test
	void lockIsKeptThoughSomeBeatsFail() {
		TestMigration slow = TestMigration.of("1", (context) -> {
			context.collection("applied").insertOne(new Document("version", "1"));
			Thread.sleep(2500);
		}).with(TransactionMode.NEVER);
		withFault(new Fault("MaxTimeMSExpired", (failPoint) -> failPoint.withErrorCode(MAX_TIME_EXPIRED)), 3, "update",
				() -> assertThatAllAreApplied(TestRunner.on(this.mongo).lease(Duration.ofSeconds(3)), slow,
						TestMigration.inserting("2")));
		assertThatEachWasAppliedOnce();
	}

	private void assertThatAllAreApplied(TestRunner.Builder builder, TestMigration... migrations) {
		try (TestRunner runner = builder.appName(this.appName).with(migrations)) {
			assertThat(runner.migrate().executed()).containsExactly("1", "2");
		}
	}

	private static TestMigration[] migrations() {
		return new TestMigration[] { TestMigration.inserting("1"), TestMigration.inserting("2") };
	}

	private void runWith(Fault fault, String command, int times, TestMigration... migrations) {
		withFault(fault, times, command, () -> run(this.mongo.uri() + fault.options, migrations));
	}

	private void withFault(Fault fault, int times, String command, Runnable action) {
		FailPoint prepared = FailPoint.on(this.mongo.client(), this.appName, times, command);
		synchronized (FAIL_POINT) {
			try (FailPoint failPoint = fault.set.apply(prepared)) {
				action.run();
			}
		}
	}

	private void run(TestMigration... migrations) {
		run(this.mongo.uri(), migrations);
	}

	private void run(String uri, TestMigration... migrations) {
		try (TestRunner runner = TestRunner.on(this.mongo)
			.uri(uri)
			.appName(this.appName)
			.lease(Duration.ofSeconds(1))
			.with(migrations)) {
			runner.migrate();
		}
		catch (MigrationException ex) {
			assertThat(ex.getDatabaseState()).isNotBlank();
			assertThat(ex.getCode()).isIn(AFTER_A_FAULT);
		}
	}

	private void assertThatEachWasAppliedOnce() {
		List<Document> applied = this.mongo.collection("applied").find().into(new ArrayList<>());
		assertThat(applied).extracting((document) -> document.getString("version")).containsExactlyInAnyOrder("1", "2");
		List<Document> rows = this.mongo.history().find(new Document("state", "APPLIED")).into(new ArrayList<>());
		assertThat(rows).extracting((document) -> document.getString("version")).containsExactly("1", "2");
		assertThat(this.mongo.history().countDocuments(new Document("state", "RUNNING"))).isZero();
	}

	/**
	 * A fault.
	 *
	 * @param name what it is
	 * @param set makes it happen
	 * @param options what is added to the address of the database, for a client that does
	 * not wait for ever
	 */
	record Fault(String name, UnaryOperator<FailPoint> set, String options) {

		Fault(String name, UnaryOperator<FailPoint> set) {
			this(name, set, "");
		}

		@Override
		public String toString() {
			return this.name;
		}

	}

}
