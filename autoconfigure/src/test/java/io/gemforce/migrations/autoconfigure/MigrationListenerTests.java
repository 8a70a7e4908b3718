package io.gemforce.migrations.autoconfigure;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.JdbcTemplate;

import io.gemforce.migrations.ExecutionStart;
import io.gemforce.migrations.MigrationListener;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.store.StoreStatus;
import io.gemforce.migrations.support.HeardEvents;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.SqlScripts;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MigrationListener} and who tells it.
 */
@ExtendWith({ TestDatabases.class, OutputCaptureExtension.class })
class MigrationListenerTests {

	private final HeardEvents heard = new HeardEvents();

	private final PostgresTestDatabase postgres;

	private final SqlScripts scripts;

	private final ApplicationContextRunner contextRunner;

	MigrationListenerTests(MongoTestDatabase mongo, PostgresTestDatabase postgres, @TempDir Path folder) {
		this.postgres = postgres;
		this.scripts = new SqlScripts(folder).write("V1__create_gem.sql", "CREATE TABLE gem (id bigint PRIMARY KEY);")
			.write("R__view.sql", "CREATE OR REPLACE VIEW v AS SELECT 1 AS one;");
		this.contextRunner = TestContexts.with(mongo, postgres)
			.withUserConfiguration(GemMigrations.class)
			.withBean("heardEvents", HeardEvents.class, () -> this.heard)
			.withPropertyValues(this.scripts.property());
	}

	@Test
	void isToldOfARunOverBothStores() {
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		assertThat(this.heard.events()).containsExactly("run began by STARTUP", "postgres began",
				"postgres lock ACQUIRED", "postgres UP 1 (create gem) began",
				"postgres UP 1 (create gem) ended APPLIED", "postgres UP R:view began",
				"postgres UP R:view ended APPLIED", "postgres ended APPLIED", "mongo began", "mongo lock ACQUIRED",
				"mongo UP 1 (create gem) began", "mongo UP 1 (create gem) ended APPLIED", "mongo UP 2 (name gem) began",
				"mongo UP 2 (name gem) ended APPLIED", "mongo ended APPLIED", "run ended with 2 result(s)");
		ExecutionStart first = this.heard.starts().get(0);
		assertThat(first.namespace()).isEqualTo(this.postgres.name() + "|public");
		assertThat(first.transactional()).isTrue();
		assertThat(first.script()).isEqualTo("V1__create_gem.sql");
	}

	@Test
	void isToldThatNothingWasToBeDone() {
		this.contextRunner.run((context) -> this.heard.events().clear());
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		assertThat(this.heard.events()).containsExactly("run began by STARTUP", "postgres began",
				"postgres ended UP_TO_DATE", "mongo began", "mongo ended UP_TO_DATE", "run ended with 2 result(s)");
	}

	@Test
	void isToldThatAScriptFailed() {
		this.scripts.write("V2__fails.sql", "SELECT nothing FROM nowhere;");
		this.contextRunner.run((context) -> assertThat(context).hasFailed());
		assertThat(this.heard.events()).endsWith("postgres UP 2 (fails) began", "postgres UP 2 (fails) ended FAILED",
				"postgres problem SQL_FAILED", "postgres ended MigrationException",
				"run ended with 0 result(s) and MigrationException");
		assertThat(this.heard.ends().get(1).error()).satisfies((error) -> assertThat(error.code()).isEqualTo("42P01"));
	}

	@Test
	void isToldThatACommitFailed() {
		this.scripts.write("V2__fails_at_commit.sql", """
				CREATE TABLE child (gem bigint REFERENCES gem DEFERRABLE INITIALLY DEFERRED);
				INSERT INTO child VALUES (1);""");
		this.contextRunner.run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.description()).contains("Migration V2__fails_at_commit.sql (fails at commit)",
					"SQLSTATE 23503", "was rolled back");
		});
		assertThat(this.heard.events()).contains("postgres UP 2 (fails at commit) ended FAILED");
		assertThat(this.postgres.client()
			.sql("SELECT version || ' ' || state FROM migration_log ORDER BY rank")
			.query(String.class)
			.list()).containsExactly("1 APPLIED", "2 FAILED");
	}

	@Test
	void isNotToldThatAMigrationFailedWhenACallbackAfterItFails() {
		this.scripts.write("afterMigrate.sql", "SELECT nothing FROM nowhere;");
		this.contextRunner.run((context) -> assertThat(context).hasFailed());
		assertThat(this.heard.events()).contains("postgres UP R:view ended APPLIED")
			.noneMatch((event) -> event.endsWith("FAILED"));
	}

	@Test
	void isToldThatABeanFailed() {
		this.contextRunner.withBean("failing", Failing.class).run((context) -> assertThat(context).hasFailed());
		assertThat(this.heard.events()).endsWith("mongo UP 3 (fails) began", "mongo UP 3 (fails) ended FAILED",
				"mongo problem MIGRATION_FAILED", "mongo ended MigrationException",
				"run ended with 1 result(s) and MigrationException");
		assertThat(this.heard.ends()).last()
			.satisfies((end) -> assertThat(end.failure()).isInstanceOf(IllegalStateException.class));
	}

	@Test
	void isToldWhatIsWrongBeforeAnythingRuns() {
		this.contextRunner.run((context) -> this.heard.events().clear());
		this.scripts.write("V1__create_gem.sql", "CREATE TABLE gem (id bigint PRIMARY KEY, name text);");
		this.contextRunner.run((context) -> assertThat(context).hasFailed());
		assertThat(this.heard.events()).containsExactly("run began by STARTUP", "postgres began",
				"postgres problem CHECKSUM_MISMATCH", "postgres ended MigrationException",
				"run ended with 0 result(s) and MigrationException");
	}

	@Test
	void isToldOfARunOverTheStoreThatIsNotSwitchedOff() {
		this.contextRunner.withPropertyValues("gemforce.migrations.postgres.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(this.heard.events()).startsWith("run began by STARTUP", "mongo began")
			.endsWith("mongo ended APPLIED", "run ended with 1 result(s)");
	}

	@Test
	void isToldOfAnOperation() {
		this.contextRunner.run((context) -> context.getBean(Migrations.class)
			.perform(StoreName.MONGO, new Operation(Operation.Kind.REPAIR, null, null, false)));
		assertThat(this.heard.events()).endsWith("mongo operation repair done");
	}

	@Test
	void thatFailsTouchesNoMigration(CapturedOutput output) {
		this.contextRunner.withBean("failingListener", FailingListener.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(Migrations.class).snapshots())
				.allSatisfy((snapshot) -> assertThat(snapshot.status()).isEqualTo(StoreStatus.UP_TO_DATE));
		});
		assertThat(output)
			.contains("Listener %s failed; the migrations go on".formatted(FailingListener.class.getName()));
		assertThat(this.heard.events()).contains("run ended with 2 result(s)");
	}

	@Test
	void thatNeedsAStoreIsToldNothingWhileItIsMigrated(CapturedOutput output) {
		this.contextRunner.withBean("needy", NeedyListener.class).run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).containsOnlyOnce("Bean 'needy' listens to migrations but cannot be created while they run");
		assertThat(this.heard.events()).contains("run ended with 2 result(s)");
	}

	@Migration(version = "3", description = "fails")
	static class Failing implements MongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			throw new IllegalStateException("out of gems");
		}

	}

	static class FailingListener implements MigrationListener {

		@Override
		public void runBegan(MigrationRun run) {
			throw new IllegalStateException("deaf");
		}

		@Override
		public void runEnded(MigrationRun run, List<StoreResult> results, RuntimeException failure) {
			throw new NoClassDefFoundError("deaf");
		}

	}

	record NeedyListener(JdbcTemplate jdbc) implements MigrationListener {

	}

}
