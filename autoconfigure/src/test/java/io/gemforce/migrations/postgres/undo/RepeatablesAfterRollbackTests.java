package io.gemforce.migrations.postgres.undo;

import java.nio.file.Path;

import org.flywaydb.database.postgresql.PostgreSQLConfigurationExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Operation;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreResult;
import io.gemforce.migrations.postgres.FlywayMigrationStore;
import io.gemforce.migrations.postgres.TestStore;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.store.PlanStep;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for repeatables after a rollback that has taken with it what they had made: a
 * view that depends on a column.
 */
@ExtendWith(TestDatabases.class)
class RepeatablesAfterRollbackTests {

	private static final String VIEW = "CREATE OR REPLACE VIEW v AS SELECT a.* FROM a;";

	private final TestStore store;

	RepeatablesAfterRollbackTests(PostgresTestDatabase database, @TempDir Path folder) {
		this.store = new TestStore(database, folder).migration("V1__a.sql", "CREATE TABLE a (id bigint);")
			.migration("V2__add_b.sql", "ALTER TABLE a ADD COLUMN b int;")
			.migration("R__view.sql", VIEW)
			.undo("U2__drop_b.sql", "ALTER TABLE a DROP COLUMN b CASCADE;");
	}

	@AfterEach
	void close() {
		this.store.close();
	}

	@Test
	void olderBuildMakesThemAgain() {
		this.store.migrate();
		this.store.rollBackTo("1");
		assertThat(this.store.tables()).containsExactly("a");
		this.store.without("V2__add_b.sql");
		assertThat(this.store.start().plan(false).steps()).extracting(PlanStep::id).containsExactly("R:view");
		assertThat(this.store.migrate().executed()).containsExactly("R:view");
		assertThat(this.store.tables()).containsExactly("a", "v");
		assertThat(this.store.migrate().outcome()).isEqualTo(StoreResult.Outcome.UP_TO_DATE);
	}

	@Test
	void buildThatIsHeldDoesNotRunThem() {
		this.store.migrate();
		this.store.rollBackTo("1");
		assertThat(this.store.migrate().outcome()).isEqualTo(StoreResult.Outcome.HELD);
		assertThat(this.store.tables()).containsExactly("a");
		assertThat(this.store.entry("R:view").state()).isEqualTo(MigrationState.HELD);
	}

	@Test
	void fromTheRollbackToTheReleaseEachBuildFindsWhatItNeeds() {
		this.store.migrate();
		this.store.rollBackTo("1");
		this.store.without("V2__add_b.sql").migrate();
		assertThat(columns()).isOne();
		this.store.migration("V2__add_b.sql", "ALTER TABLE a ADD COLUMN b int;");
		assertThat(this.store.migrate().outcome()).isEqualTo(StoreResult.Outcome.HELD);
		assertThat(columns()).isOne();
		assertThat(this.store.perform(Operation.Kind.RELEASE_HOLD, null))
			.contains("repeatables that will run again: view");
		assertThat(this.store.migrate().executed()).containsExactly("2", "R:view");
		assertThat(columns()).isEqualTo(2);
		this.store.plainFlyway().validate();
	}

	@Test
	void buildThatLiftsTheHoldRunsThemAgain() {
		this.store.migrate();
		this.store.rollBackTo("1");
		this.store.without("V2__add_b.sql").migrate();
		this.store.migration("V2__add_b.sql", "ALTER TABLE a ADD COLUMN b int;")
			.migration("V3__add_c.sql", "ALTER TABLE a ADD COLUMN c int;");
		assertThat(this.store.migrate().executed()).containsExactly("2", "3", "R:view");
		assertThat(columns()).isEqualTo(3);
	}

	@Test
	void runAgainWithTheTransactionalLockOfTheUsers() {
		this.store
			.configured((configuration) -> configuration.getPluginRegister()
				.getExact(PostgreSQLConfigurationExtension.class)
				.setTransactionalLock(true))
			.poolSize(2)
			.migrate();
		this.store.rollBackTo("1");
		this.store.migration("V3__add_c.sql", "ALTER TABLE a ADD COLUMN c int;");
		assertThat(this.store.migrate().executed()).containsExactly("2", "3", "R:view");
	}

	@Test
	void areLeftAloneWhereTheUserSaysSo() {
		this.store.rerunRepeatables(false).migrate();
		this.store.rollBackTo("1");
		assertThat(this.store.history()).endsWith("SQL view R__view.sql", "DELETE 2 U2__drop_b.sql");
		this.store.perform(Operation.Kind.RELEASE_HOLD, null);
		assertThat(this.store.migrate().executed()).containsExactly("2");
	}

	@Test
	void haveOneEntryHoweverManyMigrationsAreUndone() {
		this.store.undo("U1__drop_a.sql", "DROP TABLE a CASCADE;").migrate();
		this.store.rollBackTo("0");
		assertThat(this.store.history()).containsExactly("SQL 1 V1__a.sql", "SQL 2 V2__add_b.sql",
				"SQL view R__view.sql", "DELETE view R__view.sql", "DELETE 2 U2__drop_b.sql",
				"DELETE 1 U1__drop_a.sql");
	}

	@Test
	void areAsTheyWereAfterAnUndoThatFailed() {
		this.store.undo("U2__drop_b.sql", "ALTER TABLE a DROP COLUMN b CASCADE; SELECT 1 / 0;").migrate();
		assertThatExceptionOfType(MigrationException.class).isThrownBy(() -> this.store.rollBackTo("1"));
		assertThat(this.store.history()).hasSize(3);
		assertThat(this.store.migrate().outcome()).isEqualTo(StoreResult.Outcome.UP_TO_DATE);
	}

	@Test
	void runAgainAfterAnUndoWithoutATransaction() {
		this.store.undo("U2__drop_b.sql.conf", "executeInTransaction=false").migrate();
		this.store.rollBackTo("1");
		assertThat(this.store.history()).endsWith("DELETE view R__view.sql", "DELETE 2 U2__drop_b.sql");
		this.store.without("V2__add_b.sql");
		assertThat(this.store.migrate().executed()).containsExactly("R:view");
	}

	@Test
	void thatFailedHaveToBeRepairedBefore() {
		this.store.migration("R__view.sql", VIEW + " SELECT 1 / 0;")
			.migration("R__view.sql.conf", "executeInTransaction=false");
		assertThatExceptionOfType(MigrationException.class).isThrownBy(this.store::migrate);
		assertThatExceptionOfType(MigrationException.class).isThrownBy(() -> this.store.rollBackTo("1"))
			.satisfies((ex) -> {
				assertThat(ex.getCode()).isEqualTo(ProblemCode.PREVIOUSLY_FAILED);
				assertThat(ex).hasMessageContaining("failed repeatable migration");
				assertThat(ex.getAction()).contains("gemforce.migrations.run=repair");
			});
		assertThat(this.store.start().hold()).isEmpty();
		this.store.perform(Operation.Kind.REPAIR, null);
		assertThat(this.store.rollBackTo("1").executed()).containsExactly("2");
	}

	@Test
	void costNoMoreThanAnUndoMayCost() {
		this.store.migrate();
		FlywayMigrationStore instance = this.store.start();
		instance.rollback(TestStore.to("1"), this.store.run(), PlanGuard.open(), null);
		// How often Flyway itself sets the role depends on its version
		assertThat(this.store.sent()).filteredOn((statement) -> !statement.startsWith("SET ROLE"))
			.hasSizeLessThanOrEqualTo(50 + 1);
	}

	private int columns() {
		return this.store.client()
			.sql("SELECT count(*) FROM information_schema.columns WHERE table_name = 'v'")
			.query(Integer.class)
			.single();
	}

}
