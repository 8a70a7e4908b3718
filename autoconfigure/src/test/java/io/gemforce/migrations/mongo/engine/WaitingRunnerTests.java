package io.gemforce.migrations.mongo.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.ReversibleMongoMigration;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.SentCommands;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An instance that has waited for the lock is judged by what the other one, which may be
 * another build, has left.
 */
@ExtendWith(TestDatabases.class)
class WaitingRunnerTests {

	private final MongoTestDatabase mongo;

	private final CountDownLatch working = new CountDownLatch(1);

	private final CountDownLatch finish = new CountDownLatch(1);

	private final SentCommands sent = new SentCommands();

	WaitingRunnerTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	void isRefusedIfTheOtherBuildHasAppliedSomethingElse() throws Exception {
		CompletableFuture<?> other = run(() -> migrate(slow("1", "theirs")));
		MigrationException ex = refused(waiting(TestRunner.on(this.mongo), slow("1", "ours")), other);
		assertThat(ex.getCode()).isEqualTo(ProblemCode.CHECKSUM_MISMATCH);
	}

	@Test
	void isRefusedIfTheOtherBuildIsNewerAndThatIsNotWanted() throws Exception {
		CompletableFuture<?> other = run(() -> migrate(slow("1", "1"), TestMigration.inserting("2")));
		TestRunner.Builder strict = TestRunner.on(this.mongo)
			.policy(new MongoSettings.Policy(null, null, false, false, true));
		MigrationException ex = refused(waiting(strict, slow("1", "1")), other);
		assertThat(ex.getCode()).isEqualTo(ProblemCode.SCHEMA_AHEAD);
	}

	@Test
	void saysThatTheOtherBuildIsNewer() throws Exception {
		CompletableFuture<?> other = run(() -> migrate(slow("1", "1"), TestMigration.inserting("2")));
		StoreResult result = TwoRunners.result(waiting(TestRunner.on(this.mongo), slow("1", "1")));
		other.get(1, TimeUnit.MINUTES);
		assertThat(result.outcome()).isEqualTo(StoreResult.Outcome.AHEAD);
		assertThat(result.to()).isEqualTo("2");
	}

	@Test
	void isRefusedIfTheOtherOneHasLeftAnUndoUnfinished() throws Exception {
		TestMigration half = TestMigration.of("1", new HalfUndone(this.working, this.finish))
			.with(TransactionMode.NEVER)
			.with(OnInterrupted.RETRY);
		migrate(half);
		CompletableFuture<?> other = run(() -> {
			try (TestRunner runner = TestRunner.on(this.mongo).with(half)) {
				runner.rollback("0");
			}
		});
		MigrationException ex = refused(waiting(TestRunner.on(this.mongo), half),
				other.exceptionally((failed) -> null));
		assertThat(ex.getCode()).isEqualTo(ProblemCode.INTERRUPTED);
	}

	private CompletableFuture<?> run(Runnable other) throws InterruptedException {
		CompletableFuture<?> running = CompletableFuture.runAsync(other);
		assertThat(this.working.await(1, TimeUnit.MINUTES)).isTrue();
		return running;
	}

	// The other one goes on when this one has begun to wait
	private CompletableFuture<StoreResult> waiting(TestRunner.Builder builder, TestMigration... migrations) {
		CompletableFuture<StoreResult> waiting = CompletableFuture.supplyAsync(() -> {
			try (TestRunner runner = builder.listener(this.sent).with(migrations)) {
				return runner.migrate();
			}
		});
		Awaitility.await().until(() -> this.sent.commands().stream().anyMatch(WireStep.LOOK));
		this.finish.countDown();
		return waiting;
	}

	private static MigrationException refused(CompletableFuture<StoreResult> waiting, CompletableFuture<?> other)
			throws Exception {
		other.get(1, TimeUnit.MINUTES);
		return TwoRunners.failure(waiting);
	}

	private void migrate(TestMigration... migrations) {
		try (TestRunner runner = TestRunner.on(this.mongo).with(migrations)) {
			runner.migrate();
		}
	}

	private TestMigration slow(String version, String checksum) {
		return TestMigration.of(version, (context) -> {
			context.collection("applied").insertOne(new Document("version", version));
			this.working.countDown();
			this.finish.await();
		}).withChecksum(checksum);
	}

	private record HalfUndone(CountDownLatch working, CountDownLatch finish) implements ReversibleMongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
		}

		@Override
		public void down(MongoMigrationContext mongo) throws Exception {
			this.working.countDown();
			this.finish.await();
			throw new IllegalStateException("half undone");
		}

	}

}
