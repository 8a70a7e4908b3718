package io.gemforce.migrations.postgres.undo;

import java.nio.file.Path;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.flywaydb.core.api.migration.BaseJavaMigration;
import org.flywaydb.core.api.migration.Context;
import org.flywaydb.database.postgresql.PostgreSQLConfigurationExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import io.gemforce.migrations.Direction;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.postgres.FlywayMigrationStore;
import io.gemforce.migrations.postgres.TestStore;
import io.gemforce.migrations.store.Plan;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.store.PlanStep;
import io.gemforce.migrations.store.RollbackTarget;
import io.gemforce.migrations.store.ShutdownSignal;
import io.gemforce.migrations.store.StoreRollback;
import io.gemforce.migrations.store.UndoKind;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.SqlScripts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for rollbacks of PostgreSQL.
 */
@ExtendWith(TestDatabases.class)
class FlywayRollbackTests {

	private final TestStore store;

	FlywayRollbackTests(PostgresTestDatabase database, @TempDir Path folder) {
		this.store = new TestStore(database, folder).migration("V1__a.sql", "CREATE TABLE a (id bigint);")
			.migration("V2__b.sql", "CREATE TABLE b (id bigint);")
			.migration("V3__c.sql", "CREATE TABLE c (id bigint);")
			.undo("U2__drop_b.sql", "DROP TABLE b;")
			.undo("U3__drop_c.sql", "DROP TABLE c;");
	}

	@AfterEach
	void close() {
		this.store.close();
	}

	@Test
	void undoesWhatIsAboveTheVersionTheNewestFirst() {
		this.store.migrate();
		StoreResult result = this.store.rollBackTo("1");
		assertThat(result.outcome()).isEqualTo(StoreResult.Outcome.ROLLED_BACK);
		assertThat(result.executed()).containsExactly("3", "2");
		assertThat(result.from()).isEqualTo("3");
		assertThat(result.to()).isEqualTo("1");
		assertThat(this.store.tables()).containsExactly("a");
		assertThat(this.store.history()).containsExactly("SQL 1 V1__a.sql", "SQL 2 V2__b.sql", "SQL 3 V3__c.sql",
				"DELETE 3 U3__drop_c.sql", "DELETE 2 U2__drop_b.sql");
		assertThat(this.store.log()).containsExactly("UP 1 APPLIED", "UP 2 APPLIED", "UP 3 APPLIED",
				"DOWN 3 ROLLED_BACK", "DOWN 2 ROLLED_BACK");
	}

	@Test
	void findsUndoScriptsOfTheKindOfDatabase(@TempDir Path folder) {
		SqlScripts.in(folder.resolve("postgresql")).write("U3__drop.sql", "DROP TABLE c;");
		this.store.undosIn("filesystem:" + folder + "/{vendor}").migrate();
		this.store.rollBackTo("2");
		assertThat(this.store.tables()).containsExactly("a", "b");
	}

	@Test
	void undoScriptThatOnlyPsqlUnderstandsIsNoUndo() {
		this.store.migrate();
		this.store.undo("U3__drop_c.sql", "-- dumped\n\\restrict 4711\nDROP TABLE c;");
		assertThat(this.store.start().planRollback(TestStore.to("2")).steps()).singleElement()
			.satisfies((step) -> assertThat(step.undo().reason())
				.isEqualTo("line 2 of U3__drop_c.sql is a psql meta command, '\\restrict', and no SQL"));
		assertThatExceptionOfType(MigrationException.class).isThrownBy(() -> this.store.rollBackTo("2"))
			.satisfies((ex) -> assertThat(ex.getCode()).isEqualTo(ProblemCode.NO_DOWN));
		assertThat(this.store.tables()).containsExactly("a", "b", "c");
	}

	@Test
	void undoesOnceHoweverOftenItIsAskedFor() {
		this.store.migrate();
		this.store.rollBackTo("2");
		StoreResult again = this.store.rollBackTo("2");
		assertThat(again.outcome()).isEqualTo(StoreResult.Outcome.UP_TO_DATE);
		assertThat(again.executed()).isEmpty();
		assertThat(this.store.history()).containsOnlyOnce("DELETE 3 U3__drop_c.sql");
		this.store.plainFlyway().info();
	}

	@Test
	void undoesAgainWhatWasAppliedAgain() {
		this.store.migrate();
		this.store.rollBackTo("2");
		this.store.plainFlyway().migrate();
		assertThat(this.store.tables()).containsExactly("a", "b", "c");
		this.store.rollBackTo("2");
		assertThat(this.store.tables()).containsExactly("a", "b");
		assertThat(this.store.history()).endsWith("SQL 3 V3__c.sql", "DELETE 3 U3__drop_c.sql", "SQL 3 V3__c.sql",
				"DELETE 3 U3__drop_c.sql");
	}

	@Test
	void undoesNothingWhereNothingWasEverApplied() {
		StoreResult result = this.store.rollBackTo("0");
		assertThat(result.outcome()).isEqualTo(StoreResult.Outcome.UP_TO_DATE);
		assertThat(this.store.client()
			.sql("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
			.query(Long.class)
			.single()).isZero();
	}

	@Test
	void undoesInTheOrderOfExecutionNotOfVersions() {
		this.store.without("V2__b.sql").migrate();
		this.store.migration("V2__b.sql", "CREATE TABLE b (id bigint);")
			.configured((configuration) -> configuration.outOfOrder(true))
			.migrate();
		StoreResult result = this.store.rollBackTo("1");
		assertThat(result.executed()).containsExactly("2", "3");
		assertThat(this.store.tables()).containsExactly("a");
	}

	@Test
	void refusesToLeaveOutWhatWasExecutedLater() {
		this.store.without("V2__b.sql").migrate();
		this.store.migration("V2__b.sql", "CREATE TABLE b (id bigint);")
			.configured((configuration) -> configuration.outOfOrder(true))
			.migrate();
		FlywayMigrationStore instance = this.store.start();
		assertThatExceptionOfType(MigrationException.class).isThrownBy(() -> instance.planRollback(TestStore.to("2")))
			.satisfies((ex) -> {
				assertThat(ex.getCode()).isEqualTo(ProblemCode.DEPENDENCY_BLOCKED);
				assertThat(ex).hasMessageContaining("Migration 3 (c)", "as migration 2 (b) was executed later");
			});
		assertThatExceptionOfType(MigrationException.class).isThrownBy(() -> this.store.rollBackTo("2"));
		assertThat(this.store.tables()).containsExactly("a", "b", "c");
	}

	@Test
	void undoesWhatRunsHaveApplied() {
		this.store.without("V3__c.sql").migrate();
		this.store.migration("V3__c.sql", "CREATE TABLE c (id bigint);");
		MigrationRun run = this.store.run();
		this.store.start().migrate(run, PlanGuard.open());
		RollbackTarget target = new RollbackTarget.OfRuns(Set.of(run.id()));
		assertThat(this.store.start().planRollback(target).steps()).singleElement()
			.satisfies((step) -> assertThat(step.id()).isEqualTo("3"));
		StoreResult result = this.store.start().rollback(target, this.store.run(), PlanGuard.open(), null);
		assertThat(result.executed()).containsExactly("3");
		assertThat(this.store.tables()).containsExactly("a", "b");
	}

	@Test
	void doesNotUndoForARunWhatAnotherOneHasAppliedAgain() {
		MigrationRun first = this.store.run();
		this.store.start().migrate(first, PlanGuard.open());
		this.store.rollBackTo("2");
		this.store.perform(Operation.Kind.RELEASE_HOLD, null);
		this.store.migrate();
		assertThatExceptionOfType(MigrationException.class)
			.isThrownBy(() -> this.store.start().planRollback(new RollbackTarget.OfRuns(Set.of(first.id()))))
			.satisfies((ex) -> assertThat(ex).hasMessageContaining("migration 3 (c) was executed later"));
	}

	@Test
	void refusesARunThatWasNotTheLastOne() {
		MigrationRun run = this.store.run();
		this.store.without("V3__c.sql").start().migrate(run, PlanGuard.open());
		this.store.migration("V3__c.sql", "CREATE TABLE c (id bigint);").migrate();
		assertThatExceptionOfType(MigrationException.class)
			.isThrownBy(() -> this.store.start().planRollback(new RollbackTarget.OfRuns(Set.of(run.id()))))
			.satisfies((ex) -> {
				assertThat(ex.getCode()).isEqualTo(ProblemCode.DEPENDENCY_BLOCKED);
				assertThat(ex).hasMessageContaining("migration 3 (c) was executed later");
				assertThat(ex.getAction()).contains("Undo 3 as well");
			});
	}

	@Test
	void refusesWhatHasNoUndoBeforeAnythingIsUndone() {
		this.store.migrate();
		FlywayMigrationStore instance = this.store.start();
		StoreRollback plan = instance.planRollback(TestStore.to("0"));
		assertThat(plan.steps()).extracting(PlanStep::id).containsExactly("3", "2", "1");
		assertThat(plan.steps().get(2).undo()).satisfies((undo) -> {
			assertThat(undo.available()).isFalse();
			assertThat(undo.reason()).startsWith("there is no script U1__<description>.sql in filesystem:");
		});
		assertThatExceptionOfType(MigrationException.class).isThrownBy(() -> this.store.rollBackTo("0"))
			.satisfies((ex) -> {
				assertThat(ex.getCode()).isEqualTo(ProblemCode.NO_DOWN);
				assertThat(ex).hasMessageContaining("Migration 1 (a) of store 'postgres' cannot be undone",
						"unchanged, nothing was undone");
			});
		assertThat(this.store.tables()).containsExactly("a", "b", "c");
	}

	@Test
	void refusesABaseline() {
		this.store.client().sql("CREATE TABLE already_there (id bigint)").update();
		this.store.undo("U1__drop_a.sql", "DROP TABLE a;")
			.configured((configuration) -> configuration.baselineOnMigrate(true).baselineVersion("1"))
			.migrate();
		assertThatExceptionOfType(MigrationException.class).isThrownBy(() -> this.store.rollBackTo("0"))
			.satisfies((ex) -> {
				assertThat(ex.getCode()).isEqualTo(ProblemCode.NO_DOWN);
				assertThat(ex).hasMessageContaining("the history starts with the baseline 1");
			});
		assertThat(this.store.rollBackTo("1").executed()).containsExactly("3", "2");
	}

	@Test
	void refusesABaselineScript() {
		this.store.migration("B2__all.sql", "CREATE TABLE a (id bigint); CREATE TABLE b (id bigint);")
			.undo("U1__drop_a.sql", "DROP TABLE a;")
			.migrate();
		assertThat(this.store.history()).containsExactly("SQL_BASELINE 2 B2__all.sql", "SQL 3 V3__c.sql");
		assertThatExceptionOfType(MigrationException.class).isThrownBy(() -> this.store.rollBackTo("1"))
			.satisfies((ex) -> assertThat(ex.getCode()).isEqualTo(ProblemCode.NO_DOWN));
		assertThat(this.store.rollBackTo("2").executed()).containsExactly("3");
	}

	@Test
	void failedUndoLeavesNothingBehind() {
		this.store.undo("U3__drop_c.sql", "DROP TABLE c; SELECT 1 / 0;").migrate();
		assertThatExceptionOfType(MigrationException.class).isThrownBy(() -> this.store.rollBackTo("2"))
			.satisfies((ex) -> {
				assertThat(ex.getCode()).isEqualTo(ProblemCode.SQL_FAILED);
				assertThat(ex).hasMessageContaining(
						"The undo U3__drop_c.sql of migration 3 (c) of store 'postgres' failed: ERROR: division by zero (SQLSTATE 22012)",
						"what U3__drop_c.sql did was rolled back, migration 3 (c) is applied");
				assertThat(ex.getAction()).contains("Fix U3__drop_c.sql and roll back again");
			});
		assertThat(this.store.tables()).containsExactly("a", "b", "c");
		assertThat(this.store.history()).hasSize(3);
		assertThat(this.store.logRows()).last()
			.satisfies((row) -> assertThat(row).containsEntry("direction", "DOWN")
				.containsEntry("version", "3")
				.containsEntry("state", "FAILED")
				.containsEntry("script", "U3__drop_c.sql")
				.containsEntry("error_code", "22012")
				.containsEntry("reason", "does not work"));
		assertThat(this.store.entry("3").state()).isEqualTo(MigrationState.APPLIED);
		this.store.undo("U3__drop_c.sql", "DROP TABLE c;").rollBackTo("2");
		assertThat(this.store.tables()).containsExactly("a", "b");
	}

	@Test
	void failureOfALaterStepLeavesTheEarlierOnesUndone() {
		this.store.undo("U2__drop_b.sql", "SELECT nothing FROM nowhere;").migrate();
		assertThatExceptionOfType(MigrationException.class).isThrownBy(() -> this.store.rollBackTo("1"))
			.satisfies((ex) -> assertThat(ex).hasMessageContaining("migration 2 (b) is applied",
					"this rollback has undone 3"));
		assertThat(this.store.tables()).containsExactly("a", "b");
		this.store.undo("U2__drop_b.sql", "DROP TABLE b;");
		assertThat(this.store.rollBackTo("1").executed()).containsExactly("2");
	}

	@Test
	void undoesOutsideOfATransactionWhatCannotRunInOne() {
		this.store.migration("V4__index.sql", "CREATE INDEX CONCURRENTLY c_id ON c (id);")
			.undo("U4__drop_index.sql", "DROP INDEX CONCURRENTLY c_id;")
			.migrate();
		assertThat(this.store.rollBackTo("3").executed()).containsExactly("4");
		assertThat(this.store.logRows()).last()
			.satisfies((row) -> assertThat(row).containsEntry("version", "4")
				.containsEntry("state", "ROLLED_BACK")
				.containsEntry("transactional", false));
		assertThat(this.store.entry("4").state()).isEqualTo(MigrationState.HELD);
	}

	@Test
	void undoesOutsideOfATransactionWhereTheScriptsSettingsSaySo() {
		this.store.undo("U3__drop_c.sql", "DROP TABLE c;")
			.undo("U3__drop_c.sql.conf", "executeInTransaction=false")
			.migrate();
		assertThat(this.store.start().planRollback(TestStore.to("2")).steps()).singleElement()
			.satisfies((step) -> assertThat(step.work().transactional()).isFalse());
		this.store.rollBackTo("2");
		assertThat(this.store.logRows()).last()
			.satisfies((row) -> assertThat(row).containsEntry("transactional", false)
				.containsEntry("state", "ROLLED_BACK"));
	}

	@Test
	void undoThatFailsOutsideOfATransactionIsFinishedByTheNextRollback() {
		this.store.undo("U3__drop_c.sql", "DROP TABLE IF EXISTS c; SELECT 1 / 0;")
			.undo("U3__drop_c.sql.conf", "executeInTransaction=false")
			.migrate();
		assertThatExceptionOfType(MigrationException.class).isThrownBy(() -> this.store.rollBackTo("2"))
			.satisfies((ex) -> {
				assertThat(ex).hasMessageContaining("what U3__drop_c.sql did before it failed is still there",
						"so migration 3 (c) may be undone in part");
				assertThat(ex.getAction()).contains("roll back again", "mark-rolled-back");
			});
		assertThat(this.store.history()).endsWith("DELETE 3 U3__drop_c.sql failed");
		assertThat(this.store.log()).endsWith("DOWN 3 FAILED");
		assertThat(this.store.entry("3")).satisfies((entry) -> {
			assertThat(entry.state()).isEqualTo(MigrationState.FAILED);
			assertThat(entry.isUndoUnfinished()).isTrue();
			assertThat(entry.isPending()).isFalse();
			assertThat(entry.descriptor().script()).isEqualTo("V3__c.sql");
		});
		assertThat(this.store.start().validate().errors()).singleElement().satisfies((problem) -> {
			assertThat(problem.code()).isEqualTo(ProblemCode.PREVIOUSLY_FAILED);
			assertThat(problem.message()).contains("The undo of migration 3 (c)", "may be undone in part");
		});
		this.store.undo("U3__drop_c.sql", "DROP TABLE IF EXISTS c;").rollBackTo("2");
		assertThat(this.store.tables()).containsExactly("a", "b");
		assertThat(this.store.log()).endsWith("DOWN 3 FAILED", "DOWN 3 ROLLED_BACK");
		assertThat(this.store.start().validate().errors()).isEmpty();
	}

	@Test
	void nothingNewIsAppliedOnWhatIsUndoneInPart() {
		this.store.undo("U3__drop_c.sql", "DROP TABLE IF EXISTS c; SELECT 1 / 0;")
			.undo("U3__drop_c.sql.conf", "executeInTransaction=false")
			.migrate();
		assertThatExceptionOfType(MigrationException.class).isThrownBy(() -> this.store.rollBackTo("2"));
		this.store.migration("V4__d.sql", "CREATE TABLE d (id bigint);");
		assertThatExceptionOfType(MigrationException.class).isThrownBy(this.store::migrate)
			.satisfies((ex) -> assertThat(ex.getCode()).isEqualTo(ProblemCode.PREVIOUSLY_FAILED));
		assertThat(this.store.tables()).doesNotContain("d");
	}

	@Test
	void undoesAMigrationThatFailedOutsideOfATransaction() {
		this.store.migration("V4__half.sql", "CREATE TABLE half (id bigint); SELECT 1 / 0;")
			.migration("V4__half.sql.conf", "executeInTransaction=false")
			.undo("U4__drop_half.sql", "DROP TABLE IF EXISTS half;");
		assertThatExceptionOfType(MigrationException.class).isThrownBy(this.store::migrate);
		assertThat(this.store.history()).endsWith("SQL 4 V4__half.sql failed");
		assertThat(this.store.rollBackTo("3").executed()).containsExactly("4");
		assertThat(this.store.tables()).containsExactly("a", "b", "c");
		this.store.migration("V4__half.sql", "CREATE TABLE half (id bigint);");
		this.store.plainFlyway().migrate();
		assertThat(this.store.tables()).contains("half");
	}

	@Test
	void undoesAJavaMigration() {
		this.store.undo("U4__drop_d.sql", "DROP TABLE d;")
			.configured((configuration) -> configuration.javaMigrations(new V4__Create_d()))
			.migrate();
		assertThat(this.store.tables()).contains("d");
		assertThat(this.store.entry("4").undo().available()).isTrue();
		assertThat(this.store.rollBackTo("3").executed()).containsExactly("4");
		assertThat(this.store.tables()).doesNotContain("d");
		assertThat(this.store.entry("4").state()).isEqualTo(MigrationState.HELD);
	}

	@Test
	void explainsEntriesOfAnotherEditionsUndo() {
		this.store.migrate();
		this.store.client().sql("""
				INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, checksum,
					installed_by, execution_time, success)
				VALUES (4, '3', 'c', 'UNDO_SQL', 'U3__c.sql', 1, 'postgres', 1, true)""").update();
		assertThatExceptionOfType(MigrationException.class).isThrownBy(this.store::migrate).satisfies((ex) -> {
			assertThat(ex.getCode()).isEqualTo(ProblemCode.FOREIGN_HISTORY);
			assertThat(ex).hasMessageContaining("UNDO_SQL");
			assertThat(ex.getAction()).contains("SET type = 'DELETE' WHERE type LIKE 'UNDO%'");
		});
		assertThatExceptionOfType(MigrationException.class).isThrownBy(() -> this.store.rollBackTo("1"))
			.satisfies((ex) -> assertThat(ex.getCode()).isEqualTo(ProblemCode.FOREIGN_HISTORY));
		this.store.client().sql("UPDATE flyway_schema_history SET type = 'DELETE' WHERE type LIKE 'UNDO%'").update();
		assertThat(this.store.rollBackTo("1").executed()).containsExactly("2");
	}

	@Test
	void usesPlaceholdersSchemaAndTableOfTheUsers() {
		this.store.client().sql("CREATE TABLE c (id bigint)").update();
		this.store.undo("U3__drop_c.sql", "DROP TABLE ${table}; SELECT 'of ${flyway:table}';")
			.configured((configuration) -> configuration.defaultSchema("Gem store")
				.table("the history")
				.placeholders(Map.of("table", "c")))
			.migrate();
		assertThat(this.store.start().planRollback(TestStore.to("2")).steps()).singleElement()
			.satisfies((step) -> assertThat(step.work().script()).isEqualTo("DROP TABLE c; SELECT 'of the history';"));
		this.store.rollBackTo("2");
		assertThat(this.store.client()
			.sql("SELECT table_schema || '.' || table_name FROM information_schema.tables WHERE table_name IN ('b', 'c')")
			.query(String.class)
			.list()).containsExactlyInAnyOrder("Gem store.b", "public.c");
		assertThat(this.store.client()
			.sql("SELECT count(*) FROM \"Gem store\".\"the history\" WHERE type = 'DELETE'")
			.query(Long.class)
			.single()).isOne();
	}

	@Test
	void worksWithTheTransactionalLockOfTheUsers() {
		this.store
			.configured((configuration) -> configuration.getPluginRegister()
				.getExact(PostgreSQLConfigurationExtension.class)
				.setTransactionalLock(true))
			.poolSize(2)
			.migrate();
		FlywayMigrationStore instance = this.store.poolSize(1).start();
		instance.rollback(TestStore.to("1"), this.store.run(), PlanGuard.open(), null);
		assertThat(this.store.tables()).containsExactly("a");
		assertThat(this.store.poolSize(2).start().validate().errors()).isEmpty();
	}

	@Test
	void recordsAsTheUserWhateverRoleTheScriptTakes() {
		this.store.client().sql("CREATE ROLE cleaner_%s".formatted(this.store.database().name())).update();
		this.store
			.migration("V4__d.sql",
					"CREATE TABLE d (id bigint); ALTER TABLE d OWNER TO cleaner_%s;"
						.formatted(this.store.database().name()))
			.undo("U4__drop_d.sql", "SET ROLE cleaner_%s; DROP TABLE d;".formatted(this.store.database().name()))
			.migrate();
		this.store.rollBackTo("3");
		assertThat(this.store.logRows()).last()
			.satisfies(
					(row) -> assertThat(row).containsEntry("user", "postgres").containsEntry("state", "ROLLED_BACK"));
	}

	@Test
	void undoesNothingThatIsNotInThePlan() {
		this.store.migrate();
		FlywayMigrationStore instance = this.store.start();
		Plan plan = StoreRollback.plan(List.of(instance.planRollback(TestStore.to("2"))));
		this.store.migration("V4__d.sql", "CREATE TABLE d (id bigint);")
			.undo("U4__drop_d.sql", "DROP TABLE d;")
			.migrate();
		FlywayMigrationStore newer = this.store.start();
		assertThatExceptionOfType(MigrationException.class)
			.isThrownBy(() -> newer.rollback(TestStore.to("2"), this.store.run(), PlanGuard.of(plan), null))
			.satisfies((ex) -> assertThat(ex.getCode()).isEqualTo(ProblemCode.PLAN_CHANGED));
		assertThat(this.store.tables()).containsExactly("a", "b", "c", "d");
	}

	@Test
	void beginsNoNextStepOnceTheProcessIsToldToEnd() {
		this.store.migrate();
		ShutdownSignal stop = new ShutdownSignal();
		stop.stop();
		FlywayMigrationStore instance = this.store.start(stop);
		assertThatExceptionOfType(MigrationException.class)
			.isThrownBy(() -> instance.rollback(TestStore.to("1"), this.store.run(), PlanGuard.open(), null))
			.satisfies((ex) -> assertThat(ex.getCode()).isEqualTo(ProblemCode.SHUTTING_DOWN));
		assertThat(this.store.tables()).containsExactly("a", "b", "c");
	}

	@Test
	void planTellsWhatWouldBeUndone() {
		this.store.version("1.3.0").without("V3__c.sql").migrate();
		this.store.version("1.4.0")
			.migration("V3__c.sql", "CREATE TABLE c (id bigint);")
			.undo("U3__drop_c.sql", "-- away with it\nDROP TABLE c;\nDELETE FROM a;\n")
			.migrate();
		StoreRollback plan = this.store.start().planRollback(TestStore.to("2"));
		assertThat(plan.version()).hasToString("2");
		assertThat(plan.applicationVersion()).isEqualTo("1.3.0");
		assertThat(plan.steps()).singleElement().satisfies((step) -> {
			assertThat(step.id()).isEqualTo("3");
			assertThat(step.descriptor().description()).isEqualTo("c");
			assertThat(step.direction()).isEqualTo(Direction.DOWN);
			assertThat(step.work().summary()).isEqualTo("Undo V3__c.sql by U3__drop_c.sql");
			assertThat(step.work().script()).isEqualTo("-- away with it\nDROP TABLE c;\nDELETE FROM a;\n");
			assertThat(step.work().locks()).containsExactly("ACCESS EXCLUSIVE on c (DROP TABLE)",
					"ROW EXCLUSIVE on a (DELETE)");
			assertThat(step.work().transactional()).isTrue();
			assertThat(step.undo().kind()).isEqualTo(UndoKind.SQL);
			assertThat(step.work().touches()).isNull();
			assertThat(step.descriptor().checksum()).isNotBlank();
		});
	}

	@Test
	void planWritesNothing() {
		this.store.migrate();
		FlywayMigrationStore instance = this.store.start();
		instance.planRollback(TestStore.to("1"));
		assertThat(this.store.sent()).noneMatch(
				(statement) -> statement.matches("(?is)(?!SET ROLE).*\\b(INSERT|UPDATE|CREATE|DELETE FROM)\\b.*"));
		assertThat(this.store.tables()).containsExactly("a", "b", "c");
	}

	@Test
	void sendsFiftyStatementsAtTheMostBeyondTheScriptsOwn() {
		this.store.migrate();
		FlywayMigrationStore instance = this.store.start();
		instance.rollback(TestStore.to("2"), this.store.run(), PlanGuard.open(), null);
		assertThat(this.store.sent()).hasSizeLessThanOrEqualTo(50 + 1);
	}

	static class V4__Create_d extends BaseJavaMigration {

		@Override
		public void migrate(Context context) throws Exception {
			try (Statement statement = context.getConnection().createStatement()) {
				statement.execute("CREATE TABLE d (id bigint)");
			}
		}

	}

}
