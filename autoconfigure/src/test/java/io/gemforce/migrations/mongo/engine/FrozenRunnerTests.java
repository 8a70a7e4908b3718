package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

import org.bson.BsonDocument;
import org.bson.Document;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.support.ChildProcess;
import io.gemforce.migrations.support.ConcurrentCases;
import io.gemforce.migrations.support.MongoProxy;
import io.gemforce.migrations.support.MongoProxy.Hold;
import io.gemforce.migrations.support.MongoTestDatabase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * A process that holds the lock is frozen for longer than its lease, as
 * {@code kill -STOP} does it, and wakes when another instance is done.
 */
class FrozenRunnerTests {

	private static final Duration LEASE = Duration.ofSeconds(5);

	@TestFactory
	Stream<DynamicTest> frozenHolderWritesNothingWhenItWakes() {
		Stream<Freeze> cases = MigrationKind.all()
			.flatMap((kind) -> Stream.of(WireStep.OPEN_ROW, WireStep.FIRST_WORK)
				.map((step) -> new Freeze(kind, step, (proxy) -> proxy.holdReply(step))));
		Stream<Freeze> commit = MigrationKind.all()
			.filter(MigrationKind.TRANSACTIONAL::equals)
			.map((kind) -> new Freeze(kind, WireStep.COMMIT, (proxy) -> proxy.holdCommand(WireStep.COMMIT)));
		return ConcurrentCases.play(Stream.concat(cases, commit), FrozenRunnerTests::freezeAndWake);
	}

	private static void freezeAndWake(MongoTestDatabase mongo, Freeze freeze) {
		try (MongoProxy proxy = MongoProxy.to(mongo)) {
			Hold stopped = freeze.hold.apply(proxy);
			try (ChildProcess process = MigratingProcess.start(proxy, mongo, freeze.kind, LEASE)) {
				process.go();
				stopped.await(process::output);
				process.freeze();
				takeOver(mongo, freeze.kind);
				List<Document> history = history(mongo);
				int sent = proxy.commands().size();
				process.wake();
				stopped.execute();
				assertThat(process.exitCode()).isZero();
				assertThat(MigratingProcess.hasFailed(process, ProblemCode.LOCK_LOST)).as(process.output()).isTrue();
				assertThatNothingIsWritten(proxy.commands().stream().skip(sent).toList());
				assertThat(history(mongo)).isEqualTo(history);
			}
		}
		assertThat(MigrationKind.executed(mongo)).isEqualTo(freeze.expected());
	}

	private static void takeOver(MongoTestDatabase mongo, MigrationKind kind) {
		try (TestRunner runner = TestRunner.on(mongo).lease(LEASE).with(kind.migrations("1", "2"))) {
			if (kind != MigrationKind.STOP) {
				assertThat(runner.migrate().executed()).containsExactly("1", "2");
			}
			else {
				assertThat(catchThrowableOfType(MigrationException.class, runner::migrate).getCode())
					.isEqualTo(ProblemCode.INTERRUPTED);
			}
		}
	}

	private static void assertThatNothingIsWritten(List<BsonDocument> commands) {
		assertThat(commands).noneMatch(WireStep.WORK)
			.noneMatch(WireStep.OPEN_ROW)
			.noneMatch(WireStep.CLOSE_ROW)
			.noneMatch(WireStep.COMMIT);
	}

	private static List<Document> history(MongoTestDatabase mongo) {
		return mongo.history().find().sort(new Document("_id", 1)).into(new ArrayList<>());
	}

	/**
	 * A freeze.
	 *
	 * @param kind what runs
	 * @param step the step before whose reply, or in the case of the commit before whose
	 * execution, the holder is frozen
	 * @param hold holds it there
	 */
	private record Freeze(MigrationKind kind, WireStep step, Function<MongoProxy, Hold> hold) {

		private Map<String, Integer> expected() {
			if (this.kind != MigrationKind.STOP) {
				return MigrationKind.once("1", "2");
			}
			return (this.step == WireStep.FIRST_WORK) ? Map.of("1a", 1) : Map.of();
		}

		@Override
		public String toString() {
			return "%s frozen at %s".formatted(this.kind, this.step);
		}

	}

}
