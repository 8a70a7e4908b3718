package io.gemforce.migrations.postgres.rehearsal;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.migration.BaseJavaMigration;
import org.flywaydb.core.api.migration.Context;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.RehearsalResult;
import io.gemforce.migrations.RehearsalResult.Outcome;
import io.gemforce.migrations.postgres.TestStore;
import io.gemforce.migrations.store.RehearsalScope;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for rehearsing migrations of PostgreSQL.
 */
@ExtendWith(TestDatabases.class)
class PostgresRehearsalTests {

	private final PostgresTestDatabase database;

	private TestStore store;

	PostgresRehearsalTests(PostgresTestDatabase database) {
		this.database = database;
	}

	@BeforeEach
	void build(@TempDir Path folder) {
		this.store = new TestStore(this.database, folder);
		this.store
			.migration("V1__gem.sql",
					"CREATE TABLE gem (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, "
							+ "twice text GENERATED ALWAYS AS (name || name) STORED);")
			.migration("V2__owner.sql",
					"CREATE TABLE owner (id bigint PRIMARY KEY, gem bigint NOT NULL REFERENCES gem (id));")
			.undo("U2__owner.sql", "DROP TABLE owner;");
		this.store.migrate();
		this.store.client().sql("INSERT INTO gem (name) SELECT 'gem ' || i FROM generate_series(1, 50) i").update();
		this.store.client().sql("INSERT INTO owner SELECT i, i FROM generate_series(1, 50) i").update();
	}

	@AfterEach
	void end() {
		this.store.close();
	}

	@Test
	void appliesUndoesAndAppliesAgainOnACopy() {
		this.store
			.migration("V3__carat.sql",
					"ALTER TABLE gem ADD COLUMN carat numeric DEFAULT 1; CREATE INDEX ON gem (carat);")
			.undo("U3__carat.sql", "ALTER TABLE gem DROP COLUMN carat;")
			.migration("V4__upper.sql", "UPDATE gem SET name = upper(name);")
			.undo("U4__upper.sql", "UPDATE gem SET name = lower(name);");
		List<RehearsalResult> results = rehearse(1000);
		assertThat(results).extracting(RehearsalResult::outcome).as(results.toString()).containsOnly(Outcome.PASSED);
		assertThat(results).extracting(RehearsalResult::id).containsExactly("3", "4");
		assertThat(this.store.client().sql("SELECT name FROM gem WHERE id = 1").query(String.class).single())
			.isEqualTo("gem 1");
		assertThat(scratchDatabases()).isEmpty();
	}

	@Test
	void undoThatDoesNotRestoreWhatWasThereFails() {
		this.store.migration("V3__upper.sql", "UPDATE gem SET name = upper(name); ALTER TABLE gem ADD COLUMN a int;")
			.undo("U3__upper.sql", "UPDATE gem SET name = initcap(name);")
			.migration("V4__b.sql", "ALTER TABLE gem ADD COLUMN b int;");
		List<RehearsalResult> results = rehearse(1000);
		assertThat(results).extracting(RehearsalResult::outcome).containsExactly(Outcome.FAILED, Outcome.NOT_REHEARSED);
		assertThat(results.get(0).reason()).contains("column");
		assertThat(scratchDatabases()).isEmpty();
	}

	@Test
	void rowsThatAreNotRestoredAreNamed() {
		this.store.migration("V3__upper.sql", "UPDATE gem SET name = upper(name);")
			.undo("U3__upper.sql", "UPDATE gem SET name = initcap(name);");
		assertThat(rehearse(1000)).singleElement().satisfies((result) -> {
			assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
			assertThat(result.reason())
				.isEqualTo("after its undo these are not as they were before: rows of public.gem (in name, twice)");
		});
	}

	@Test
	void migrationThatFailsOnTheDataFails() {
		this.store.migration("V3__unique.sql", "ALTER TABLE gem ADD CHECK (id < 10);");
		assertThat(rehearse(1000)).singleElement().satisfies((result) -> {
			assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
			assertThat(result.reason()).contains("violated by some row");
		});
		assertThat(rehearse(5)).singleElement()
			.satisfies((result) -> assertThat(result.outcome()).isEqualTo(Outcome.NO_DOWN));
	}

	@Test
	void sampleKeepsForeignKeys() {
		this.store.client().sql("UPDATE owner SET gem = 51 - gem").update();
		this.store.migration("V3__count.sql",
				"DO $$ BEGIN RAISE EXCEPTION 'found % gems, % owners', (SELECT count(*) FROM gem), "
						+ "(SELECT count(*) FROM owner); END $$;");
		assertThat(rehearse(30).get(0).reason()).contains("found 30 gems, 10 owners");
		assertThat(rehearse(RehearsalScope.ALL).get(0).reason()).contains("found 50 gems, 50 owners");
		assertThat(rehearse(0).get(0).reason()).contains("found 0 gems, 0 owners");
	}

	@Test
	void sequencesGoOnWhereTheyAre() {
		this.store.migration("V3__insert.sql", "INSERT INTO gem (name) VALUES ('another');")
			.undo("U3__insert.sql", "DELETE FROM gem WHERE name = 'another' AND id > 50;");
		assertThatPass("3");
	}

	@Test
	void whatIsAnotherValueEachTimeIsNoDifference() {
		this.store
			.migration("V3__at.sql",
					"ALTER TABLE gem ADD COLUMN at timestamptz, ADD COLUMN token uuid; "
							+ "UPDATE gem SET at = clock_timestamp(), token = gen_random_uuid();")
			.undo("U3__at.sql", "ALTER TABLE gem DROP COLUMN at, DROP COLUMN token;");
		assertThatPass("3");
	}

	@Test
	void undoThatLeavesRowsWithAnotherKeyFails() {
		this.store.migration("V3__other.sql", "CREATE TABLE other (id serial); CREATE TABLE log (id serial);")
			.undo("U3__other.sql", "DROP TABLE other;");
		assertThat(rehearse(1000)).singleElement()
			.satisfies((result) -> assertThat(result.reason()).contains("after its undo").contains("table public.log"));
	}

	private void assertThatPass(String... ids) {
		List<RehearsalResult> results = rehearse(1000);
		assertThat(results).as(results.toString()).extracting(RehearsalResult::id).containsExactly(ids);
		assertThat(results).extracting(RehearsalResult::outcome).as(results.toString()).containsOnly(Outcome.PASSED);
	}

	@Test
	void partitionsThatWereMadeAtRunTimeAreThere() {
		this.store.migration("V3__event.sql", """
				CREATE TABLE event (at date NOT NULL, gem bigint, PRIMARY KEY (at, gem)) PARTITION BY RANGE (at);
				CREATE TABLE event_2024 PARTITION OF event FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
				""").migrate();
		this.store.client().sql("CREATE SCHEMA parts").update();
		this.store.client()
			.sql("CREATE TABLE parts.event_2025 PARTITION OF event FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') "
					+ "PARTITION BY HASH (gem)")
			.update();
		this.store.client()
			.sql("CREATE TABLE parts.event_2025_0 PARTITION OF parts.event_2025 FOR VALUES WITH (MODULUS 1, REMAINDER 0)")
			.update();
		this.store.client().sql("DROP TABLE event_2024").update();
		this.store.client().sql("INSERT INTO event VALUES ('2025-05-05', 1)").update();
		this.store.migration("V4__count.sql",
				"DO $$ BEGIN RAISE EXCEPTION 'found % events', (SELECT count(*) FROM event); END $$;");
		assertThat(rehearse(30).get(0).reason()).contains("found 1 events");
	}

	@Test
	void materializedViewsAreFilledOrLeftEmptyAsTheyAre() {
		this.store.migration("V3__views.sql", """
				CREATE MATERIALIZED VIEW filled AS SELECT count(*) AS gems FROM gem;
				CREATE MATERIALIZED VIEW empty AS SELECT count(*) AS gems FROM gem WITH NO DATA;
				""").migrate();
		this.store.migration("V4__more.sql",
				"CREATE TABLE found AS SELECT gems FROM filled; CREATE TABLE bad (n int CHECK (n <> 50)); "
						+ "INSERT INTO bad SELECT gems FROM filled;");
		assertThat(rehearse(1000).get(0).reason()).contains("bad_n_check");
		this.store.migration("V4__more.sql", "REFRESH MATERIALIZED VIEW filled; CREATE TABLE more (id int);")
			.undo("U4__more.sql", "DROP TABLE more;");
		assertThatPass("4");
	}

	@Test
	void columnThatWasDroppedByHandIsNotCopied() {
		this.store.client().sql("ALTER TABLE owner DROP COLUMN gem").update();
		this.store.migration("V3__name.sql", "ALTER TABLE gem ADD COLUMN title text; UPDATE gem SET title = name;")
			.undo("U3__name.sql", "ALTER TABLE gem DROP COLUMN title;");
		assertThatPass("3");
	}

	@Test
	void replaysInTheOrderOfExecution() {
		this.store.migration("V5__five.sql", "CREATE TABLE five (id int);").migrate();
		this.store.configured((configuration) -> configuration.outOfOrder(true))
			.migration("V4__four.sql", "ALTER TABLE five ADD COLUMN four int;");
		this.store.migrate();
		this.store.migration("V6__six.sql", "ALTER TABLE five ADD COLUMN six int;")
			.undo("U6__six.sql", "ALTER TABLE five DROP COLUMN six;");
		assertThatPass("6");
		this.store.undo("U6__six.sql", "SELECT 1;");
		assertThat(rehearse(10)).singleElement()
			.satisfies((result) -> assertThat(result.outcome()).isEqualTo(Outcome.FAILED));
	}

	@Test
	void versionBelowWhatIsAppliedIsRehearsedAboveIt() {
		this.store.migration("V5__five.sql", "CREATE TABLE five (id int);").migrate();
		this.store.configured((configuration) -> configuration.outOfOrder(true))
			.migration("V4__four.sql", "ALTER TABLE five ADD COLUMN four int;")
			.undo("U4__four.sql", "ALTER TABLE five DROP COLUMN four;");
		assertThatPass("4");
	}

	@Test
	void changedRepeatableIsRehearsedAfterANewVersion() {
		this.store.migration("R__heavy.sql", "CREATE OR REPLACE VIEW heavy AS SELECT id FROM gem;")
			.migration("R__light.sql", "CREATE OR REPLACE VIEW light AS SELECT id FROM gem;")
			.migrate();
		this.store.migration("R__heavy.sql", "CREATE OR REPLACE VIEW heavy AS SELECT id, name FROM gem;")
			.migration("V3__light.sql", "CREATE VIEW lighter AS SELECT id FROM light; GRANT SELECT ON heavy TO PUBLIC;")
			.undo("U3__light.sql", "DROP VIEW lighter; REVOKE SELECT ON heavy FROM PUBLIC;");
		List<RehearsalResult> results = rehearse(10);
		assertThat(results).extracting(RehearsalResult::id).containsExactly("3", "R:heavy");
		assertThat(results.get(1).outcome()).as(results.toString()).isEqualTo(Outcome.NO_DOWN);
	}

	@Test
	void unchangedRepeatableStays() {
		this.store.migration("R__heavy.sql", "CREATE OR REPLACE VIEW heavy AS SELECT id FROM gem;").migrate();
		this.store.migration("V3__carat.sql", "ALTER TABLE gem ADD COLUMN carat int;")
			.undo("U3__carat.sql", "ALTER TABLE gem DROP COLUMN carat;");
		assertThatPass("3");
		// The older build makes it again when it starts
		this.store.undo("U3__carat.sql", "ALTER TABLE gem DROP COLUMN carat; DROP VIEW heavy;");
		assertThatPass("3");
	}

	@Test
	void failureForWantOfARepeatableThatWasChangedProvesNothing() {
		this.store.migration("R__heavy.sql", "CREATE OR REPLACE VIEW heavy AS SELECT id FROM gem;").migrate();
		this.store.migration("R__heavy.sql", "CREATE OR REPLACE VIEW heavy AS SELECT id, carat FROM gem;")
			.migration("V3__carat.sql", "DROP VIEW heavy; ALTER TABLE gem ADD COLUMN carat int;");
		List<RehearsalResult> results = rehearse(10);
		assertThat(results).extracting(RehearsalResult::outcome).containsOnly(Outcome.NOT_REHEARSED);
		assertThat(results.get(0).reason()).contains("proves nothing").contains("R:heavy (heavy), which was changed");
		this.store.migration("V3__carat.sql", "ALTER TABLE gem ADD COLUMN carat int;");
		assertThat(rehearse(10)).extracting(RehearsalResult::outcome).containsExactly(Outcome.NO_DOWN, Outcome.NO_DOWN);
	}

	@Test
	void repeatablesComeLast() {
		this.store.migration("V3__carat.sql", "ALTER TABLE gem ADD COLUMN carat numeric;")
			.undo("U3__carat.sql", "ALTER TABLE gem DROP COLUMN carat;")
			.migration("R__heavy.sql", "CREATE OR REPLACE VIEW heavy AS SELECT id FROM gem WHERE carat > 1;");
		List<RehearsalResult> results = rehearse(1000);
		assertThat(results).extracting(RehearsalResult::id).containsExactly("3", "R:heavy");
		assertThat(results).extracting(RehearsalResult::outcome)
			.as(results.toString())
			.containsExactly(Outcome.PASSED, Outcome.NO_DOWN);
	}

	@Test
	void javaMigrationThatWasGivenObjectsIsNotRun() {
		this.store.configured((configuration) -> withJavaMigrations(configuration));
		List<RehearsalResult> results = rehearse(1000);
		assertThat(results).extracting(RehearsalResult::outcome)
			.containsExactly(Outcome.NOT_REHEARSED, Outcome.NO_DOWN);
		assertThat(results.get(0).reason()).contains("it was given other objects");
	}

	private static void withJavaMigrations(FluentConfiguration configuration) {
		configuration.javaMigrations(new V3__Given("a data source"), new V4__Alone());
	}

	@Test
	void historyThatBeginsWithABaselineIsNotReplayed(PostgresTestDatabase other) {
		this.store.client().sql("DROP TABLE flyway_schema_history, migration_log").update();
		this.store.configured((configuration) -> configuration.baselineOnMigrate(true).baselineVersion("2"));
		this.store.migrate();
		this.store.migration("V3__carat.sql", "ALTER TABLE gem ADD COLUMN carat numeric;");
		assertThat(rehearse(10)).singleElement()
			.satisfies((result) -> assertThat(result.reason()).contains("begins with a baseline"));
	}

	@Test
	void userThatMayNotCreateDatabasesIsTold() {
		this.store.client().sql("CREATE ROLE modest_%d LOGIN".formatted(this.database.port())).update();
		this.store.client()
			.sql("GRANT ALL ON ALL TABLES IN SCHEMA public TO modest_%d".formatted(this.database.port()))
			.update();
		this.store.migration("V3__carat.sql", "ALTER TABLE gem ADD COLUMN carat numeric;");
		this.store.siblingsAs("modest_%d".formatted(this.database.port()));
		MigrationException ex = catchThrowableOfType(MigrationException.class, () -> rehearse(10));
		assertThat(ex.getCode()).isEqualTo(ProblemCode.PERMISSION_DENIED);
		assertThat(ex.getAction()).contains("CREATEDB");
	}

	@Test
	void scratchDatabaseOfAKilledRehearsalIsDroppedByTheNextOne() {
		String dead = scratchName("0000dead");
		this.store.client().sql("CREATE DATABASE " + dead).update();
		this.store.migration("V3__carat.sql", "ALTER TABLE gem ADD COLUMN carat numeric;");
		try (ScratchDatabase alive = ScratchDatabase.create(this.database.dataSource())) {
			rehearse(10);
			assertThat(scratchDatabases()).containsExactly(alive.name());
		}
		assertThat(scratchDatabases()).isEmpty();
	}

	@Test
	void scratchDatabaseOfARehearsalOfAnotherDatabaseIsLeftAlone() {
		PostgresTestDatabase other = TestDatabases.createPostgres();
		this.store.migration("V3__carat.sql", "ALTER TABLE gem ADD COLUMN carat numeric;");
		try (ScratchDatabase alive = ScratchDatabase.create(other.dataSource())) {
			rehearse(10);
			assertThat(scratchDatabases(other)).containsExactly(alive.name());
		}
		assertThat(scratchDatabases(other)).isEmpty();
	}

	@Test
	void scratchDatabaseThatSomebodyIsConnectedToIsLeftAlone() throws SQLException {
		String name = scratchName("00c0ffee");
		this.store.client().sql("CREATE DATABASE " + name).update();
		try (Connection connection = new PostgresTestDatabase(name, this.database.port()).dataSource()
			.getConnection()) {
			ScratchDatabase.create(this.database.dataSource()).close();
			assertThat(connection.isValid(5)).isTrue();
			assertThat(scratchDatabases()).containsExactly(name);
		}
		finally {
			this.store.client().sql("DROP DATABASE " + name).update();
		}
	}

	@Test
	void scratchDatabaseOfAnotherRoleIsLeftAlone() {
		String role = "other_" + this.database.name();
		String name = scratchName("00badbad");
		this.store.client().sql("CREATE ROLE " + role).update();
		this.store.client().sql("CREATE DATABASE %s OWNER %s".formatted(name, role)).update();
		try {
			ScratchDatabase.create(this.database.dataSource()).close();
			assertThat(scratchDatabases()).containsExactly(name);
		}
		finally {
			this.store.client().sql("DROP DATABASE " + name).update();
		}
	}

	private String scratchName(String end) {
		return scratchName(this.database, end);
	}

	private static String scratchName(PostgresTestDatabase original, String end) {
		return "gemforce_rehearsal_%s_%s".formatted(original.name(), end);
	}

	private List<RehearsalResult> rehearse(long sample) {
		return this.store.start().rehearse(RehearsalScope.scratch(sample));
	}

	private List<String> scratchDatabases() {
		return scratchDatabases(this.database);
	}

	// Other tests on this server have theirs
	private List<String> scratchDatabases(PostgresTestDatabase original) {
		return this.store.client()
			.sql("SELECT datname FROM pg_database WHERE starts_with(datname, ?)")
			.param(scratchName(original, ""))
			.query(String.class)
			.list();
	}

	/**
	 * A migration that was given something.
	 */
	static final class V3__Given extends BaseJavaMigration {

		private final String something;

		V3__Given(String something) {
			this.something = something;
		}

		@Override
		public void migrate(Context context) {
			throw new IllegalStateException(this.something);
		}

	}

	/**
	 * A migration that was given nothing.
	 */
	static final class V4__Alone extends BaseJavaMigration {

		@Override
		public void migrate(Context context) {
		}

	}

}
