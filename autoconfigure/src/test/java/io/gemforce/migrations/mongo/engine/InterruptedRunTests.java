package io.gemforce.migrations.mongo.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.awaitility.Awaitility;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.MDC;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Migrations and interruptions of threads.
 */
@ExtendWith(TestDatabases.class)
class InterruptedRunTests {

	private final MongoTestDatabase mongo;

	InterruptedRunTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	// What a context that is closed interrupts is a thread that waits without a limit
	@Test
	void threadThatRunsAMigrationWaitsWithALimit() throws Exception {
		CountDownLatch working = new CountDownLatch(1);
		CountDownLatch finish = new CountDownLatch(1);
		List<Thread> caller = new ArrayList<>();
		TestMigration parked = TestMigration.of("1", (context) -> {
			working.countDown();
			finish.await();
		});
		CompletableFuture<StoreResult> run = CompletableFuture.supplyAsync(() -> {
			caller.add(Thread.currentThread());
			try (TestRunner runner = TestRunner.on(this.mongo).with(parked)) {
				return runner.migrate();
			}
		});
		assertThat(working.await(1, TimeUnit.MINUTES)).isTrue();
		Awaitility.await().until(() -> caller.get(0).getState() == Thread.State.TIMED_WAITING);
		finish.countDown();
		assertThat(TwoRunners.result(run).executed()).containsExactly("1");
	}

	@Test
	void migrationIsInterruptedWithTheThreadThatRunsIt() {
		Thread caller = Thread.currentThread();
		TestMigration parked = TestMigration.of("1", (context) -> {
			caller.interrupt();
			new CountDownLatch(1).await();
		});
		try (TestRunner runner = TestRunner.on(this.mongo).with(parked)) {
			MigrationException ex = catchThrowableOfType(MigrationException.class, runner::migrate);
			assertThat(Thread.interrupted()).isTrue();
			assertThat(ex).hasMessageContaining("InterruptedException");
		}
		assertThatItIsOnRecord("FAILED");
	}

	@ParameterizedTest
	@EnumSource(TransactionMode.class)
	void successOfAThreadThatIsInterruptedIsASuccess(TransactionMode mode) {
		Stream.of(true, false).forEach((own) -> {
			this.mongo.database().drop();
			TestMigration interrupted = TestMigration.of("1", (context) -> {
				context.collection("applied").insertOne(new Document("version", "1"));
				Thread.currentThread().interrupt();
			}).with((mode == TransactionMode.REQUIRED) ? TransactionMode.AUTO : mode);
			try (TestRunner runner = on(own).with(interrupted, TestMigration.inserting("2"))) {
				StoreResult result = runner.migrate();
				assertThat(Thread.interrupted()).isEqualTo(!own);
				assertThat(result.executed()).containsExactly("1", "2");
			}
			assertThatItIsOnRecord("APPLIED");
		});
	}

	@Test
	void failureOfAThreadThatIsInterruptedIsOnRecordAndTheLockIsReleased() {
		Stream.of(true, false).forEach((own) -> {
			this.mongo.database().drop();
			TestMigration interrupted = TestMigration.of("1", (context) -> {
				Thread.currentThread().interrupt();
				throw new IllegalStateException("interrupted");
			});
			try (TestRunner runner = on(own).with(interrupted)) {
				assertThat(catchThrowableOfType(MigrationException.class, runner::migrate))
					.hasMessageContaining("IllegalStateException: interrupted");
				assertThat(Thread.interrupted()).isEqualTo(!own);
			}
			assertThatItIsOnRecord("FAILED");
		});
	}

	@Test
	void migrationHasTheClassLoaderAndTheDiagnosticContextOfTheThreadThatRunsIt() {
		List<Object> seen = new ArrayList<>();
		MongoMigration looking = (context) -> seen
			.addAll(List.of(Thread.currentThread().getContextClassLoader(), String.valueOf(MDC.get("customer"))));
		MDC.put("customer", "ann");
		try (TestRunner runner = TestRunner.on(this.mongo).with(TestMigration.of("1", looking))) {
			runner.migrate();
		}
		finally {
			MDC.remove("customer");
		}
		assertThat(seen).containsExactly(Thread.currentThread().getContextClassLoader(), "ann");
	}

	private TestRunner.Builder on(boolean ownThread) {
		TestRunner.Builder builder = TestRunner.on(this.mongo);
		return ownThread ? builder : builder.onTheCallersThread();
	}

	private void assertThatItIsOnRecord(String state) {
		assertThat(this.mongo.history().find(new Document("version", "1"))).singleElement()
			.satisfies((row) -> assertThat(row).containsEntry("state", state));
		assertThat(this.mongo.lock().find().first()).containsEntry("owner", null);
	}

}
