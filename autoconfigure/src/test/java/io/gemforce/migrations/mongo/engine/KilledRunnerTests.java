package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.engine.KillPoint.Victim;
import io.gemforce.migrations.support.ChildProcess;
import io.gemforce.migrations.support.ConcurrentCases;
import io.gemforce.migrations.support.MongoProxy;
import io.gemforce.migrations.support.MongoProxy.Hold;
import io.gemforce.migrations.support.MongoTestDatabase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Processes that are killed at a certain command, as {@code kill -9} does it. The next
 * start completes what they have left, or stops until an operator has decided. The system
 * property {@code kill.rounds} tells how often to do all of it.
 */
class KilledRunnerTests {

	private static final Log logger = LogFactory.getLog(KilledRunnerTests.class);

	private static final int ROUNDS = Integer.getInteger("kill.rounds", 1);

	private static final Duration LEASE = Duration.ofSeconds(5);

	private static final AtomicInteger SURVIVED = new AtomicInteger();

	private static final Queue<Duration> TAKEOVERS = new ConcurrentLinkedQueue<>();

	@AfterAll
	static void reportFigures() {
		logger.info("%d cases in %d round(s) without a violation; %d takeovers, the longest %s after the first look"
			.formatted(SURVIVED.get(), ROUNDS, TAKEOVERS.size(),
					TAKEOVERS.stream().max(Duration::compareTo).orElse(Duration.ZERO)));
	}

	@TestFactory
	Stream<DynamicTest> everythingIsAppliedOnceWhereverAProcessIsKilled() {
		return ConcurrentCases.play(cases(), (mongo, test) -> {
			switch (test.point.victim()) {
				case HOLDER -> kill(mongo, test.kind, test.point);
				case SUCCESSOR -> {
					kill(mongo, test.kind, KillPoint.IN_THE_WORK);
					kill(mongo, test.kind, test.point);
				}
				case WAITER -> killWhileAnotherOneWorks(mongo, test);
				case ROLLBACK -> throw new IllegalStateException("%s is not tested here".formatted(test));
			}
			recover(mongo, test);
			SURVIVED.incrementAndGet();
		});
	}

	private static Stream<KillCase> cases() {
		return IntStream.rangeClosed(1, ROUNDS)
			.boxed()
			.flatMap((round) -> Stream.of(KillPoint.values())
				.filter((point) -> point.victim() != Victim.ROLLBACK)
				.flatMap((point) -> MigrationKind.all().map((kind) -> new KillCase(point, kind, round))));
	}

	private static void killWhileAnotherOneWorks(MongoTestDatabase mongo, KillCase test) throws Exception {
		try (MongoProxy proxy = MongoProxy.to(mongo);
				TestRunner holder = TestRunner.on(proxy.uri(), mongo.name()).with(test.kind.migrations("1", "2"))) {
			Hold inTheWork = proxy.holdCommand(WireStep.SECOND_WORK);
			CompletableFuture<Void> begin = new CompletableFuture<>();
			CompletableFuture<?> held = begin.thenRunAsync(holder::migrate);
			kill(mongo, test.kind, test.point, () -> {
				begin.complete(null);
				inTheWork.await();
			});
			inTheWork.letGo();
			held.get(1, TimeUnit.MINUTES);
		}
		assertThat(mongo.lock().find().first()).containsEntry("fence", 1L);
	}

	private static void kill(MongoTestDatabase mongo, MigrationKind kind, KillPoint point) {
		kill(mongo, kind, point, () -> {
		});
	}

	private static void kill(MongoTestDatabase mongo, MigrationKind kind, KillPoint point, Runnable beforeItBegins) {
		try (MongoProxy proxy = MongoProxy.to(mongo)) {
			Hold first = point.arrange(proxy);
			try (ChildProcess process = MigratingProcess.start(proxy, mongo, kind, LEASE)) {
				beforeItBegins.run();
				process.go();
				List<Hold> held = point.reach(proxy, first, process::output);
				process.kill();
				point.settle(held);
			}
		}
	}

	private static void recover(MongoTestDatabase mongo, KillCase test) {
		MigrationKind kind = test.kind;
		String interrupted = test.point.interrupted(kind == MigrationKind.TRANSACTIONAL).orElse(null);
		if (interrupted != null && kind == MigrationKind.STOP) {
			stop(mongo, kind, interrupted);
			kind = test.decision().take(mongo, interrupted);
		}
		migrate(mongo, kind, "1", "2");
		migrate(mongo, kind, "1", "2", "3");
		assertThatEachIsAppliedOnce(mongo);
	}

	private static void stop(MongoTestDatabase mongo, MigrationKind kind, String version) {
		MigrationException ex = catchThrowableOfType(MigrationException.class, () -> migrate(mongo, kind, "1", "2"));
		assertThat(ex.getProblems()).singleElement().satisfies((problem) -> {
			assertThat(problem.code()).isEqualTo(ProblemCode.INTERRUPTED);
			assertThat(problem.message()).isEqualTo(
					"The last attempt of migration %1$s (migration %1$s) (com.example.V%1$s) never finished, so it may be applied in part"
						.formatted(version));
			assertThat(problem.action()).contains(
					"declare @Migration(onInterrupted = OnInterrupted.RETRY) and start again",
					"run gemforce.migrations.run=mark-applied or mark-rolled-back with store=mongo, version=%s and a reason"
						.formatted(version));
		});
		assertThat(MigrationKind.executed(mongo)).doesNotContainKey("2a");
	}

	private static void migrate(MongoTestDatabase mongo, MigrationKind kind, String... versions) {
		TakeoverTimes times = new TakeoverTimes();
		try (TestRunner runner = TestRunner.on(mongo).lease(LEASE).listener(times).with(kind.migrations(versions))) {
			runner.migrate();
		}
		finally {
			if (times.isTakenOver()) {
				TAKEOVERS.add(times.takeover());
			}
		}
	}

	private static void assertThatEachIsAppliedOnce(MongoTestDatabase mongo) {
		assertThat(MigrationKind.executed(mongo)).isEqualTo(MigrationKind.once("1", "2", "3"));
		List<Document> rows = mongo.history().find().sort(new Document("_id", 1)).into(new ArrayList<>());
		assertThat(rows).as("history").extracting((row) -> row.getString("state")).doesNotContain("RUNNING");
		assertThat(rows).filteredOn((row) -> row.getString("state").equals("APPLIED"))
			.extracting((row) -> row.getString("version"))
			.containsExactly("1", "2", "3");
		assertThat(rows).extracting((row) -> row.getLong("fence")).isSorted();
		assertThat(mongo.lock().find().first()).containsEntry("owner", null);
	}

	/**
	 * What an operator does about a migration that was interrupted and must not be
	 * repeated.
	 */
	private enum Decision {

		COMPLETE {

			@Override
			MigrationKind take(MongoTestDatabase mongo, String version) {
				MigrationKind.complete(mongo, version);
				perform(mongo, version, Operation.Kind.MARK_APPLIED);
				return MigrationKind.STOP;
			}

		},

		TAKE_BACK {

			@Override
			MigrationKind take(MongoTestDatabase mongo, String version) {
				MigrationKind.takeBack(mongo, version);
				perform(mongo, version, Operation.Kind.MARK_ROLLED_BACK);
				return MigrationKind.STOP;
			}

		},

		DECLARE_RETRY {

			@Override
			MigrationKind take(MongoTestDatabase mongo, String version) {
				return MigrationKind.RETRY;
			}

		};

		abstract MigrationKind take(MongoTestDatabase mongo, String version);

		private static void perform(MongoTestDatabase mongo, String version, Operation.Kind kind) {
			try (TestRunner runner = TestRunner.on(mongo).lease(LEASE).with(MigrationKind.STOP.migrations("1", "2"))) {
				runner.perform(new Operation(kind, Version.parse(version).orElseThrow(), "it was killed", false));
			}
		}

	}

	/**
	 * A kill.
	 *
	 * @param point where
	 * @param kind what runs
	 * @param round the number of the round
	 */
	private record KillCase(KillPoint point, MigrationKind kind, int round) {

		private Decision decision() {
			Decision[] decisions = Decision.values();
			return decisions[(this.round + this.point.ordinal()) % decisions.length];
		}

		@Override
		public String toString() {
			return "%s %s, round %d".formatted(this.kind, this.point, this.round);
		}

	}

}
