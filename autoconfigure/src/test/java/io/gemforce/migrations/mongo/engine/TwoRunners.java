package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import org.bson.Document;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.support.MongoProxy;
import io.gemforce.migrations.support.MongoProxy.Hold;
import io.gemforce.migrations.support.MongoServers;
import io.gemforce.migrations.support.MongoTestDatabase;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two runners, A and B, each behind a proxy of its own, so that a test can decide in
 * which order what they send is executed. A's clock stands still, so that nothing but the
 * database tells A that it has lost the lock.
 */
final class TwoRunners implements AutoCloseable {

	private static final Duration LEASE = Duration.ofSeconds(2);

	private final MongoTestDatabase mongo;

	private final MongoProxy beforeA;

	private final MongoProxy beforeB;

	private final List<TestRunner> runners = new ArrayList<>();

	TwoRunners(MongoTestDatabase mongo) {
		this.mongo = mongo;
		this.beforeA = MongoProxy.to(mongo);
		this.beforeB = MongoProxy.to(mongo);
	}

	MongoProxy beforeA() {
		return this.beforeA;
	}

	MongoProxy beforeB() {
		return this.beforeB;
	}

	/**
	 * Prepare another runner behind A's proxy, with a clock that does not stand still.
	 */
	TestRunner.Builder asA() {
		return TestRunner.on(this.beforeA.uri(), this.mongo.name()).lease(LEASE);
	}

	CompletableFuture<StoreResult> migrateAsA(MigrationKind kind, String... versions) {
		return migrate(asA().nanoTime(() -> 0), kind.migrations(versions));
	}

	CompletableFuture<StoreResult> migrateAsB(MigrationKind kind, String... versions) {
		return migrate(TestRunner.on(this.beforeB.uri(), this.mongo.name()).lease(LEASE), kind.migrations(versions));
	}

	CompletableFuture<StoreResult> migrate(TestRunner.Builder builder, TestMigration... migrations) {
		TestRunner runner = builder.with(migrations);
		this.runners.add(runner);
		return CompletableFuture.supplyAsync(runner::migrate);
	}

	/**
	 * Let A beat no more.
	 */
	void freezeA() {
		this.beforeA.swallow(WireStep.BEAT);
	}

	/**
	 * Return how often the driver sends a write that is not answered.
	 * @return how many replies must be lost for the runner to be told
	 */
	static int sendsOfTheDriver() {
		return MongoServers.isReplicaSet() ? 2 : 1;
	}

	static void lose(List<Hold> holds) {
		holds.forEach((hold) -> {
			hold.await();
			hold.lose();
		});
	}

	static StoreResult result(CompletableFuture<StoreResult> run) throws Exception {
		return run.get(1, TimeUnit.MINUTES);
	}

	static MigrationException failure(CompletableFuture<StoreResult> run) throws Exception {
		try {
			throw new AssertionError("It should have failed but applied " + result(run).executed());
		}
		catch (ExecutionException ex) {
			return (MigrationException) ex.getCause();
		}
	}

	List<Document> rows() {
		return this.mongo.history().find().sort(new Document("_id", 1)).into(new ArrayList<>());
	}

	@Nullable Object owner() {
		return this.mongo.lock().find().first().get("owner");
	}

	/**
	 * Free the lock, as somebody who does not keep to the protocol does it.
	 */
	void freeLock() {
		this.mongo.lock().updateOne(new Document(), new Document("$set", new Document("owner", null)));
	}

	void assertThatEachIsAppliedOnce(String... versions) {
		assertThat(MigrationKind.executed(this.mongo)).isEqualTo(MigrationKind.once(versions));
		assertThat(rows()).filteredOn((row) -> row.getString("state").equals("APPLIED"))
			.extracting((row) -> row.getString("version"))
			.containsExactly(versions);
	}

	@Override
	public void close() {
		this.beforeA.close();
		this.beforeB.close();
		this.runners.forEach(TestRunner::close);
	}

}
