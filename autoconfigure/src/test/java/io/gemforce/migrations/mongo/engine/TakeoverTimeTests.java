package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.util.stream.Stream;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

import io.gemforce.migrations.support.ChildProcess;
import io.gemforce.migrations.support.ConcurrentCases;
import io.gemforce.migrations.support.FailPoint;
import io.gemforce.migrations.support.MongoProxy;
import io.gemforce.migrations.support.MongoProxy.Hold;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.SentCommands;
import io.gemforce.migrations.support.TestDatabases;
import io.gemforce.migrations.support.TransactionLifetime;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How long it takes to take over from a process that was killed.
 */
@ExtendWith(TestDatabases.class)
class TakeoverTimeTests {

	private static final Log logger = LogFactory.getLog(TakeoverTimeTests.class);

	private static final Duration SLACK_OF_A_CROWDED_MACHINE = Duration.ofSeconds(5);

	private static final int UNAUTHORIZED = 13;

	@Test
	void lockIsHeldOneLeaseAfterTheFirstLookAndNothingElseStandsInTheWay(MongoTestDatabase mongo) {
		Duration lease = Duration.ofSeconds(5);
		MigrationKind kind = MigrationKind.all().findFirst().orElseThrow();
		kill(mongo, kind, WireStep.SECOND_WORK, lease);
		TakeoverTimes times = new TakeoverTimes();
		SentCommands sent = new SentCommands();
		try (TestRunner runner = TestRunner.on(mongo)
			.lease(lease)
			.listener(times)
			.listener(sent)
			.with(kind.migrations("1", "2"))) {
			runner.migrate();
		}
		report("%s, lease %s".formatted(kind, lease), times);
		assertThat(times.takeover()).isBetween(lease, lease.plusSeconds(1).plus(SLACK_OF_A_CROWDED_MACHINE));
		assertThat(sent.commands()).filteredOn((command) -> command.containsKey("startTransaction"))
			.hasSize((kind == MigrationKind.TRANSACTIONAL) ? 2 : 0);
		assertThat(MigrationKind.executed(mongo)).isEqualTo(MigrationKind.once("1", "2"));
	}

	@TestFactory
	@RequiresReplicaSet("transactions")
	Stream<DynamicTest> transactionThatMayNotBeEndedHoldsUpForItsLifetimeAtTheMost(MongoTestDatabase admin) {
		Duration lifetime = Duration.ofSeconds(5);
		Duration lease = Duration.ofSeconds(2);
		Stream<WireStep> steps = Stream.of(WireStep.SECOND_WORK, WireStep.COMMIT);
		TransactionLifetime limited = TransactionLifetime.limit(admin, lifetime);
		FailPoint refused = FailPoint.on(admin.client(), admin.name(), 2, "killSessions").withErrorCode(UNAUTHORIZED);
		return ConcurrentCases.play(steps, (mongo, step) -> {
			kill(mongo, MigrationKind.TRANSACTIONAL, step, lease);
			TakeoverTimes times = new TakeoverTimes();
			try (TestRunner runner = TestRunner.on(mongo)
				.appName(admin.name())
				.lease(lease)
				.listener(times)
				.with(MigrationKind.TRANSACTIONAL.migrations("1", "2"))) {
				runner.migrate();
			}
			report("transaction open at %s, lifetime limit %s, lease %s".formatted(step, lifetime, lease), times);
			assertThat(times.held()).isLessThan(lifetime.plusSeconds(5));
			assertThat(MigrationKind.executed(mongo)).isEqualTo(MigrationKind.once("1", "2"));
		}).onClose(limited::close).onClose(refused::close);
	}

	private static void kill(MongoTestDatabase mongo, MigrationKind kind, WireStep step, Duration lease) {
		try (MongoProxy proxy = MongoProxy.to(mongo)) {
			Hold hold = proxy.holdCommand(step);
			try (ChildProcess process = MigratingProcess.start(proxy, mongo, kind, lease)) {
				process.go();
				hold.await(process::output);
				process.kill();
			}
		}
	}

	private static void report(String what, TakeoverTimes times) {
		logger.info("%s: lock held %d ms after the first look, everything done %d ms later".formatted(what,
				times.takeover().toMillis(), times.held().toMillis()));
	}

}
