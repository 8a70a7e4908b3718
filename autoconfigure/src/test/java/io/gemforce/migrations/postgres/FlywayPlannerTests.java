package io.gemforce.migrations.postgres;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import org.flywaydb.core.api.migration.BaseJavaMigration;
import org.flywaydb.core.api.migration.Context;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.store.Plan;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.store.PlanStep;
import io.gemforce.migrations.store.RehearsalScope;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for plans of PostgreSQL.
 */
@ExtendWith(TestDatabases.class)
class FlywayPlannerTests {

	private final TestStore store;

	FlywayPlannerTests(PostgresTestDatabase database, @TempDir Path folder) {
		this.store = new TestStore(database, folder).migration("V1__a.sql", "CREATE TABLE a (id bigint);");
	}

	@AfterEach
	void close() {
		this.store.close();
	}

	@Test
	void hasWhatFlywayWouldExecuteInItsOrder() {
		this.store.migration("R__view.sql", "CREATE OR REPLACE VIEW v AS SELECT 1 AS one;").migrate();
		this.store.migration("R__view.sql", "CREATE OR REPLACE VIEW v AS SELECT 1 AS one, 2 AS two;")
			.migration("R__another.sql", "CREATE OR REPLACE VIEW w AS SELECT 1 AS one;")
			.migration("V10__c.sql", "CREATE TABLE c (id bigint);")
			.migration("V9__b.sql", "CREATE TABLE b (id bigint);");
		List<PlanStep> steps = this.store.start().plan(false).steps();
		assertThat(steps).extracting(PlanStep::id).containsExactly("9", "10", "R:another", "R:view");
		assertThat(steps).allMatch(PlanStep::isRunnable);
		assertThat(this.store.migrate().executed()).containsExactly("9", "10", "R:another", "R:view");
		assertThat(this.store.start().plan(false).steps()).isEmpty();
	}

	@Test
	void stepTellsWhatAScriptWouldDo() {
		this.store
			.migration("V2__b.sql",
					"-- ${who}\nALTER TABLE a ADD COLUMN b int;\nUPDATE a SET b = 1; -- ${flyway:filename}\n")
			.undo("U2__drop_b.sql", "ALTER TABLE a DROP COLUMN b;")
			.configured((configuration) -> configuration.placeholders(Map.of("who", "ann")))
			.without("V1__a.sql");
		assertThat(this.store.start().plan(true).steps()).singleElement().satisfies((step) -> {
			assertThat(step.descriptor().description()).isEqualTo("b");
			assertThat(step.descriptor().type()).isEqualTo(MigrationType.SQL);
			assertThat(step.work().summary()).isEqualTo("Run V2__b.sql, 2 statements");
			assertThat(step.work().script())
				.isEqualTo("-- ann\nALTER TABLE a ADD COLUMN b int;\nUPDATE a SET b = 1; -- V2__b.sql\n");
			assertThat(step.work().locks()).containsExactly("ACCESS EXCLUSIVE on a (ALTER TABLE)",
					"ROW EXCLUSIVE on a (UPDATE)");
			assertThat(step.work().transactional()).isTrue();
			assertThat(step.undo().available()).isTrue();
			assertThat(step.work().touches()).isNull();
			assertThat(step.descriptor().checksum()).isNotBlank();
		});
	}

	@Test
	void stepTellsWhatCannotRunInATransaction() {
		this.store.migrate();
		this.store.migration("V2__index.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id);");
		assertThat(this.store.start().plan(false).steps()).singleElement().satisfies((step) -> {
			assertThat(step.work().transactional()).isFalse();
			assertThat(step.undo().available()).isFalse();
		});
	}

	@Test
	void stepOfCodeHasNoScript() {
		this.store.migrate();
		this.store.configured((configuration) -> configuration.javaMigrations(new V2__Code()));
		assertThat(this.store.start().plan(false).steps()).singleElement().satisfies((step) -> {
			assertThat(step.descriptor().type()).isEqualTo(MigrationType.JAVA);
			assertThat(step.work().script()).isNull();
			assertThat(step.work().transactional()).isNull();
			assertThat(step.work().locks()).containsExactly("unknown (code)");
			assertThat(step.work().summary()).contains("V2__Code");
		});
	}

	@Test
	void tellsWhyAStepIsHeldBack() {
		this.store.migration("V2__b.sql", "CREATE TABLE b (id bigint);")
			.migration("V3__c.sql", "CREATE TABLE c (id bigint);")
			.configured((configuration) -> configuration.target("2"));
		assertThat(this.store.start().plan(false).steps()).satisfiesExactly(
				(step) -> assertThat(step.heldBack()).isEmpty(), (step) -> assertThat(step.heldBack()).isEmpty(),
				(step) -> assertThat(step.heldBack()).containsExactly("it is above the target version 2"));
	}

	@Test
	void holdsEverythingBackWhereSomethingIsWrong() {
		this.store.migrate();
		this.store.migration("V1__a.sql", "CREATE TABLE a (id bigint, edited int);")
			.migration("V2__b.sql", "CREATE TABLE b (id bigint);");
		assertThat(this.store.start().plan(false).steps()).singleElement()
			.satisfies((step) -> assertThat(step.heldBack()).singleElement()
				.asString()
				.startsWith("nothing is run: CHECKSUM_MISMATCH: Migration V1__a.sql (a) was edited"));
	}

	@Test
	void holdsRepeatablesBackOnANewerSchema() {
		this.store.migration("V2__b.sql", "CREATE TABLE b (id bigint);").migrate();
		this.store.without("V2__b.sql").migration("R__view.sql", "CREATE VIEW v AS SELECT 1;");
		assertThat(this.store.start().plan(false).steps()).singleElement()
			.satisfies((step) -> assertThat(step.heldBack())
				.containsExactly("the store has migrations that this build does not know, so nothing is run"));
	}

	@Test
	void hasABaselineScriptOnAnEmptySchemaInsteadOfWhatItStandsFor() {
		this.store.migration("V2__b.sql", "CREATE TABLE b (id bigint);")
			.migration("B2__all.sql", "CREATE TABLE a (id bigint); CREATE TABLE b (id bigint);")
			.migration("V3__c.sql", "CREATE TABLE c (id bigint);");
		assertThat(this.store.start().plan(false).steps()).satisfiesExactly((step) -> {
			assertThat(step.id()).isEqualTo("2");
			assertThat(step.descriptor().type()).isEqualTo(MigrationType.BASELINE);
			assertThat(step.work().script()).contains("CREATE TABLE a");
		}, (step) -> assertThat(step.id()).isEqualTo("3"));
	}

	@Test
	void scriptThatFlywayCannotParseIsFoundBeforeAnythingIsRun() {
		this.store.migration("V2__b.sql", "CREATE TABLE ${nobody} (id bigint);");
		assertThatExceptionOfType(MigrationException.class).isThrownBy(() -> this.store.start().plan(false))
			.satisfies((ex) -> assertThat(ex).hasMessageContaining("No value provided for placeholder: ${nobody}"));
	}

	@Test
	void scriptThatOnlyPsqlUnderstandsIsFoundBeforeAnythingIsRun() {
		this.store.migration("V2__dump.sql", "\\restrict 4711\nCREATE TABLE b (id bigint);\n\\unrestrict 4711\n");
		assertThat(this.store.start().plan(false).steps())
			.allSatisfy((step) -> assertThat(step.heldBack()).singleElement()
				.asString()
				.contains("line 1 of V2__dump.sql is a psql meta command, '\\restrict', and no SQL"));
		assertThatExceptionOfType(MigrationException.class).isThrownBy(this.store::migrate)
			.satisfies((ex) -> assertThat(ex.getCode()).isEqualTo(ProblemCode.INVALID_DEFINITION));
		assertThatExceptionOfType(MigrationException.class)
			.isThrownBy(() -> this.store.start().rehearse(RehearsalScope.scratch(1)));
		this.store.without("V2__dump.sql")
			.migration("R__dump.sql", "SELECT 1; \\copy a FROM 'a.csv'")
			.undo("U1__drop_a.sql", "\\connect other\nDROP TABLE a;");
		assertThatExceptionOfType(MigrationException.class).isThrownBy(this.store::migrate)
			.satisfies((ex) -> assertThat(ex).hasMessageContainingAll("line 1 of R__dump.sql", "'\\copy'",
					"line 1 of U1__drop_a.sql", "'\\connect'"));
		assertThat(this.store.tables()).isEmpty();
	}

	@Test
	void needsNoMoreThanToRead() {
		this.store.migration("R__view.sql", "CREATE OR REPLACE VIEW v AS SELECT 1 AS one;")
			.undo("U1__drop_a.sql", "DROP TABLE a;");
		assertThatReaderPlans("1", "R:view");
		this.store.migrate();
		this.store.migration("V2__b.sql", "CREATE TABLE b (id bigint);");
		assertThatReaderPlans("2");
		this.store.client().sql("DROP TABLE migration_log").update();
		assertThatReaderPlans("2");
	}

	private void assertThatReaderPlans(String... ids) {
		String reader = "reader_" + this.store.database().name();
		List<String> before = relations();
		if (before.isEmpty()) {
			this.store.client().sql("CREATE ROLE %s LOGIN".formatted(reader)).update();
		}
		this.store.client().sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO %s".formatted(reader)).update();
		FlywayMigrationStore instance = this.store.startAs(reader);
		assertThat(instance.plan(true).steps()).extracting(PlanStep::id).containsExactly(ids);
		if (!before.isEmpty()) {
			assertThat(instance.planRollback(TestStore.to("0")).steps()).extracting(PlanStep::id).containsExactly("1");
		}
		assertThat(relations()).isEqualTo(before);
	}

	private List<String> relations() {
		return this.store.client()
			.sql("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY relname")
			.query(String.class)
			.list();
	}

	@Test
	void runThatExpectsAPlanRefusesAnother() {
		Plan plan = new Plan(this.store.start().plan(false).steps(), List.of());
		this.store.migration("V0_5__earlier.sql", "CREATE TABLE earlier (id bigint);");
		assertThatExceptionOfType(MigrationException.class)
			.isThrownBy(() -> this.store.start().migrate(this.store.run(), PlanGuard.of(plan)))
			.satisfies((ex) -> assertThat(ex.getCode()).isEqualTo(ProblemCode.PLAN_CHANGED));
		assertThat(this.store.tables()).isEmpty();
	}

	static class V2__Code extends BaseJavaMigration {

		@Override
		public void migrate(Context context) {
		}

	}

}
