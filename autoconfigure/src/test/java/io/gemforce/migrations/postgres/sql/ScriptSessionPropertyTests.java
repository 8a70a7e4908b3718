package io.gemforce.migrations.postgres.sql;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import net.jqwik.api.statistics.Statistics;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.FileSystemUtils;

import io.gemforce.migrations.ApplicationInstance;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationRun;
import io.gemforce.migrations.Trigger;
import io.gemforce.migrations.postgres.FlywayDefaults;
import io.gemforce.migrations.postgres.FlywayMigrationStore;
import io.gemforce.migrations.postgres.PostgresSettings;
import io.gemforce.migrations.store.PlanGuard;
import io.gemforce.migrations.store.ShutdownSignal;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.SqlScripts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random scripts that leave something in their session, applied by this library and by
 * Flyway alone: what comes of it is the same, and the log tells it.
 */
class ScriptSessionPropertyTests {

	private static final String READ_ONLY = "SET default_transaction_read_only = on";

	private static final String[] LEAVING = { "SET ROLE leaving_owner", "SET LOCAL ROLE leaving_owner", "RESET ROLE",
			"SET search_path = ''", "SET search_path = pg_catalog, nowhere", READ_ONLY,
			"SET default_transaction_read_only = off", "SET statement_timeout = '9s'", "SET lock_timeout = '9s'",
			"SET LOCAL statement_timeout = '9s'", "SET TimeZone = 'Pacific/Chatham'", "SET row_security = off",
			"SET default_transaction_isolation = 'serializable'", "SET standard_conforming_strings = off",
			"SET bytea_output = 'escape'", "SET session_replication_role = replica", "SET my.own = 'x'", "RESET ALL",
			"DISCARD PLANS", "DISCARD TEMP", "DISCARD SEQUENCES",
			"CREATE TEMP TABLE IF NOT EXISTS migration_log (id int)",
			"CREATE TEMP TABLE IF NOT EXISTS flyway_schema_history (id int)", "LISTEN something", "UNLISTEN *",
			"DEALLOCATE ALL", "SELECT pg_advisory_lock(4711)", "SELECT pg_advisory_unlock_all()",
			"SELECT set_config('search_path', 'public', true)", "DISCARD ALL" };

	private static PostgresTestDatabase postgres;

	private static Path folder;

	private int number;

	@BeforeContainer
	static void createDatabase() throws IOException {
		postgres = TestDatabases.createPostgres();
		postgres.client().sql("CREATE ROLE leaving_owner").update();
		folder = Files.createTempDirectory("scripts");
	}

	@AfterContainer
	static void dropRole() throws IOException {
		postgres.client().sql("DROP ROLE leaving_owner").update();
		FileSystemUtils.deleteRecursively(folder);
	}

	@Property(tries = 15, shrinking = ShrinkingMode.BOUNDED)
	void resultIsThatOfFlywayAlone(@ForAll("builds") List<Script> scripts) throws IOException {
		Path build = Files.createTempDirectory(folder, "build");
		SqlScripts files = SqlScripts.in(build);
		for (int i = 0; i < scripts.size(); i++) {
			scripts.get(i).write(files, i + 1);
		}
		this.number++;
		String ours = "ours_%d_%d".formatted(ProcessHandle.current().pid(), this.number);
		String plain = "plain_%d_%d".formatted(ProcessHandle.current().pid(), this.number);
		boolean applied = isAppliedByUs(configuration(build, ours));
		Statistics.collect(applied);
		assertThat(applied).isEqualTo(isAppliedByFlyway(configuration(build, plain)));
		assertThat(history(ours)).isEqualTo(history(plain));
		assertThat(tables(ours)).isEqualTo(tables(plain));
		List<String> log = log(ours);
		assertThat(log.stream().filter((row) -> row.endsWith("APPLIED")).map((row) -> row.split(" ")[0]))
			.containsExactlyElementsOf(history(ours));
		if (!applied) {
			assertThat(log).last().satisfies((row) -> assertThat(row).containsAnyOf("FAILED", "INTERRUPTED"));
		}
	}

	private static FluentConfiguration configuration(Path build, String schema) {
		return Flyway.configure()
			.dataSource(postgres.url(), postgres.user(), "")
			.schemas(schema)
			.locations("filesystem:" + build);
	}

	private static boolean isAppliedByFlyway(FluentConfiguration configuration) {
		try {
			return configuration.load().migrate().success;
		}
		catch (FlywayException ex) {
			return false;
		}
	}

	private static boolean isAppliedByUs(FluentConfiguration configuration) {
		new FlywayDefaults((property) -> false, Duration.ofMinutes(1)).apply(configuration);
		Flyway flyway = configuration.load();
		ApplicationInstance application = new ApplicationInstance("gems", "1.4.0", "here", "ann");
		FlywayMigrationStore store = new FlywayMigrationStore(() -> flyway, () -> null,
				new PostgresSettings(false, null, false, List.of(), true, null, null), application,
				new ShutdownSignal(), (original, name) -> original);
		try {
			store.migrate(MigrationRun.begin(Trigger.JOB, application), PlanGuard.open());
			return true;
		}
		catch (MigrationException ex) {
			return false;
		}
	}

	private static List<String> history(String schema) {
		return query(
				"SELECT version FROM %s.flyway_schema_history WHERE success AND type = 'SQL' ORDER BY installed_rank",
				schema);
	}

	private static List<String> log(String schema) {
		return query("SELECT version || ' ' || state FROM %s.migration_log ORDER BY rank", schema);
	}

	private static List<String> tables(String schema) {
		return query("""
				SELECT tablename || ' ' || tableowner FROM pg_tables WHERE schemaname = '%s' AND tablename LIKE 't%%'
				ORDER BY tablename""", schema);
	}

	private static List<String> query(String sql, String schema) {
		JdbcClient client = postgres.client();
		return client.sql(sql.formatted(schema)).query(String.class).list();
	}

	@Provide
	Arbitrary<List<Script>> builds() {
		// Flyway alone cannot record a script that ran without a transaction and left the
		// session read-only
		return Combinators
			.combine(
					Arbitraries.of(LEAVING)
						.list()
						.ofMinSize(1)
						.ofMaxSize(3)
						.filter((leaving) -> !leaving.contains(READ_ONLY) || !leaving.contains("DISCARD ALL")),
					Arbitraries.of(true, false))
			.as(Script::new)
			.list()
			.ofMinSize(2)
			.ofMaxSize(4);
	}

	/**
	 * A script that makes a table, and leaves something.
	 *
	 * @param leaving the statements that leave something
	 * @param transactional whether it runs in a transaction
	 */
	record Script(List<String> leaving, boolean transactional) {

		private void write(SqlScripts files, int version) {
			String name = "V%d__leaves.sql".formatted(version);
			files.write(name, "CREATE TABLE t%d (id int); %s;".formatted(version, String.join("; ", this.leaving)));
			boolean inTransaction = !this.leaving.contains("DISCARD ALL")
					&& (this.transactional || this.leaving.contains(READ_ONLY));
			files.write(name + ".conf", "executeInTransaction=" + inTransaction);
		}

	}

}
