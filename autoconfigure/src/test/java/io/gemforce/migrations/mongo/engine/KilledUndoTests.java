package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.bson.Document;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.mongo.engine.KillPoint.Victim;
import io.gemforce.migrations.support.ChildProcess;
import io.gemforce.migrations.support.ConcurrentCases;
import io.gemforce.migrations.support.MongoProxy;
import io.gemforce.migrations.support.MongoProxy.Hold;
import io.gemforce.migrations.support.MongoTestDatabase;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Processes that are killed while they roll back, as {@code kill -9} does it. The next
 * start applies nothing again, and the next rollback completes what was begun.
 */
class KilledUndoTests {

	private static final Duration LEASE = Duration.ofSeconds(5);

	@TestFactory
	Stream<DynamicTest> everythingIsUndoneOnceWhereverAProcessIsKilled() {
		return ConcurrentCases.play(cases(), (mongo, test) -> {
			try (TestRunner runner = runner(mongo, test.kind)) {
				runner.migrate();
			}
			kill(mongo, test);
			Map<String, Integer> left = MigrationKind.executed(mongo);
			startWithoutApplyingAnything(mongo, test.kind);
			assertThat(MigrationKind.executed(mongo)).isEqualTo(left);
			complete(mongo, test.kind);
		});
	}

	private static Stream<KillCase> cases() {
		return MigrationKind.all()
			.filter((kind) -> kind != MigrationKind.STOP)
			.flatMap((kind) -> EnumSet.allOf(KillPoint.class)
				.stream()
				.filter((point) -> EnumSet.of(Victim.HOLDER, Victim.ROLLBACK).contains(point.victim()))
				.map((point) -> new KillCase(point, kind)));
	}

	private static TestRunner runner(MongoTestDatabase mongo, MigrationKind kind) {
		return TestRunner.on(mongo).lease(LEASE).with(kind.migrations("1", "2"));
	}

	private static void kill(MongoTestDatabase mongo, KillCase test) {
		try (MongoProxy proxy = MongoProxy.to(mongo)) {
			Hold first = test.point.arrange(proxy);
			try (ChildProcess process = MigratingProcess.start(MigratingProcess.Task.ROLL_BACK, proxy, mongo, test.kind,
					LEASE)) {
				process.go();
				List<Hold> held = test.point.reach(proxy, first, process::output);
				process.kill();
				test.point.settle(held);
			}
		}
	}

	private static void startWithoutApplyingAnything(MongoTestDatabase mongo, MigrationKind kind) {
		try (TestRunner runner = runner(mongo, kind)) {
			assertThat(runner.migrate().executed()).isEmpty();
		}
		catch (MigrationException ex) {
			assertThat(ex.getCode()).isEqualTo(ProblemCode.INTERRUPTED);
			assertThat(ex.getAction()).contains("Roll back again, which finishes it");
		}
	}

	private static void complete(MongoTestDatabase mongo, MigrationKind kind) {
		try (TestRunner runner = runner(mongo, kind)) {
			runner.rollback("0");
			assertThat(runner.migrate().outcome()).isEqualTo(StoreResult.Outcome.HELD);
		}
		assertThat(MigrationKind.executed(mongo)).isEmpty();
		List<Document> rows = mongo.history().find().sort(new Document("_id", 1)).into(new ArrayList<>());
		assertThat(rows).extracting((row) -> row.getString("state")).doesNotContain("RUNNING");
		assertThat(rows).filteredOn((row) -> row.getString("state").equals("ROLLED_BACK"))
			.extracting((row) -> row.getString("version"))
			.containsExactly("2", "1");
		assertThat(mongo.lock().find().first()).containsEntry("owner", null);
	}

	/**
	 * A kill.
	 *
	 * @param point where
	 * @param kind what is undone
	 */
	private record KillCase(KillPoint point, MigrationKind kind) {

		@Override
		public String toString() {
			return "%s %s".formatted(this.kind, this.point);
		}

	}

}
