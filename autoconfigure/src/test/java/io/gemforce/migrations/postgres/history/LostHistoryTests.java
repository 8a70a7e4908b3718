package io.gemforce.migrations.postgres.history;

import java.nio.file.Path;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.postgres.TestStore;
import io.gemforce.migrations.support.DocumentedPart;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for databases in which Flyway's table is not there, but the log is.
 */
@ExtendWith(TestDatabases.class)
class LostHistoryTests {

	private final TestStore store;

	LostHistoryTests(PostgresTestDatabase database, @TempDir Path folder) {
		this.store = new TestStore(database, folder).migration("V1__a.sql", "CREATE TABLE a (id int);")
			.migration("V2__b.sql", "CREATE TABLE b (id int);");
	}

	@BeforeEach
	void loseTheHistory() {
		this.store.migrate();
		this.store.client().sql("DROP TABLE flyway_schema_history").update();
	}

	@AfterEach
	void close() {
		this.store.close();
	}

	@Test
	void whatTheLogKnowsAsAppliedIsNotAppliedAgain() {
		refuses("1, 2", "spring.flyway.baseline-version=2");
		this.store.configured((flyway) -> flyway.baselineOnMigrate(true).baselineVersion("2"));
		assertThat(this.store.migration("V3__c.sql", "CREATE TABLE c (id int);").migrate().executed())
			.containsExactly("3");
	}

	@Test
	void aBaselineBelowWhatTheLogKnowsIsRefused() {
		this.store.configured((flyway) -> flyway.baselineOnMigrate(true));
		refuses("1, 2", "spring.flyway.baseline-version=2");
	}

	@Test
	void aSchemaThatHasOurTablesOnlyIsMigratedFromTheBeginning() {
		this.store.client().sql("DROP TABLE a, b").update();
		this.store.configured((flyway) -> flyway.baselineOnMigrate(true));
		assertThat(this.store.migrate().executed()).containsExactly("1", "2");
		assertThat(this.store.history()).containsExactly("SQL 1 V1__a.sql", "SQL 2 V2__b.sql");
		assertThat(this.store.tables()).containsExactly("a", "b");
	}

	@Test
	void theTableIsRebuiltAsTheRunbookSays() {
		this.store.configured((flyway) -> flyway.baselineOnMigrate(true).baselineVersion("2")).migrate();
		String page = DocumentedPart.read("runbooks/adopt-an-existing-database.md");
		String sql = page.substring(page.indexOf("```sql") + "```sql".length());
		new JdbcTemplate(this.store.database().dataSource()).execute(sql.substring(0, sql.indexOf("```")));
		this.store.configured((flyway) -> {
		});
		assertThat(this.store.history()).containsExactly("SQL 1 V1__a.sql", "SQL 2 V2__b.sql");
		assertThat(this.store.start().validate().problems()).isEmpty();
	}

	private void refuses(String applied, String action) {
		assertThatExceptionOfType(MigrationException.class).isThrownBy(this.store::migrate).satisfies((ex) -> {
			assertThat(ex.getCode()).isEqualTo(ProblemCode.NON_EMPTY_NO_HISTORY);
			assertThat(ex.getProblems().get(0).message()).contains(applied);
			assertThat(ex.getProblems().get(0).action()).contains(action);
		});
		assertThat(this.store.tables()).containsExactly("a", "b");
	}

}
