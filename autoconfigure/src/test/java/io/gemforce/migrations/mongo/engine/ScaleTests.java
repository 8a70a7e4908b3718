package io.gemforce.migrations.mongo.engine;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandSucceededEvent;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import io.gemforce.migrations.Operation;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.SentCommands;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Long histories, many migrations, many runners: what is sent for them, counted exactly.
 */
@ExtendWith(TestDatabases.class)
class ScaleTests {

	private static final int LONG = 10_000;

	private final MongoTestDatabase mongo;

	private final SentCommands sent = new SentCommands();

	ScaleTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	@RequiresReplicaSet("batches that are limited")
	void nothingToDoIsOneCommandAfterTenThousandMigrations() {
		record(1, LONG);
		LargestReply replies = new LargestReply();
		try (TestRunner runner = TestRunner.on(this.mongo)
			.listener(this.sent)
			.listener(replies)
			.with(inserting(1, LONG, TransactionMode.AUTO))) {
			assertThat(runner.migrate().outcome()).isEqualTo(StoreResult.Outcome.UP_TO_DATE);
		}
		assertThat(this.sent.names()).containsExactly("find");
		BsonDocument find = this.sent.commands().get(0);
		assertThat(find.getDocument("projection")).doesNotContainKeys("error", "startedAt", "host");
		assertThat(replies.rows).isEqualTo(LONG);
		assertThat(replies.cursor).isZero();
	}

	@ParameterizedTest
	@EnumSource(names = { "AUTO", "NEVER" })
	@RequiresReplicaSet("transactions")
	void firstStartWithTwoMigrations(TransactionMode transaction) {
		try (TestRunner runner = TestRunner.on(this.mongo).listener(this.sent).with(inserting(1, 2, transaction))) {
			runner.migrate();
		}
		if (transaction == TransactionMode.AUTO) {
			assertThat(this.sent.names()).containsExactly("find", "findAndModify", "find", "insert", "insert", "update",
					"commitTransaction", "insert", "insert", "update", "commitTransaction", "update");
		}
		else {
			assertThat(this.sent.names()).containsExactly("find", "findAndModify", "find", "insert", "insert", "update",
					"insert", "update", "update");
		}
	}

	@Test
	@RequiresReplicaSet("transactions")
	void thousandMigrationsAfterNineThousandAreTheirOwnCommandsAndThreeEach() {
		record(1, LONG - 1000);
		LargestReply replies = new LargestReply();
		try (TestRunner runner = TestRunner.on(this.mongo)
			.listener(this.sent)
			.listener(replies)
			.with(inserting(1, LONG, TransactionMode.AUTO))) {
			assertThat(runner.migrate().executed()).hasSize(1000);
		}
		assertThat(withoutBeats(this.sent)).isEqualTo(
				Map.of("find", 2, "findAndModify", 1, "insert", 2000, "update", 1001, "commitTransaction", 1000));
		assertThat(replies.rows).isEqualTo(2 * (LONG - 1000));
		assertThat(this.mongo.collection("applied").countDocuments()).isEqualTo(1000);
		assertThat(this.mongo.history().countDocuments(new Document("state", "APPLIED"))).isEqualTo(LONG);
	}

	@Test
	void thousandImportsAreTwoCommandsEach() {
		this.mongo.collection("changelog")
			.insertMany(IntStream.rangeClosed(1, 1000)
				.mapToObj((number) -> new Document("fileName", number + ".js"))
				.toList());
		TestMigration[] migrations = IntStream.rangeClosed(1, 1000)
			.mapToObj((number) -> TestMigration.inserting(String.valueOf(number))
				.importing("migrate-mongo:%d.js".formatted(number)))
			.toArray(TestMigration[]::new);
		LargestReply replies = new LargestReply();
		try (TestRunner runner = TestRunner.on(this.mongo).listener(this.sent).listener(replies).with(migrations)) {
			assertThat(runner.migrate().executed()).isEmpty();
		}
		// One more looks for a lock of the other tool
		assertThat(withoutBeats(this.sent))
			.isEqualTo(Map.of("find", 2 + 1 + 1000, "findAndModify", 1, "insert", 1000, "update", 1));
		assertThat(replies.rows).isZero();
		assertThat(this.mongo.history().countDocuments(new Document("type", "IMPORT"))).isEqualTo(1000);
	}

	@Test
	void thousandAcceptedChecksumsAreOneCommandEach() {
		record(1, 1000);
		TestMigration[] edited = IntStream.rangeClosed(1, 1000)
			.mapToObj((number) -> TestMigration.inserting(String.valueOf(number)).withChecksum("edited"))
			.toArray(TestMigration[]::new);
		try (TestRunner runner = TestRunner.on(this.mongo).listener(this.sent).with(edited)) {
			assertThat(runner.perform(new Operation(Operation.Kind.REPAIR, null, "all edited", false))).hasSize(1000);
			assertThat(withoutBeats(this.sent))
				.isEqualTo(Map.of("findAndModify", 1, "find", 2, "insert", 1000, "update", 1));
			assertThat(runner.migrate().outcome()).isEqualTo(StoreResult.Outcome.UP_TO_DATE);
		}
	}

	@Test
	void twiceAsManyMigrationsAreTwiceAsManyCommandsAndNotThriceTheWork() {
		cpuTimeOfMigrating(200);
		long some = cpuTimeOfMigrating(500);
		long twiceAsMany = cpuTimeOfMigrating(1000);
		assertThat(twiceAsMany).isLessThan(3 * some);
	}

	private long cpuTimeOfMigrating(int count) {
		this.mongo.database().drop();
		SentCommands sent = new SentCommands();
		try (TestRunner runner = TestRunner.on(this.mongo)
			.listener(sent)
			.with(inserting(1, count, TransactionMode.NEVER))) {
			long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
			assertThat(runner.migrate().executed()).hasSize(count);
			long after = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
			assertThat(withoutBeats(sent))
				.isEqualTo(Map.of("find", 2, "findAndModify", 1, "insert", count + 1, "update", count + 1));
			return after - before;
		}
	}

	@Test
	void twoHundredRunnersApplyAMigrationOnceAndNoneIsLate() throws Exception {
		AtomicInteger executions = new AtomicInteger();
		TestMigration slow = TestMigration.of("1", (context) -> {
			executions.incrementAndGet();
			Thread.sleep(3000);
			context.collection("applied").insertOne(new Document("version", "1"));
		});
		ConcurrentLinkedQueue<Duration> done = new ConcurrentLinkedQueue<>();
		CountDownLatch go = new CountDownLatch(1);
		ExecutorService threads = Executors.newFixedThreadPool(200);
		try {
			List<CompletableFuture<Void>> runs = new ArrayList<>();
			long[] startedAt = new long[1];
			for (int number = 0; number < 200; number++) {
				TestRunner runner = TestRunner.on(this.mongo).client(this.mongo.client()).with(slow);
				runs.add(CompletableFuture.runAsync(() -> {
					await(go);
					runner.migrate();
					done.add(Duration.ofNanos(System.nanoTime() - startedAt[0]));
				}, threads));
			}
			startedAt[0] = System.nanoTime();
			go.countDown();
			CompletableFuture.allOf(runs.toArray(CompletableFuture[]::new)).get(120, TimeUnit.SECONDS);
		}
		finally {
			threads.shutdownNow();
		}
		assertThat(executions).hasValue(1);
		assertThat(this.mongo.collection("applied").countDocuments()).isOne();
		List<Duration> inOrder = done.stream().sorted().toList();
		assertThat(inOrder).hasSize(200);
		assertThat(inOrder.get(199)).as("the first is done after %s", inOrder.get(0))
			.isLessThanOrEqualTo(inOrder.get(0).multipliedBy(2));
	}

	private static void await(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static TestMigration[] inserting(int first, int last, TransactionMode transaction) {
		return IntStream.rangeClosed(first, last)
			.mapToObj((number) -> TestMigration.inserting(String.valueOf(number)).with(transaction))
			.toArray(TestMigration[]::new);
	}

	private void record(int first, int last) {
		this.mongo.history()
			.insertMany(IntStream.rangeClosed(first, last)
				.mapToObj((number) -> new Document("_id", (long) number).append("version", String.valueOf(number))
					.append("description", "migration " + number)
					.append("type", "BEAN")
					.append("script", "com.example.V" + number)
					.append("checksum", "1")
					.append("direction", "UP")
					.append("state", "APPLIED")
					.append("phase", "EXPAND")
					.append("transactional", true)
					.append("startedAt", new Date())
					.append("finishedAt", new Date())
					.append("durationMs", 12L)
					.append("runId", "run")
					.append("trigger", "STARTUP")
					.append("application", "gems")
					.append("host", "host")
					.append("user", "user")
					.append("fence", 0L))
				.toList());
	}

	private static Map<String, Integer> withoutBeats(SentCommands sent) {
		return sent.commands()
			.stream()
			.filter((command) -> !isBeat(command))
			.collect(Collectors.toMap(BsonDocument::getFirstKey, (command) -> 1, Integer::sum));
	}

	private static boolean isBeat(BsonDocument command) {
		return command.getFirstKey().equals("update")
				&& command.getString("update").equals(new BsonString("migration_lock"))
				&& command.getArray("updates").get(0).asDocument().getDocument("u").containsKey("$inc");
	}

	/**
	 * Counts the rows of the history in the replies to {@code find}, and notes whether
	 * one of them left some for a further command.
	 */
	private static final class LargestReply implements CommandListener {

		private volatile int rows;

		private volatile long cursor;

		@Override
		public void commandSucceeded(CommandSucceededEvent event) {
			BsonDocument cursor = event.getResponse().getDocument("cursor", new BsonDocument());
			if (cursor.getString("ns", new BsonString("")).getValue().endsWith(".migration_history")) {
				this.rows += cursor.getArray("firstBatch").size();
				this.cursor |= cursor.getInt64("id", new BsonInt64(0)).getValue();
			}
		}

	}

}
