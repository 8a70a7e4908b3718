package io.gemforce.migrations.mongo.engine;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.support.FailPoint;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Twelve defects that were reproduced in other tools: each test fails if this runner has
 * the defect.
 */
@ExtendWith(TestDatabases.class)
class RivalDefectTests {

	private static final Duration SHORT = Duration.ofSeconds(1);

	private final MongoTestDatabase mongo;

	RivalDefectTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	void failureOfANewMigrationUndoesNothingOfEarlierReleases() {
		try (TestRunner runner = runner(TestMigration.inserting("1"), TestMigration.inserting("2"))) {
			runner.migrate();
		}
		try (TestRunner runner = runner(TestMigration.inserting("1"), TestMigration.inserting("2"), failing("3"))) {
			assertThat(catchThrowableOfType(MigrationException.class, runner::migrate).getCode())
				.isEqualTo(ProblemCode.MIGRATION_FAILED);
			assertThat(runner.state("1")).isEqualTo(MigrationState.APPLIED);
			assertThat(runner.state("2")).isEqualTo(MigrationState.APPLIED);
		}
		assertThat(applied()).containsExactly("1", "2");
	}

	@Test
	@RequiresReplicaSet("failCommand")
	void failureToWriteTheHistoryIsNotSwallowed() {
		try (FailPoint failPoint = FailPoint.on(this.mongo.client(), "unauthorized-history", 10, "insert")
			.withErrorCode(13);
				TestRunner runner = TestRunner.on(this.mongo)
					.appName("unauthorized-history")
					.with(TestMigration.inserting("1"))) {
			MigrationException ex = catchThrowableOfType(MigrationException.class, runner::migrate);
			assertThat(ex.getCode()).isEqualTo(ProblemCode.PERMISSION_DENIED);
			assertThat(applied()).isEmpty();
			assertThat(this.mongo.history().countDocuments()).isZero();
		}
	}

	@Test
	void nothingIsDoneAfterTheLockIsLost() {
		TestMigration losesTheLock = TestMigration.of("1", (context) -> {
			context.collection("applied").insertOne(new Document("version", "1 before"));
			this.mongo.lock().updateOne(new Document(), new Document("$set", new Document("owner", "thief")));
			try {
				new CountDownLatch(1).await();
			}
			catch (InterruptedException ex) {
				context.collection("applied").insertOne(new Document("version", "1 after"));
			}
		}).with(TransactionMode.NEVER);
		try (TestRunner runner = runner(losesTheLock, TestMigration.inserting("2"))) {
			MigrationException ex = catchThrowableOfType(MigrationException.class, runner::migrate);
			assertThat(ex.getCode()).isEqualTo(ProblemCode.LOCK_LOST);
			assertThat(ex).hasMessageContaining("may be applied in part; another instance decides");
		}
		assertThat(applied()).containsExactly("1 before");
		assertThat(this.mongo.history().find()).singleElement()
			.satisfies((row) -> assertThat(row).containsEntry("state", "RUNNING"));
		assertThat(this.mongo.lock().find().first()).containsEntry("owner", "thief");
	}

	@Test
	void skewedClockStealsNoLiveLock() throws Exception {
		CountDownLatch working = new CountDownLatch(1);
		CountDownLatch finish = new CountDownLatch(1);
		TestMigration slow = TestMigration.of("1", (context) -> {
			context.collection("applied").insertOne(new Document("version", "1"));
			working.countDown();
			finish.await();
		});
		Clock behind = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(-10));
		Clock before = Clock.offset(Clock.systemUTC(), Duration.ofMinutes(10));
		try (TestRunner holder = TestRunner.on(this.mongo).lease(SHORT).clock(behind).with(slow);
				TestRunner contender = TestRunner.on(this.mongo)
					.lease(SHORT)
					.lockWaitTimeout(SHORT.multipliedBy(3))
					.clock(before)
					.with(slow)) {
			CompletableFuture<?> held = CompletableFuture.runAsync(holder::migrate);
			working.await();
			assertThat(catchThrowableOfType(MigrationException.class, contender::migrate).getCode())
				.isEqualTo(ProblemCode.LOCK_TIMEOUT);
			finish.countDown();
			held.get(30, TimeUnit.SECONDS);
		}
		assertThat(applied()).containsExactly("1");
	}

	@Test
	void twoFirstStartersDoNotBothAcquire() throws Exception {
		for (int round = 0; round < 10; round++) {
			this.mongo.database().drop();
			// Two that create a collection at once may fail on a server that is none of
			// MongoDB's
			List.of("migration_lock", "migration_history", "applied").forEach(this.mongo.database()::createCollection);
			List<TestRunner> runners = IntStream.range(0, 2)
				.mapToObj((number) -> runner(TestMigration.inserting("1")))
				.toList();
			List<CompletableFuture<Void>> runs = runners.stream()
				.map((runner) -> CompletableFuture.runAsync(runner::migrate))
				.toList();
			for (CompletableFuture<Void> run : runs) {
				run.get(30, TimeUnit.SECONDS);
			}
			runners.forEach(TestRunner::close);
			assertThat(applied()).containsExactly("1");
		}
	}

	@Test
	void lockOfADeadHostIsReleasedFromAnotherHost() {
		this.mongo.lock()
			.insertOne(new Document("_id", "mongo").append("owner", "gems@dead-host#1")
				.append("host", "dead-host")
				.append("fence", 3L)
				.append("beat", 9L)
				.append("leaseMs", SHORT.toMillis()));
		try (TestRunner runner = runner(TestMigration.inserting("1"))) {
			assertThat(runner.perform(new Operation(Operation.Kind.RELEASE_LOCK, null, null, false))).hasSize(1);
		}
		assertThat(this.mongo.lock().find().first()).containsEntry("owner", null).containsEntry("fence", 4L);
	}

	@Test
	void whatIsPendingIsComputedUnderTheLock() throws Exception {
		CountDownLatch working = new CountDownLatch(1);
		CountDownLatch finish = new CountDownLatch(1);
		AtomicInteger executions = new AtomicInteger();
		TestMigration slow = TestMigration.of("1", (context) -> {
			executions.incrementAndGet();
			working.countDown();
			finish.await();
		});
		try (TestRunner first = runner(slow); TestRunner second = runner(slow)) {
			CompletableFuture<?> running = CompletableFuture.runAsync(first::migrate);
			working.await();
			CompletableFuture<?> waiting = CompletableFuture.runAsync(second::migrate);
			finish.countDown();
			CompletableFuture.allOf(running, waiting).get(30, TimeUnit.SECONDS);
		}
		assertThat(executions).hasValue(1);
	}

	@Test
	void rollbackIsNotClaimedWhereThereWasNone() {
		TestMigration half = TestMigration.of("1", (context) -> {
			context.collection("applied").insertOne(new Document("version", "half"));
			throw new IllegalStateException("the other half");
		}).with(TransactionMode.NEVER);
		try (TestRunner runner = runner(half)) {
			MigrationException ex = catchThrowableOfType(MigrationException.class, runner::migrate);
			assertThat(ex.getDatabaseState()).contains("is still there", "without a transaction")
				.doesNotContain("rolled back");
		}
		assertThat(applied()).containsExactly("half");
	}

	@Test
	void crashBetweenTwoHistoryWritesIsSeen() {
		this.mongo.history()
			.insertOne(new Document("_id", 1L).append("version", "1")
				.append("description", "migration 1")
				.append("type", "BEAN")
				.append("direction", "UP")
				.append("state", "RUNNING")
				.append("transactional", false)
				.append("startedAt", new Date())
				.append("fence", 1L));
		this.mongo.lock()
			.insertOne(new Document("_id", "mongo").append("owner", "crashed")
				.append("fence", 1L)
				.append("beat", 1L)
				.append("leaseMs", SHORT.toMillis()));
		try (TestRunner runner = runner(TestMigration.inserting("1"), TestMigration.inserting("2"))) {
			MigrationException ex = catchThrowableOfType(MigrationException.class, runner::migrate);
			assertThat(ex.getProblems()).extracting(Problem::code).containsExactly(ProblemCode.INTERRUPTED);
			assertThat(runner.state("1")).isEqualTo(MigrationState.INTERRUPTED);
		}
		assertThat(applied()).isEmpty();
	}

	@Test
	void timesAreInstantsWhateverTheTimeZone() {
		Instant before = Instant.now().minusMillis(1);
		try (TestRunner runner = runner(TestMigration.inserting("1"))) {
			runner.migrate();
		}
		Document row = this.mongo.history().find().first();
		assertThat(row.getDate("startedAt").toInstant()).isBetween(before, Instant.now());
		assertThat(row.getDate("finishedAt").toInstant()).isBetween(row.getDate("startedAt").toInstant(),
				Instant.now());
		assertThat(row.getLong("durationMs")).isNotNegative();
	}

	@Test
	@RequiresReplicaSet("transactions")
	void failureIsOnRecordAlthoughTheTransactionWasRolledBack() {
		try (TestRunner runner = runner(failing("1").with(TransactionMode.REQUIRED))) {
			MigrationException ex = catchThrowableOfType(MigrationException.class, runner::migrate);
			assertThat(ex.getDatabaseState()).contains("what migration 1 did was rolled back");
		}
		assertThat(applied()).isEmpty();
		assertThat(this.mongo.history().find()).singleElement()
			.satisfies((row) -> assertThat(row).containsEntry("state", "FAILED")
				.containsEntry("transactional", true)
				.containsEntry("error",
						new Document("type", IllegalStateException.class.getName()).append("message", "no luck")));
	}

	@Test
	void nothingToMigrateIsNotSilent() {
		try (TestRunner runner = runner()) {
			runner.migrate();
			assertThat(runner.validate().problems()).extracting(Problem::code)
				.containsExactly(ProblemCode.NO_MIGRATIONS_FOUND);
		}
	}

	private TestRunner runner(TestMigration... migrations) {
		return TestRunner.on(this.mongo).lease(SHORT).with(migrations);
	}

	private static TestMigration failing(String version) {
		return TestMigration.of(version, (context) -> {
			throw new IllegalStateException("no luck");
		}).with(OnInterrupted.RETRY);
	}

	private List<String> applied() {
		return this.mongo.collection("applied")
			.find()
			.map((document) -> document.getString("version"))
			.into(new ArrayList<>());
	}

}
