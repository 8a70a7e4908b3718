package io.gemforce.migrations.autoconfigure;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.gemforce.migrations.support.AtOnce;
import io.gemforce.migrations.support.ChildProcess;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.SqlScripts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A process that gets {@code SIGTERM}: the current step finishes, no next one begins, the
 * lock is released, and the process says what it has done.
 */
@ExtendWith(TestDatabases.class)
class TerminationTests {

	private static final int TERMINATED = 143;

	private static final String TOLD_TO_END = "The process was told to end: the current step of the migrations finishes";

	private static final String NOT_BEGUN = "SHUTTING_DOWN: The process was told to end, so no further migration of "
			+ "store '%s' was begun";

	private static final long FLYWAYS_LOCK = 77431708279161L + "\"public\".\"flyway_schema_history\"".hashCode();

	private static final String JOB = "--gemforce.migrations.run=migrate";

	private static final String SERVICE = "--gemforce.migrations.mode=migrate";

	private final MongoTestDatabase mongo;

	private final PostgresTestDatabase postgres;

	private final SqlScripts scripts;

	TerminationTests(MongoTestDatabase mongo, PostgresTestDatabase postgres, @TempDir Path folder) {
		this.mongo = mongo;
		this.postgres = postgres;
		this.scripts = new SqlScripts(folder);
	}

	@AtOnce
	@ParameterizedTest
	@CsvSource({ JOB + ",waiting", SERVICE + ",waiting", JOB + ",parked" })
	void currentMongoMigrationFinishesAndNoNextOneBegins(String what, String profile) {
		try (ChildProcess child = start(what, "--gemforce.migrations.postgres.enabled=false",
				"--spring.profiles.active=" + profile)) {
			child.await(ChildProcess.READY);
			child.terminate();
			child.awaitLineWith(TOLD_TO_END);
			child.go();
			assertThatItWasTerminated(child, "mongo", "Database state: this run has applied 1");
		}
		assertThat(this.mongo.collection("execution").find()).extracting((document) -> document.getString("version"))
			.containsExactly("1");
		assertThat(this.mongo.history().find()).extracting((row) -> row.getString("state")).containsExactly("APPLIED");
		assertThat(this.mongo.lock().find().first()).containsEntry("owner", null);
	}

	@AtOnce
	@ParameterizedTest
	@ValueSource(strings = { JOB, SERVICE })
	void currentScriptFinishesAndNoNextOneBegins(String what) throws SQLException {
		this.scripts.write("V1__waits.sql", "CREATE TABLE one (id int); SELECT pg_advisory_xact_lock(42);")
			.write("V2__next.sql", "CREATE TABLE two (id int);");
		try (Connection connection = this.postgres.dataSource().getConnection();
				Statement statement = connection.createStatement()) {
			statement.execute("SELECT pg_advisory_lock(42)");
			try (ChildProcess child = start(what, "--gemforce.migrations.mongo.enabled=false")) {
				awaitActivity("wait_event = 'advisory'");
				child.terminate();
				child.awaitLineWith(TOLD_TO_END);
				statement.execute("SELECT pg_advisory_unlock(42)");
				assertThatItWasTerminated(child, "postgres", "Database state: this run has applied 1");
			}
		}
		assertThat(column("SELECT version FROM flyway_schema_history")).containsExactly("1");
		assertThat(column("SELECT version || ' ' || state FROM migration_log")).containsExactly("1 APPLIED");
		assertThat(column("SELECT objid::text FROM pg_locks WHERE locktype = 'advisory' AND database = "
				+ "(SELECT oid FROM pg_database WHERE datname = current_database())"))
			.isEmpty();
	}

	@AtOnce
	@Test
	void waitingForTheMongoLockEnds() {
		this.mongo.lock()
			.insertOne(new Document("_id", "mongo").append("owner", "somebody")
				.append("fence", 1L)
				.append("beat", 1L)
				.append("leaseMs", 600_000L));
		try (ChildProcess child = start(SERVICE, "--gemforce.migrations.postgres.enabled=false")) {
			child.awaitLineWith("Waiting for the migration lock of store 'mongo'");
			child.terminate();
			assertThatItWasTerminated(child, "mongo", "Database state: unchanged");
		}
		assertThat(this.mongo.lock().find().first()).containsEntry("owner", "somebody").containsEntry("fence", 1L);
		assertThat(this.mongo.history().countDocuments()).isZero();
	}

	@AtOnce
	@Test
	void waitingForFlywaysLockEnds() throws SQLException {
		this.scripts.write("V1__next.sql", "CREATE TABLE one (id int);");
		try (Connection connection = this.postgres.dataSource().getConnection();
				Statement statement = connection.createStatement()) {
			statement.execute("SELECT pg_advisory_lock(%d)".formatted(FLYWAYS_LOCK));
			try (ChildProcess child = start(SERVICE, "--gemforce.migrations.mongo.enabled=false")) {
				awaitActivity("query LIKE '%pg_try_advisory_lock%'");
				child.terminate();
				assertThatItWasTerminated(child, "postgres", "Database state: unchanged");
			}
		}
		assertThat(column("SELECT table_name FROM information_schema.tables WHERE table_name = 'one'")).isEmpty();
	}

	@AtOnce
	@Test
	void waitingForSomebodyElseToMigrateEnds() {
		try (ChildProcess child = start("--gemforce.migrations.mode=wait",
				"--gemforce.migrations.postgres.enabled=false")) {
			child.awaitLineWith("Waiting for another instance to apply 2 migration(s) of store 'mongo'");
			child.terminate();
			assertThatItWasTerminated(child, "mongo", "Database state: unchanged");
		}
		assertThat(this.mongo.database().listCollectionNames()).isEmpty();
	}

	private static void assertThatItWasTerminated(ChildProcess child, String store, String databaseState) {
		assertThat(child.exitCode()).as(child.output()).isEqualTo(TERMINATED);
		assertThat(child.output()).contains(NOT_BEGUN.formatted(store), databaseState)
			.doesNotContain(SmallService.STARTED);
	}

	private void awaitActivity(String condition) {
		Awaitility.await(condition)
			.atMost(4, TimeUnit.MINUTES)
			.until(() -> !column("SELECT query FROM pg_stat_activity WHERE datname = current_database() AND "
					+ "pid <> pg_backend_pid() AND application_name <> 'test' AND " + condition)
				.isEmpty());
	}

	private List<String> column(String sql) {
		return this.postgres.client().sql(sql).query(String.class).list();
	}

	private ChildProcess start(String... arguments) {
		List<String> all = new ArrayList<>(List.of(arguments));
		all.addAll(List.of("--spring.mongodb.uri=" + this.mongo.uri(), "--spring.datasource.url=" + this.postgres.url(),
				"--spring.datasource.username=" + this.postgres.user(), "--" + this.scripts.property()));
		return ChildProcess.start(SmallService.class, all.toArray(String[]::new));
	}

}
