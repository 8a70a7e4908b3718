package io.gemforce.migrations.postgres.history;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.postgres.FlywayMigrationStore;
import io.gemforce.migrations.postgres.TestStore;
import io.gemforce.migrations.store.Hold;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.store.RollbackTarget;
import io.gemforce.migrations.store.ShutdownSignal;
import io.gemforce.migrations.store.Validation;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for the hold that a rollback of PostgreSQL leaves.
 */
@ExtendWith({ TestDatabases.class, OutputCaptureExtension.class })
class FlywayHoldTests {

	private final TestStore store;

	FlywayHoldTests(PostgresTestDatabase database, @TempDir Path folder) {
		this.store = new TestStore(database, folder).migration("V1__a.sql", "CREATE TABLE a (id bigint);")
			.migration("V2__b.sql", "CREATE TABLE b (id bigint);")
			.migration("V3__c.sql", "CREATE TABLE c (id bigint);")
			.undo("U2__drop_b.sql", "DROP TABLE b;")
			.undo("U3__drop_c.sql", "DROP TABLE c;");
	}

	@BeforeEach
	void migrate() {
		this.store.migrate();
	}

	@AfterEach
	void close() {
		this.store.close();
	}

	@Test
	void isWrittenWithTheVersionReasonUserAndTime() {
		assertThat(this.store.start().hold()).isEmpty();
		this.store.rollBackTo("1");
		assertThat(this.store.start().hold()).get().satisfies((hold) -> {
			assertThat(hold.version()).hasToString("1");
			assertThat(hold.reason()).isEqualTo("does not work");
			assertThat(hold.user()).isEqualTo("postgres");
			assertThat(hold.since()).isBetween(Instant.now().minusSeconds(60), Instant.now());
		});
		assertThat(this.store.client().sql("SELECT * FROM migration_hold").query().singleRow())
			.containsOnlyKeys("store", "version", "reason", "user", "since")
			.containsEntry("store", "postgres");
	}

	@Test
	void keepsTheBuildFromApplyingAgainWhatWasRolledBack(CapturedOutput output) {
		this.store.rollBackTo("2");
		StoreResult result = this.store.migrate();
		assertThat(result.outcome()).isEqualTo(StoreResult.Outcome.HELD);
		assertThat(result.executed()).isEmpty();
		assertThat(result.notes()).singleElement()
			.satisfies((problem) -> assertThat(problem.code()).isEqualTo(ProblemCode.HELD));
		assertThat(this.store.tables()).containsExactly("a", "b");
		assertThat(output.getOut()
			.lines()
			.filter((line) -> line.contains("WARN") && line.contains("FlywayMigrationStore"))).singleElement()
			.asString()
			.contains("HELD: Store 'postgres' is held at version 2 since", "by postgres: does not work",
					"gemforce.migrations.run=release-hold");
	}

	@Test
	void holdsBackEverythingThatIsPendingRepeatablesIncluded() {
		this.store.rollBackTo("2");
		this.store.migration("R__view.sql", "CREATE VIEW v AS SELECT * FROM c;");
		Validation validation = this.store.start().validate();
		assertThat(validation.pending()).isEmpty();
		assertThat(validation.errors()).isEmpty();
		assertThat(validation.entries()).filteredOn((entry) -> entry.state() == MigrationState.HELD)
			.extracting(MigrationEntry::id)
			.containsExactly("3", "R:view");
		assertThat(this.store.start().plan(false).steps())
			.allSatisfy((step) -> assertThat(step.heldBack()).singleElement()
				.asString()
				.startsWith("the store is held at version 2 since"))
			.hasSize(2);
		assertThat(this.store.migrate().outcome()).isEqualTo(StoreResult.Outcome.HELD);
	}

	@Test
	void doesNotBindABuildWithoutAMigrationPastIt() {
		this.store.rollBackTo("2");
		this.store.without("V3__c.sql").migration("R__view.sql", "CREATE VIEW v AS SELECT * FROM b;");
		StoreResult result = this.store.migrate();
		assertThat(result.outcome()).isEqualTo(StoreResult.Outcome.APPLIED);
		assertThat(result.executed()).containsExactly("R:view");
		assertThat(this.store.start().hold()).isPresent();
	}

	@Test
	void bindsABuildThatHasOnlySomeOfWhatWasRolledBack() {
		this.store.rollBackTo("1");
		this.store.without("V3__c.sql");
		assertThat(this.store.migrate().outcome()).isEqualTo(StoreResult.Outcome.HELD);
		assertThat(this.store.tables()).containsExactly("a");
	}

	@Test
	void isLiftedByABuildThatIsNewerThanAllThatWasRolledBack() {
		this.store.rollBackTo("2");
		this.store.migration("V4__d.sql", "CREATE TABLE d (id bigint);");
		assertThat(this.store.start().plan(false).steps()).allMatch((step) -> step.isRunnable());
		StoreResult result = this.store.migrate();
		assertThat(result.outcome()).isEqualTo(StoreResult.Outcome.APPLIED);
		assertThat(result.executed()).containsExactly("3", "4");
		assertThat(this.store.start().hold()).isEmpty();
		assertThat(this.store.logRows()).anySatisfy((row) -> assertThat(row).containsEntry("type", "MARK")
			.containsEntry("script", "release-hold")
			.extracting("description")
			.asString()
			.startsWith("lifted by a build that has migration 4; the store was held at version 2"));
	}

	@Test
	void isReleasedWithWhoAndWhy() {
		this.store.rollBackTo("2");
		assertThat(this.store.perform(Operation.Kind.RELEASE_HOLD, null)).singleElement()
			.asString()
			.startsWith("released the hold; the store was held at version 2");
		assertThat(this.store.start().hold()).isEmpty();
		assertThat(this.store.logRows()).last()
			.satisfies((row) -> assertThat(row).containsEntry("type", "MARK")
				.containsEntry("user", "postgres")
				.containsEntry("reason", "somebody said so"));
		assertThat(this.store.migrate().executed()).containsExactly("3");
		assertThat(this.store.perform(Operation.Kind.RELEASE_HOLD, null)).containsExactly("there is no hold");
	}

	@Test
	void ofALaterRollbackTakesThePlaceOfTheFormerOne() {
		this.store.rollBackTo("2");
		this.store.start().rollback(TestStore.to("1"), this.store.run(), PlanGuard.open(), "worse than we thought");
		assertThat(this.store.start().hold()).get().satisfies((hold) -> {
			assertThat(hold.version()).hasToString("1");
			assertThat(hold.reason()).isEqualTo("worse than we thought");
		});
	}

	@Test
	void ofARollbackThatUndidNothingIsTakenBack() {
		this.store.undo("U3__drop_c.sql", "SELECT 1 / 0;");
		assertThatExceptionOfType(MigrationException.class).isThrownBy(() -> this.store.rollBackTo("1"));
		assertThat(this.store.start().hold()).isEmpty();
		assertThat(this.store.migrate().outcome()).isEqualTo(StoreResult.Outcome.UP_TO_DATE);
	}

	@Test
	void isTheFormerOneAgainAfterARollbackThatUndidNothing() {
		this.store.rollBackTo("2");
		Hold former = this.store.start().hold().orElseThrow();
		this.store.undo("U2__drop_b.sql", "SELECT 1 / 0;");
		assertThatExceptionOfType(MigrationException.class).isThrownBy(
				() -> this.store.start().rollback(TestStore.to("1"), this.store.run(), PlanGuard.open(), "other"));
		assertThat(this.store.start().hold()).contains(former);
	}

	@Test
	void staysAfterARollbackThatUndidSomething() {
		this.store.undo("U2__drop_b.sql", "SELECT 1 / 0;");
		assertThatExceptionOfType(MigrationException.class).isThrownBy(() -> this.store.rollBackTo("1"))
			.withMessageContaining("this rollback has undone 3; the store is held");
		assertThat(this.store.start().hold()).get().satisfies((hold) -> assertThat(hold.version()).hasToString("1"));
		assertThat(this.store.migrate().outcome()).isEqualTo(StoreResult.Outcome.HELD);
	}

	@Test
	void staysAfterAnUndoThatFailedOutsideOfATransaction() {
		this.store.undo("U3__drop_c.sql", "DROP TABLE c; SELECT 1 / 0;")
			.undo("U3__drop_c.sql.conf", "executeInTransaction=false");
		assertThatExceptionOfType(MigrationException.class).isThrownBy(() -> this.store.rollBackTo("2"))
			.withMessageContaining("the store is held");
		assertThat(this.store.start().hold()).isPresent();
	}

	@Test
	void isNotWrittenByARollbackThatIsRefused() {
		ShutdownSignal stop = new ShutdownSignal();
		stop.stop();
		FlywayMigrationStore instance = this.store.start(stop);
		assertThatExceptionOfType(MigrationException.class)
			.isThrownBy(() -> instance.rollback(TestStore.to("2"), this.store.run(), PlanGuard.open(), null));
		assertThatExceptionOfType(MigrationException.class).isThrownBy(() -> this.store.rollBackTo("0"));
		assertThat(this.store.start().hold()).isEmpty();
	}

	@Test
	void ofAVersionThatWasExecutedOutOfOrderBindsAlthoughANewerOneStays() {
		this.store.rollBackTo("1");
		this.store.perform(Operation.Kind.RELEASE_HOLD, null);
		this.store.without("V2__b.sql").migrate();
		MigrationRun run = this.store.run();
		this.store.migration("V2__b.sql", "CREATE TABLE b (id bigint);")
			.configured((configuration) -> configuration.outOfOrder(true))
			.start()
			.migrate(run, PlanGuard.open());
		this.store.start()
			.rollback(new RollbackTarget.OfRuns(Set.of(run.id())), this.store.run(), PlanGuard.open(), null);
		assertThat(this.store.tables()).containsExactly("a", "c");
		assertThat(this.store.start().hold()).get().satisfies((hold) -> assertThat(hold.version()).hasToString("1"));
		assertThat(this.store.migrate().outcome()).isEqualTo(StoreResult.Outcome.HELD);
	}

	@Test
	void costsNothingWhereThereIsNothingToDo() {
		FlywayMigrationStore instance = this.store.start();
		instance.migrate(this.store.run(), PlanGuard.open());
		int statements = this.store.sent().size();
		assertThat(this.store.sent()).noneMatch((statement) -> statement.contains("to_regclass"));
		this.store.rollBackTo("2");
		this.store.without("V3__c.sql");
		FlywayMigrationStore older = this.store.start();
		older.migrate(this.store.run(), PlanGuard.open());
		assertThat(this.store.sent()).hasSize(statements)
			.noneMatch((statement) -> statement.contains("migration_hold"));
	}

	@Test
	void markingAsRolledBackChangesNothingButTheRecords() {
		assertThat(this.store.perform(Operation.Kind.MARK_ROLLED_BACK, "3"))
			.containsExactly("migration 3 counts as rolled back, and nothing else was changed");
		assertThat(this.store.tables()).containsExactly("a", "b", "c");
		assertThat(this.store.history()).endsWith("DELETE 3 mark-rolled-back");
		assertThat(this.store.logRows()).last()
			.satisfies((row) -> assertThat(row).containsEntry("type", "MARK")
				.containsEntry("version", "3")
				.containsEntry("direction", "DOWN")
				.containsEntry("state", "ROLLED_BACK")
				.containsEntry("reason", "somebody said so"));
		assertThat(this.store.start().hold()).isEmpty();
		assertThat(this.store.entry("3").state()).isEqualTo(MigrationState.ROLLED_BACK);
		this.store.client().sql("DROP TABLE c").update();
		assertThat(this.store.migrate().executed()).containsExactly("3");
	}

	@Test
	void markingAsRolledBackIsRefusedForAllButTheNewest() {
		assertThatExceptionOfType(MigrationException.class)
			.isThrownBy(() -> this.store.perform(Operation.Kind.MARK_ROLLED_BACK, "2"))
			.satisfies((ex) -> assertThat(ex.getCode()).isEqualTo(ProblemCode.DEPENDENCY_BLOCKED));
		assertThatExceptionOfType(MigrationException.class)
			.isThrownBy(() -> this.store.perform(Operation.Kind.MARK_ROLLED_BACK, "4"))
			.satisfies((ex) -> assertThat(ex).hasMessageContaining("INVALID_ARGUMENT: Migration 4 is not applied"));
		assertThat(this.store.history()).hasSize(3);
	}

	@Test
	void markingAsRolledBackFinishesWhatIsUndoneInPart() {
		this.store.undo("U3__drop_c.sql", "DROP TABLE c; SELECT 1 / 0;")
			.undo("U3__drop_c.sql.conf", "executeInTransaction=false");
		assertThatExceptionOfType(MigrationException.class).isThrownBy(() -> this.store.rollBackTo("2"));
		this.store.perform(Operation.Kind.MARK_ROLLED_BACK, "3");
		assertThat(this.store.entry("3").state()).isEqualTo(MigrationState.HELD);
		assertThat(this.store.start().validate().errors()).isEmpty();
	}

	@Test
	void repairMakesWhatIsUndoneInPartCountAsApplied() {
		this.store.undo("U3__drop_c.sql", "SELECT 1 / 0;").undo("U3__drop_c.sql.conf", "executeInTransaction=false");
		assertThatExceptionOfType(MigrationException.class).isThrownBy(() -> this.store.rollBackTo("2"));
		assertThat(this.store.perform(Operation.Kind.REPAIR, null)).containsExactly("removed the failed entry of c",
				"closed the undo of c");
		assertThat(this.store.entry("3").state()).isEqualTo(MigrationState.APPLIED);
		assertThat(this.store.start().validate().errors()).isEmpty();
		assertThat(this.store.log()).contains("DOWN 3 FAILED", "UP 3 APPLIED");
	}

}
