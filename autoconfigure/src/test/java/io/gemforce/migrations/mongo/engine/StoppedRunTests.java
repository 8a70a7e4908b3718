package io.gemforce.migrations.mongo.engine;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.store.Plan;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.store.ShutdownSignal;
import io.gemforce.migrations.support.FailPoint;
import io.gemforce.migrations.support.MongoProxy;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for a run that is told to stop between two migrations.
 */
@ExtendWith(TestDatabases.class)
class StoppedRunTests {

	private final MongoTestDatabase mongo;

	private final ShutdownSignal stop = new ShutdownSignal();

	StoppedRunTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	void namesWhatItHasApplied() {
		assertThat(stoppedAfter(3).getDatabaseState()).isEqualTo("this run has applied 1, 2, 3");
	}

	@Test
	void doesNotNameEachOfMany() {
		assertThat(stoppedAfter(11).getDatabaseState())
			.isEqualTo("this run has applied 11 migrations, the last one is 11");
	}

	@Test
	void opensNoRowOfAMigrationThatDoesNotFollow() {
		TestMigration first = stopping(1).with(TransactionMode.NEVER);
		try (TestRunner runner = TestRunner.on(this.mongo)
			.stop(this.stop)
			.with(first, TestMigration.inserting("2").with(TransactionMode.NEVER))) {
			MigrationException ex = catchThrowableOfType(MigrationException.class, runner::migrate);
			assertThat(ex.getCode()).isEqualTo(ProblemCode.SHUTTING_DOWN);
			assertThat(ex.getDatabaseState()).isEqualTo("this run has applied 1");
		}
		assertThatOnlyOneIsRecorded();
	}

	@Test
	void opensNoRowOfAMigrationThatIsNotInThePlan() {
		TestMigration first = TestMigration.inserting("1").with(TransactionMode.NEVER);
		try (TestRunner planned = TestRunner.on(this.mongo).with(first);
				TestRunner runner = TestRunner.on(this.mongo).with(first, TestMigration.inserting("2"))) {
			PlanGuard guard = PlanGuard.of(new Plan(planned.store().plan(false).steps(), List.of()));
			MigrationException ex = catchThrowableOfType(MigrationException.class,
					() -> runner.store().migrate(runner.run(), guard));
			assertThat(ex.getCode()).isEqualTo(ProblemCode.PLAN_CHANGED);
			assertThat(ex.getDatabaseState()).isEqualTo("this run has applied 1");
		}
		assertThatOnlyOneIsRecorded();
	}

	private void assertThatOnlyOneIsRecorded() {
		assertThat(this.mongo.history().find()).singleElement()
			.satisfies((row) -> assertThat(row).containsEntry("version", "1").containsEntry("state", "APPLIED"));
		assertThat(this.mongo.lock().find().first()).containsEntry("owner", null);
	}

	@Test
	void beginsNothingIfItWasToldBefore() {
		this.stop.stop();
		try (TestRunner runner = TestRunner.on(this.mongo).stop(this.stop).with(TestMigration.inserting("1"))) {
			assertThat(catchThrowableOfType(MigrationException.class, runner::migrate).getCode())
				.isEqualTo(ProblemCode.SHUTTING_DOWN);
		}
		assertThat(this.mongo.history().countDocuments()).isZero();
		assertThat(this.mongo.lock().countDocuments()).isZero();
	}

	@Test
	void releasesTheLockThatItWasAcquiring() throws Exception {
		try (TwoRunners stage = new TwoRunners(this.mongo)) {
			MongoProxy.Hold acquired = stage.beforeA().holdReply(WireStep.ACQUIRE);
			CompletableFuture<StoreResult> a = stage.migrate(stage.asA().stop(this.stop), TestMigration.inserting("1"));
			acquired.await();
			this.stop.stop();
			acquired.letGo();
			assertThat(TwoRunners.failure(a).getCode()).isEqualTo(ProblemCode.SHUTTING_DOWN);
		}
		assertThat(this.mongo.history().countDocuments()).isZero();
		assertThat(this.mongo.lock().find().first()).containsEntry("owner", null);
	}

	@Test
	@RequiresReplicaSet("failCommand")
	void doesNotTryATransactionAgain() {
		AtomicInteger tries = new AtomicInteger();
		TestMigration conflicting = TestMigration.of("1", (context) -> {
			if (tries.incrementAndGet() == 3) {
				this.stop.stop();
			}
			context.collection("applied").deleteOne(new Document("version", "0"));
		});
		String appName = this.mongo.name() + "-stopped";
		try (FailPoint failPoint = FailPoint.on(this.mongo.client(), appName, Integer.MAX_VALUE, "delete")
			.withErrorCode(112, "TransientTransactionError");
				TestRunner runner = TestRunner.on(this.mongo).appName(appName).stop(this.stop).with(conflicting)) {
			MigrationException ex = catchThrowableOfType(MigrationException.class, runner::migrate);
			assertThat(ex.getCode()).isEqualTo(ProblemCode.SHUTTING_DOWN);
			assertThat(ex.getDatabaseState()).isEqualTo("what migration 1 did was rolled back");
			assertThat(ex).hasMessageContaining("(tried 3 times in PT0S)");
		}
		assertThat(tries).hasValue(3);
		assertThat(this.mongo.lock().find().first()).containsEntry("owner", null);
	}

	private MigrationException stoppedAfter(int count) {
		TestMigration[] migrations = IntStream.rangeClosed(1, count + 1)
			.mapToObj(
					(number) -> (number == count) ? stopping(number) : TestMigration.inserting(String.valueOf(number)))
			.toArray(TestMigration[]::new);
		try (TestRunner runner = TestRunner.on(this.mongo).stop(this.stop).with(migrations)) {
			MigrationException ex = catchThrowableOfType(MigrationException.class, runner::migrate);
			assertThat(ex.getCode()).isEqualTo(ProblemCode.SHUTTING_DOWN);
			assertThat(this.mongo.history().countDocuments()).isEqualTo(count);
			return ex;
		}
	}

	private TestMigration stopping(int version) {
		return TestMigration.of(String.valueOf(version), (mongo) -> this.stop.stop());
	}

}
