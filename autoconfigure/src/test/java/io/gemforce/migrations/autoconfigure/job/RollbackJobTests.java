package io.gemforce.migrations.autoconfigure.job;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

import org.bson.Document;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.gemforce.migrations.ExitCode;
import io.gemforce.migrations.report.PlanReport;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.SqlScripts;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The jobs that look ahead and go back: plan, migrate what was planned, roll back,
 * release the hold, rehearse.
 */
@ExtendWith(TestDatabases.class)
class RollbackJobTests {

	private final MongoTestDatabase mongo;

	private final PostgresTestDatabase postgres;

	private final SqlScripts undos;

	private final SqlScripts files;

	private final ApplicationContextRunner contextRunner;

	RollbackJobTests(MongoTestDatabase mongo, PostgresTestDatabase postgres, @TempDir Path scripts, @TempDir Path undos,
			@TempDir Path files) {
		this.mongo = mongo;
		this.postgres = postgres;
		this.undos = new SqlScripts(undos);
		this.files = new SqlScripts(files);
		this.contextRunner = TestContexts.with(mongo, postgres)
			.withPropertyValues("gemforce.migrations.mode=observe", "gemforce.migrations.mongo.locations=file:" + files,
					"gemforce.migrations.postgres.undo-locations=filesystem:" + undos,
					new SqlScripts(scripts).write("V1__gem.sql", "CREATE TABLE gem (id int);")
						.write("V2__carat.sql", "ALTER TABLE gem ADD COLUMN carat int;")
						.property());
	}

	@BeforeEach
	void writeScripts() {
		this.undos.write("U1__gem.sql", "DROP TABLE gem;").write("U2__carat.sql", "ALTER TABLE gem DROP COLUMN carat;");
		this.files.write("V1__Status.yaml", "changes: [addField: {collection: gems, field: status, value: active}]")
			.write("V2__Drop_old.yaml", "changes: [removeField: {collection: gems, field: old}]");
		this.mongo.collection("gems").insertOne(Document.parse("{_id: 1, old: 1}"));
	}

	@Test
	void planOfBothStoresCreatesNothing() {
		run("run=plan", (result) -> {
			assertThat(result.exitCode()).isEqualTo(ExitCode.OK);
			assertThat(result.text()).contains("postgres 1", "ALTER TABLE gem ADD COLUMN carat int", "mongo 2",
					"remove field 'old' from all documents of 'gems'", "planHash", planHash(result));
		});
		run("run=plan plan.detailed-exitcode=true",
				(result) -> assertThat(result.exitCode()).isEqualTo(ExitCode.PENDING));
		assertThat(this.mongo.database().listCollectionNames()).containsExactly("gems");
		assertThat(tables()).isEmpty();
	}

	@Test
	void migratesWhatWasPlannedAndNothingElse() {
		String[] hash = new String[1];
		run("run=plan", (result) -> hash[0] = planHash(result));
		this.files.write("V3__Index.yaml", "changes: [createIndex: {collection: gems, keys: {status: 1}}]");
		run("run=migrate expect-plan=" + hash[0], (result) -> {
			assertThat(result.exitCode()).isEqualTo(ExitCode.INVALID);
			assertThat(result.text()).contains("PLAN_CHANGED");
		});
		assertThat(tables()).isEmpty();
		run("run=plan", (result) -> hash[0] = planHash(result));
		run("run=migrate expect-plan=" + hash[0], (result) -> assertThat(result.exitCode()).isEqualTo(ExitCode.OK));
	}

	@Test
	void rollbackShowsItsPlanAndWantsItConfirmed() {
		migrate();
		String[] hash = new String[1];
		run("run=rollback rollback.store=postgres rollback.to=1", (result) -> {
			assertThat(result.exitCode()).isEqualTo(ExitCode.PENDING);
			hash[0] = planHash(result);
			assertThat(result.text()).contains("postgres 2", "ALTER TABLE gem DROP COLUMN carat",
					"Nothing was undone. To undo this and nothing else, run again with "
							+ "gemforce.migrations.rollback.confirm=" + hash[0]);
		});
		assertThat(columns()).containsExactly("id", "carat");
		run("run=rollback rollback.store=postgres rollback.to=1 rollback.confirm=sha256:0", (result) -> {
			assertThat(result.exitCode()).isEqualTo(ExitCode.INVALID);
			assertThat(result.text()).contains("PLAN_CHANGED");
		});
		assertThat(columns()).containsExactly("id", "carat");
		run("run=rollback rollback.store=postgres rollback.to=1 rollback.confirm=" + hash[0],
				(result) -> assertThat(result.exitCode()).isEqualTo(ExitCode.OK));
		assertThat(columns()).containsExactly("id");
	}

	@Test
	void whatWasRolledBackIsHeldUntilItIsReleased() {
		migrate();
		run("run=rollback rollback.store=mongo rollback.to=1 rollback.yes=true reason=slow",
				(result) -> assertThat(result.exitCode()).isEqualTo(ExitCode.OK));
		assertThat(this.mongo.collection("gems").find().first()).containsEntry("old", 1);
		run("run=migrate", (result) -> {
			assertThat(result.exitCode()).isEqualTo(ExitCode.PENDING);
			assertThat(result.text()).contains("mongo held");
		});
		run("run=plan", (result) -> assertThat(result.text()).contains("held at version 1", "slow"));
		run("run=release-hold store=mongo", (result) -> assertThat(result.text())
			.contains("mongo released the hold; the store was held at version 1"));
		run("run=migrate", (result) -> assertThat(result.exitCode()).isEqualTo(ExitCode.OK));
		assertThat(this.mongo.collection("gems").find().first()).doesNotContainKey("old");
	}

	@Test
	void everythingThatOneRunDidIsUndoneInReverse() {
		migrate();
		String run = Objects.requireNonNull(this.mongo.history().find().first()).getString("runId");
		run("run=rollback rollback.yes=true rollback.run-id=" + run, (result) -> {
			assertThat(result.exitCode()).isEqualTo(ExitCode.OK);
			assertThat(result.text()).containsSubsequence("mongo 2->empty", "postgres 2->empty");
		});
		assertThat(tables()).doesNotContain("gem");
		assertThat(this.mongo.collection("gems").find().first()).isEqualTo(Document.parse("{_id: 1, old: 1}"));
	}

	@Test
	void stepWithoutAnUndoRefusesItBeforeAnythingIsTouched() {
		this.undos.delete("U1__gem.sql");
		migrate();
		String run = Objects.requireNonNull(this.mongo.history().find().first()).getString("runId");
		run("run=rollback rollback.yes=true rollback.run-id=" + run, (result) -> {
			assertThat(result.exitCode()).isEqualTo(ExitCode.INVALID);
			assertThat(result.text()).contains("NO_DOWN", "Migration 1 (gem) of store 'postgres' cannot be undone",
					"unchanged, nothing was undone");
		});
		assertThat(columns()).containsExactly("id", "carat");
		assertThat(this.mongo.collection("gems").find().first()).containsEntry("status", "active");
	}

	@Test
	void nothingIsUndoneTwice() {
		migrate();
		for (int time = 0; time < 2; time++) {
			run("run=rollback rollback.store=mongo rollback.to=1 rollback.yes=true",
					(result) -> assertThat(result.exitCode()).isEqualTo(ExitCode.OK));
		}
		run("run=rollback rollback.store=mongo rollback.to=1 rollback.yes=true",
				(result) -> assertThat(result.text()).contains("nothing to undo"));
		run("run=rollback rollback.store=mongo rollback.to=7 rollback.yes=true",
				(result) -> assertThat(result.text()).contains("nothing to undo"));
	}

	@Test
	void rehearsalProvesUpAndDownAndUp() {
		run("run=rehearse", (result) -> {
			assertThat(result.exitCode()).as(result.text()).isEqualTo(ExitCode.OK);
			assertThat(result.text()).contains("PASSED");
		});
		assertThat(tables()).isEmpty();
		assertThat(this.mongo.database().listCollectionNames()).containsExactly("gems");
	}

	@Test
	void rehearsalFindsAnUndoThatDoesNotUndo() {
		this.undos.write("U2__carat.sql", "COMMENT ON TABLE gem IS 'down';");
		run("run=rehearse store=postgres", (result) -> {
			assertThat(result.exitCode()).isEqualTo(ExitCode.INVALID);
			assertThat(result.text()).contains("FAILED", "after its undo");
		});
	}

	private void migrate() {
		run("run=migrate", (result) -> assertThat(result.exitCode()).as(result.text()).isEqualTo(ExitCode.OK));
	}

	private static String planHash(JobResult result) {
		return ((PlanReport) result.report()).planHash();
	}

	private List<String> tables() {
		return this.postgres.client()
			.sql("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
			.query(String.class)
			.list();
	}

	private List<String> columns() {
		return this.postgres.client()
			.sql("SELECT column_name FROM information_schema.columns WHERE table_name = 'gem' ORDER BY ordinal_position")
			.query(String.class)
			.list();
	}

	private void run(String arguments, Consumer<JobResult> assertions) {
		this.contextRunner.run((context) -> {
			assertThat(context).hasNotFailed();
			assertions.accept(TestJob.run(context, arguments));
		});
	}

}
