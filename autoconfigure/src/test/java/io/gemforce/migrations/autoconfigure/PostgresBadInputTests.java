package io.gemforce.migrations.autoconfigure;

import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.store.StoreStatus;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.SqlScripts;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Bad input to the PostgreSQL store: each stops the start before any harm, with a message
 * that names code, migration, store, state of the database and remedy.
 */
@ExtendWith({ TestDatabases.class, OutputCaptureExtension.class })
class PostgresBadInputTests {

	private final PostgresTestDatabase postgres;

	private final SqlScripts scripts;

	private final ApplicationContextRunner contextRunner;

	PostgresBadInputTests(PostgresTestDatabase postgres, @TempDir Path folder) {
		this.postgres = postgres;
		this.scripts = new SqlScripts(folder).write("V1__create_gem.sql", "CREATE TABLE gem (id bigint PRIMARY KEY);");
		this.contextRunner = TestContexts.with(postgres).withPropertyValues(this.scripts.property());
	}

	@Test
	void twoMigrationsOfOneVersion() {
		this.scripts.write("V1__another.sql", "CREATE TABLE another (id bigint);");
		this.contextRunner.run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.DUPLICATE_VERSION);
			assertThat(failure.description()).contains("Store 'postgres'", "version 1", "V1__create_gem.sql",
					"V1__another.sql", "Database state: unchanged");
			assertThat(failure.action()).contains("Give each migration a version of its own");
			assertThatNothingHappened();
		});
	}

	@Test
	void misnamedScript() {
		this.scripts.write("V1a__misnamed.sql", "CREATE TABLE misnamed (id bigint);");
		this.contextRunner.run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.MALFORMED_NAME);
			assertThat(failure.description()).contains("Store 'postgres'", "V1a__misnamed.sql",
					"Database state: unchanged");
			assertThat(failure.action()).contains("V<version>__<description>.sql");
			assertThatNothingHappened();
		});
	}

	@Test
	void emptyVersion() {
		this.scripts.write("V__empty.sql", "CREATE TABLE empty_version (id bigint);");
		this.contextRunner.run((context) -> {
			assertThat(StartFailure.of(context).code()).isEqualTo(ProblemCode.MALFORMED_NAME);
			assertThatNothingHappened();
		});
	}

	@Test
	void misnamedScriptIsAllowedWhereTheUserSaysSo() {
		this.scripts.write("notes.sql", "not a migration");
		this.contextRunner.withPropertyValues("spring.flyway.validate-migration-naming=false")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void scriptThatChanged() {
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		this.scripts.write("V1__create_gem.sql", "CREATE TABLE gem (id bigint PRIMARY KEY, name text);")
			.write("V2__more.sql", "CREATE TABLE more (id bigint);");
		this.contextRunner.run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.CHECKSUM_MISMATCH);
			assertThat(failure.description()).contains("Migration V1__create_gem.sql (create gem) was edited after it",
					"checksum", "Database state: unchanged");
			assertThat(failure.action()).contains("Restore V1__create_gem.sql as it was applied");
			assertThat(tables()).doesNotContain("more");
		});
		this.scripts.write("V1__create_gem.sql", "CREATE TABLE gem (id bigint PRIMARY KEY);");
		this.contextRunner.run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(tables()).contains("more");
		});
	}

	@Test
	void appliedScriptThatHasVanished() {
		this.scripts.write("V2__more.sql", "CREATE TABLE more (id bigint);");
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		this.scripts.delete("V1__create_gem.sql");
		this.contextRunner.run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.MISSING_MIGRATION);
			assertThat(failure.description()).contains("Migration V1__create_gem.sql (create gem) was applied",
					"is not in this build", "Database state: unchanged");
			assertThat(failure.action()).contains("Restore V1__create_gem.sql", "*:missing,*:future");
		});
	}

	@Test
	void anotherServicesHistory() {
		this.contextRunner.withPropertyValues("spring.application.name=orders")
			.run((context) -> assertThat(context).hasNotFailed());
		this.scripts.delete("V1__create_gem.sql").write("V1__other.sql", "CREATE TABLE other (id bigint);");
		this.contextRunner.run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.FOREIGN_HISTORY);
			assertThat(failure.description()).contains(
					"Version 1 was applied by application 'orders' as V1__create_gem.sql (create gem), and is V1__other.sql in this build",
					"Database state: unchanged");
			assertThat(failure.action()).contains("spring.flyway.default-schema", "spring.flyway.table");
			assertThat(tables()).doesNotContain("other");
		});
	}

	@Test
	void pendingScriptBelowAnAppliedOne() {
		this.scripts.write("V3__more.sql", "CREATE TABLE more (id bigint);");
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		this.scripts.write("V2__late.sql", "CREATE TABLE late (id bigint);");
		this.contextRunner.run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.OUT_OF_ORDER);
			assertThat(failure.description()).contains("Migration V2__late.sql (late) is pending",
					"a newer version is already applied", "Database state: unchanged");
			assertThat(failure.action()).contains("spring.flyway.out-of-order=true");
		});
		this.contextRunner.withPropertyValues("spring.flyway.out-of-order=true")
			.run((context) -> assertThat(tables()).contains("late"));
	}

	@Test
	void olderBuildOnNewerSchemaRunsNothingNotEvenRepeatables(CapturedOutput output) {
		this.scripts.write("V2__more.sql", "CREATE TABLE more (id bigint);")
			.write("R__view.sql", "CREATE OR REPLACE VIEW v AS SELECT 2 AS build;");
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		this.scripts.delete("V2__more.sql").write("R__view.sql", "CREATE OR REPLACE VIEW v AS SELECT 1 AS build;");
		this.contextRunner.run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(output)
				.contains("SCHEMA_AHEAD: Store 'postgres' has migrations that this build does not know: 2 (more)");
			assertThat(this.postgres.client().sql("SELECT build FROM v").query(Integer.class).single()).isEqualTo(2);
			assertThat(context.getBean(Migrations.class).snapshot(StoreName.POSTGRES)).get()
				.satisfies((snapshot) -> assertThat(snapshot.status()).isEqualTo(StoreStatus.AHEAD));
		});
	}

	@Test
	void olderBuildWithAMigrationOfItsOwnDoesNotStart() {
		this.scripts.write("V3__more.sql", "CREATE TABLE more (id bigint);");
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		this.scripts.delete("V3__more.sql").write("V2__own.sql", "CREATE TABLE own (id bigint);");
		this.contextRunner.run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.OUT_OF_ORDER);
			assertThat(failure.description()).contains("V2__own.sql", "by a newer build than this one");
			assertThat(tables()).doesNotContain("own");
		});
	}

	@Test
	void allFindingsInOneMessage() {
		this.scripts.write("V2__gone.sql", "CREATE TABLE gone (id bigint);")
			.write("V4__more.sql", "CREATE TABLE more (id bigint);")
			.write("V5__fails.sql", "CREATE INDEX CONCURRENTLY no_index ON gem (nowhere);");
		this.contextRunner.run((context) -> assertThat(context).hasFailed());
		this.scripts.write("V1__create_gem.sql", "CREATE TABLE gem (id bigint PRIMARY KEY, name text);")
			.delete("V2__gone.sql")
			.write("V3__late.sql", "CREATE TABLE late (id bigint);");
		this.contextRunner.run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.problems()).extracting(Problem::code)
				.containsExactlyInAnyOrder(ProblemCode.CHECKSUM_MISMATCH, ProblemCode.MISSING_MIGRATION,
						ProblemCode.OUT_OF_ORDER, ProblemCode.PREVIOUSLY_FAILED);
			assertThat(failure.description()).contains("V1__create_gem.sql", "V2__gone.sql", "V3__late.sql",
					"V5__fails.sql");
			assertThat(tables()).contains("gone", "more").doesNotContain("late");
		});
	}

	@Test
	void scriptThatFails() {
		this.scripts.write("V2__fails.sql", "CREATE TABLE half (id bigint); SELECT nothing FROM nowhere;")
			.write("V3__more.sql", "CREATE TABLE more (id bigint);");
		this.contextRunner.run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.SQL_FAILED);
			assertThat(failure.description()).contains("Migration V2__fails.sql (fails) of store 'postgres' failed",
					"relation \"nowhere\" does not exist", "SQLSTATE 42P01",
					"Database state: what migration V2__fails.sql (fails) did was rolled back");
			assertThat(failure.action()).contains("Fix V2__fails.sql and start again");
			assertThat(tables()).contains("gem").doesNotContain("half", "more");
		});
		this.scripts.write("V2__fails.sql", "CREATE TABLE whole (id bigint);");
		this.contextRunner.run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(tables()).contains("gem", "whole", "more");
		});
		assertThat(this.postgres.client()
			.sql("SELECT version || ' ' || state FROM migration_log ORDER BY rank")
			.query(String.class)
			.list()).containsExactly("1 APPLIED", "2 FAILED", "2 APPLIED", "3 APPLIED");
	}

	@Test
	void storeThatCannotBeReached() {
		this.contextRunner
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://localhost:1/gems?user=ann&password=s3cr3t",
					"spring.datasource.hikari.connection-timeout=250")
			.run((context) -> {
				StartFailure failure = StartFailure.of(context);
				assertThat(failure.code()).isEqualTo(ProblemCode.STORE_UNREACHABLE);
				assertThat(failure.description())
					.contains("Store 'postgres' cannot be reached", "localhost:1", "Database state: unchanged")
					.doesNotContain("s3cr3t");
				assertThat(failure.action()).contains("Check spring.datasource.url");
			});
	}

	@Test
	void loginThatIsRefused() {
		this.contextRunner.withPropertyValues("spring.datasource.username=nobody").run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.AUTH_FAILED);
			assertThat(failure.description()).contains("Store 'postgres' refused the login");
		});
	}

	@Test
	void locationThatTheUserNamedAndThatDoesNotExist() {
		this.contextRunner.withPropertyValues("spring.flyway.locations=classpath:db/nowhere").run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.NO_MIGRATIONS_FOUND);
			assertThat(failure.description()).contains("classpath:db/nowhere", "Database state: unchanged");
			assertThat(failure.action()).contains("spring.flyway.locations");
			assertThatNothingHappened();
		});
	}

	@Test
	void defaultLocationThatDoesNotExist(CapturedOutput output) {
		TestContexts.withDefaultLocations(this.postgres).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(output).contains("NO_MIGRATIONS_FOUND: Store 'postgres' has no migrations",
					"classpath:db/migration", "0 beans of type JavaMigration");
		});
	}

	@Test
	void schemaWithoutAHistory() {
		this.postgres.client().sql("CREATE TABLE already_there (id bigint)").update();
		this.contextRunner.run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.NON_EMPTY_NO_HISTORY);
			assertThat(failure.action()).contains("spring.flyway.baseline-on-migrate=true");
			assertThat(tables()).containsExactly("already_there");
		});
	}

	@Test
	void misnamedUndoScript(@TempDir Path undos) {
		new SqlScripts(undos).write("V1__create_gem.sql", "DROP TABLE gem;");
		this.contextRunner.withPropertyValues("gemforce.migrations.postgres.undo-locations=filesystem:" + undos)
			.run((context) -> {
				StartFailure failure = StartFailure.of(context);
				assertThat(failure.code()).isEqualTo(ProblemCode.MALFORMED_NAME);
				assertThat(failure.description()).contains("Store 'postgres'", "V1__create_gem.sql",
						"Database state: unchanged");
				assertThat(failure.action()).contains("U<version>__<description>.sql");
				assertThatNothingHappened();
			});
	}

	@Test
	void undoLocationThatTheUserNamedAndThatDoesNotExist() {
		this.contextRunner.withPropertyValues("gemforce.migrations.postgres.undo-locations=classpath:db/nowhere")
			.run((context) -> {
				StartFailure failure = StartFailure.of(context);
				assertThat(failure.code()).isEqualTo(ProblemCode.NO_MIGRATIONS_FOUND);
				assertThat(failure.description()).contains("classpath:db/nowhere");
				assertThat(failure.action()).contains("gemforce.migrations.postgres.undo-locations");
				assertThatNothingHappened();
			});
	}

	private void assertThatNothingHappened() {
		assertThat(tables()).isEmpty();
	}

	private List<String> tables() {
		return this.postgres.client()
			.sql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name")
			.query(String.class)
			.list();
	}

}
