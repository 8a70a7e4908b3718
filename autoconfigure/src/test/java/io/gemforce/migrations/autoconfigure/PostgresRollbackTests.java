package io.gemforce.migrations.autoconfigure;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.run.RunOutcome;
import io.gemforce.migrations.store.Plan;
import io.gemforce.migrations.store.RollbackTarget;
import io.gemforce.migrations.store.StoreStatus;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.SqlScripts;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for rollbacks of PostgreSQL as a service sees them, with a pool of one
 * connection.
 */
@ExtendWith(TestDatabases.class)
class PostgresRollbackTests {

	private static final RollbackTarget TO_1 = new RollbackTarget.ToVersion(StoreName.POSTGRES,
			Version.parse("1").orElseThrow());

	private final PostgresTestDatabase postgres;

	private final SqlScripts undos;

	private final ApplicationContextRunner contextRunner;

	PostgresRollbackTests(PostgresTestDatabase postgres, @TempDir Path folder, @TempDir Path undoFolder) {
		this.postgres = postgres;
		SqlScripts scripts = new SqlScripts(folder)
			.write("V1__create_gem.sql", "CREATE TABLE gem (id bigint PRIMARY KEY);")
			.write("V2__add_carat.sql", "ALTER TABLE gem ADD COLUMN carat int;");
		this.undos = new SqlScripts(undoFolder).write("U2__drop_carat.sql", "ALTER TABLE gem DROP COLUMN carat;");
		this.contextRunner = TestContexts.with(postgres)
			.withPropertyValues(scripts.property(),
					"gemforce.migrations.postgres.undo-locations=filesystem:" + undoFolder);
	}

	@Test
	void rollsBackWhatWasPlanned() {
		this.contextRunner.run((context) -> {
			Migrations migrations = context.getBean(Migrations.class);
			Plan plan = new Plan(migrations.planRollback(TO_1).get(0).steps(), List.of());
			RunOutcome outcome = migrations.rollback(TO_1, plan.hash(), "does not work");
			assertThat(outcome.failure()).isNull();
			assertThat(outcome.results()).singleElement().satisfies((result) -> {
				assertThat(result.outcome()).isEqualTo(StoreResult.Outcome.ROLLED_BACK);
				assertThat(result.executed()).containsExactly("2");
			});
			assertThat(columns()).containsExactly("id");
		});
	}

	@Test
	void rollsBackWhatARunHasApplied() {
		this.contextRunner.run((context) -> {
			Migrations migrations = context.getBean(Migrations.class);
			RollbackTarget target = new RollbackTarget.OfRuns(Set.of(migrations.run().id()));
			assertThatExceptionOfType(MigrationException.class)
				.isThrownBy(() -> migrations.rollback(target, null, null))
				.satisfies((ex) -> assertThat(ex.getCode()).isEqualTo(ProblemCode.NO_DOWN));
			assertThat(columns()).containsExactly("id", "carat");
		});
		this.undos.write("U1__drop_gem.sql", "DROP TABLE gem;");
		this.contextRunner.withPropertyValues("gemforce.migrations.mode=observe").run((context) -> {
			Migrations migrations = context.getBean(Migrations.class);
			String runId = this.postgres.client()
				.sql("SELECT DISTINCT run_id FROM migration_log")
				.query(String.class)
				.single();
			assertThat(migrations.rollback(new RollbackTarget.OfRuns(Set.of(runId)), null, null).results())
				.singleElement()
				.satisfies((result) -> assertThat(result.executed()).containsExactly("2", "1"));
			assertThat(columns()).isEmpty();
		});
	}

	@Test
	void whatIsHeldCountsAsDoneInEachMode() {
		this.contextRunner.run((context) -> context.getBean(Migrations.class).rollback(TO_1, null, null));
		for (String mode : List.of("validate", "wait", "observe", "migrate")) {
			this.contextRunner.withPropertyValues("gemforce.migrations.mode=" + mode).run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(Migrations.class).snapshot(StoreName.POSTGRES)).get()
					.satisfies((snapshot) -> assertThat(snapshot.status()).isEqualTo(StoreStatus.HELD));
				assertThat(columns()).containsExactly("id");
			});
		}
	}

	@Test
	void commitsOnAPoolThatDoesNotDoSoByItself() {
		ApplicationContextRunner runner = this.contextRunner
			.withPropertyValues("spring.datasource.hikari.auto-commit=false");
		runner.run((context) -> {
			this.undos.write("U2__drop_carat.sql", "SELECT 1 / 0;");
			assertThat(context.getBean(Migrations.class).rollback(TO_1, null, null).failure()).isNotNull();
			assertThat(this.postgres.client().sql("SELECT count(*) FROM migration_hold").query(Long.class).single())
				.isZero();
			this.undos.write("U2__drop_carat.sql", "ALTER TABLE gem DROP COLUMN carat;");
		});
		runner.withPropertyValues("gemforce.migrations.mode=observe")
			.run((context) -> assertThat(context.getBean(Migrations.class).rollback(TO_1, null, null).failure())
				.isNull());
		assertThat(this.postgres.client()
			.sql("SELECT direction || ' ' || version || ' ' || state FROM migration_log ORDER BY rank")
			.query(String.class)
			.list()).containsExactly("UP 1 APPLIED", "UP 2 APPLIED", "DOWN 2 FAILED", "DOWN 2 ROLLED_BACK");
		assertThat(columns()).containsExactly("id");
	}

	private List<String> columns() {
		return this.postgres.client()
			.sql("SELECT column_name FROM information_schema.columns WHERE table_name = 'gem'")
			.query(String.class)
			.list();
	}

}
