package io.gemforce.migrations.autoconfigure;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.run.StoreSnapshot;
import io.gemforce.migrations.store.StoreStatus;
import io.gemforce.migrations.store.Validation;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.SqlScripts;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the log of what was executed on PostgreSQL, with a pool of one connection.
 */
@ExtendWith(TestDatabases.class)
class MigrationLogTests {

	private static final String CREATE_GEM = "CREATE TABLE gem (id bigint PRIMARY KEY);";

	private final PostgresTestDatabase postgres;

	private final SqlScripts scripts;

	private final ApplicationContextRunner contextRunner;

	MigrationLogTests(PostgresTestDatabase postgres, @TempDir Path folder) {
		this.postgres = postgres;
		this.scripts = new SqlScripts(folder).write("V1__create_gem.sql", CREATE_GEM);
		this.contextRunner = TestContexts.with(postgres).withPropertyValues(this.scripts.property());
	}

	@Test
	void hasARowForEachExecution() {
		this.scripts.write("R__view.sql", "CREATE OR REPLACE VIEW v AS SELECT 1 AS one;");
		this.contextRunner.run((context) -> {
			String runId = context.getBean(Migrations.class).run().id();
			assertThat(log()).satisfiesExactly(
					(row) -> assertThat(row).containsEntry("version", "1")
						.containsEntry("description", "create gem")
						.containsEntry("type", "SQL")
						.containsEntry("script", "V1__create_gem.sql")
						.containsEntry("direction", "UP")
						.containsEntry("state", "APPLIED")
						.containsEntry("phase", "EXPAND")
						.containsEntry("transactional", true)
						.containsEntry("run_id", runId)
						.containsEntry("trigger", "STARTUP")
						.containsEntry("application", "gems")
						.containsEntry("application_version", "1.4.0")
						.containsEntry("user", "postgres")
						.containsKeys("checksum", "started_at", "finished_at", "duration_ms", "host"),
					(row) -> assertThat(row).containsEntry("version", null).containsEntry("description", "view"));
		});
	}

	@Test
	void isNotTouchedWhenNothingIsToBeDone() {
		this.contextRunner.run((context) -> assertThat(log()).hasSize(1));
		this.contextRunner.run((context) -> assertThat(log()).hasSize(1));
	}

	@Test
	void keepsWhyAMigrationFailed() {
		this.scripts.write("V2__fails.sql", "SELECT 1 / 0;");
		this.contextRunner.run((context) -> {
			assertThat(context).hasFailed();
			assertThat(log()).last()
				.satisfies((row) -> assertThat(row).containsEntry("version", "2")
					.containsEntry("state", "FAILED")
					.containsEntry("error_code", "22012")
					.containsEntry("error_message", "ERROR: division by zero"));
		});
	}

	@Test
	void keepsAFailureOnAPoolThatDoesNotCommitByItself() {
		this.scripts.write("V2__fails.sql", "SELECT 1 / 0;");
		this.contextRunner.withPropertyValues("spring.datasource.hikari.auto-commit=false").run((context) -> {
			assertThat(context).hasFailed();
			assertThat(log()).extracting((row) -> row.get("version") + " " + row.get("state"))
				.containsExactly("1 APPLIED", "2 FAILED");
		});
	}

	@Test
	void hasARunningRowBeforeAScriptThatCannotRunInATransaction() {
		this.scripts.write("V2__create_index.sql", "CREATE INDEX CONCURRENTLY gem_id ON gem (id);");
		this.contextRunner.run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(log()).last()
				.satisfies((row) -> assertThat(row).containsEntry("version", "2")
					.containsEntry("state", "APPLIED")
					.containsEntry("transactional", false));
		});
	}

	@Test
	void closesTheRunningRowOfAScriptThatFails() {
		this.scripts.write("V2__create_index.sql", "CREATE INDEX CONCURRENTLY gem_no ON gem (nowhere);");
		this.contextRunner.run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.description()).contains("is still there, as it cannot run in a transaction");
			assertThat(log()).last()
				.satisfies((row) -> assertThat(row).containsEntry("version", "2")
					.containsEntry("state", "FAILED")
					.containsEntry("error_code", "42703"));
		});
	}

	@Test
	void failedScriptWithoutATransactionStopsTheNextStart() {
		this.scripts.write("V2__create_index.sql", "CREATE INDEX CONCURRENTLY gem_no ON gem (nowhere);");
		this.contextRunner.run((context) -> assertThat(context).hasFailed());
		this.contextRunner.run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).hasToString("PREVIOUSLY_FAILED");
			assertThat(failure.description()).contains("Migration V2__create_index.sql (create index)",
					"may be applied in part", "Database state: unchanged");
			assertThat(failure.action()).contains("gemforce.migrations.run=repair");
		});
	}

	@Test
	void failedScriptWithoutATransactionDoesNotStopAnOlderBuild() {
		this.scripts.write("V2__create_index.sql", "CREATE INDEX CONCURRENTLY gem_no ON gem (nowhere);");
		this.contextRunner.run((context) -> assertThat(context).hasFailed());
		this.scripts.delete("V2__create_index.sql");
		this.contextRunner.run((context) -> {
			assertThat(context).hasNotFailed();
			Validation validation = context.getBean(Migrations.class).validate(StoreName.POSTGRES);
			assertThat(validation.errors()).isEmpty();
			assertThat(validation.problems()).extracting((problem) -> problem.code().name())
				.containsExactly("PREVIOUSLY_FAILED");
		});
	}

	@Test
	void scriptThatAKilledRunHadBegunWithoutATransactionStopsTheNextStart() {
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		this.postgres.client().sql("""
				INSERT INTO migration_log (version, description, type, script, direction, state, phase,
					transactional, started_at, run_id, trigger, application, host)
				VALUES ('2', 'killed', 'SQL', 'V2__killed.sql', 'UP', 'RUNNING', 'EXPAND', false, now(), 'killed',
					'STARTUP', 'gems', 'elsewhere')""").update();
		this.scripts.write("V2__killed.sql", "CREATE INDEX CONCURRENTLY gem_id ON gem (id);");
		this.contextRunner.run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).hasToString("INTERRUPTED");
			assertThat(failure.action()).contains("mark-applied", "mark-rolled-back");
		});
	}

	@Test
	void liesInFlywaysSchema() {
		this.contextRunner.withPropertyValues("spring.flyway.default-schema=auxiliary").run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(this.postgres.client()
				.sql("SELECT count(*) FROM auxiliary.migration_log")
				.query(Long.class)
				.single()).isOne();
		});
	}

	@Test
	void isNotCreatedByValidateNorObserve() {
		this.contextRunner.withPropertyValues("gemforce.migrations.mode=validate")
			.run((context) -> assertThat(context).hasFailed());
		this.contextRunner.withPropertyValues("gemforce.migrations.mode=observe").run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(this.postgres.client()
				.sql("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
				.query(Long.class)
				.single()).isZero();
		});
	}

	@Test
	void failureShowsInTheStatusUntilItIsFixed() {
		this.scripts.write("V2__fails.sql", "SELECT 1 / 0;");
		this.contextRunner.run((context) -> assertThat(context).hasFailed());
		this.contextRunner.withPropertyValues("gemforce.migrations.mode=observe").run((context) -> {
			StoreSnapshot snapshot = context.getBean(Migrations.class).snapshot(StoreName.POSTGRES).orElseThrow();
			assertThat(snapshot.status()).isEqualTo(StoreStatus.FAILED);
			assertThat(snapshot.problems()).singleElement()
				.satisfies(
						(problem) -> assertThat(problem.message()).contains("The last attempt of migration 2 (fails)"));
			assertThat(snapshot.find("2")).get()
				.satisfies((entry) -> assertThat(entry.state()).isEqualTo(MigrationState.FAILED));
		});
		this.scripts.write("V2__fails.sql", "SELECT 1;");
		this.contextRunner
			.run((context) -> assertThat(context.getBean(Migrations.class).snapshot(StoreName.POSTGRES)).get()
				.satisfies((snapshot) -> assertThat(snapshot.status()).isEqualTo(StoreStatus.UP_TO_DATE)));
	}

	@Test
	void failureOfANewerBuildIsNotAnOlderOnesFailure() {
		this.scripts.write("V2__fails.sql", "SELECT 1 / 0;");
		this.contextRunner.run((context) -> assertThat(context).hasFailed());
		this.scripts.delete("V2__fails.sql");
		this.contextRunner.run((context) -> {
			StoreSnapshot snapshot = context.getBean(Migrations.class).snapshot(StoreName.POSTGRES).orElseThrow();
			assertThat(snapshot.status()).isEqualTo(StoreStatus.UP_TO_DATE);
			assertThat(snapshot.find("2")).get()
				.satisfies((entry) -> assertThat(entry.state()).isEqualTo(MigrationState.FAILED));
		});
	}

	@Test
	void historyFromBeforeTheLogIsKnown() {
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		this.postgres.client().sql("DROP TABLE migration_log").update();
		this.contextRunner.run((context) -> {
			Migrations migrations = context.getBean(Migrations.class);
			StoreSnapshot snapshot = migrations.snapshot(StoreName.POSTGRES).orElseThrow();
			assertThat(migrations.executions(StoreName.POSTGRES, snapshot.entries())).singleElement()
				.extracting((execution) -> execution.descriptor().writtenVersion(),
						(execution) -> execution.status().state(), (execution) -> execution.origin().user())
				.containsExactly("1", MigrationState.APPLIED, "postgres");
		});
	}

	private List<Map<String, Object>> log() {
		return this.postgres.client().sql("SELECT * FROM migration_log ORDER BY rank").query().listOfRows();
	}

}
