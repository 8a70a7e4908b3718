package io.gemforce.migrations.autoconfigure;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.Banner;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.data.mongodb.autoconfigure.DataMongoAutoConfiguration;
import org.springframework.boot.mongodb.autoconfigure.MongoAutoConfiguration;
import org.springframework.boot.mongodb.autoconfigure.MongoClientSettingsBuilderCustomizer;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.support.GenericApplicationContext;

import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.run.StoreSnapshot;
import io.gemforce.migrations.store.MigrationEntry;
import io.gemforce.migrations.store.StoreStatus;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.SentCommands;
import io.gemforce.migrations.support.SqlScripts;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what a service does about its migrations when it starts.
 */
@ExtendWith({ TestDatabases.class, OutputCaptureExtension.class })
class ModeTests {

	private static final String DIGITS = "12345678901234567890123456789012345678901234567890123456789012345678901234567890"
			+ "12345678901234567890123456789012345678901234567890123456789012345678901234567890"
			+ "1234567890123456789012345678901234567890";

	private final MongoTestDatabase mongo;

	private final PostgresTestDatabase postgres;

	private final ApplicationContextRunner contextRunner;

	ModeTests(MongoTestDatabase mongo, PostgresTestDatabase postgres) {
		this.mongo = mongo;
		this.postgres = postgres;
		this.contextRunner = TestContexts.with(mongo, postgres).withUserConfiguration(GemMigrations.class);
	}

	@Test
	void migratesByDefault(CapturedOutput output) {
		this.contextRunner.run((context) -> {
			assertThat(status(context.getBean(Migrations.class))).containsExactly(StoreStatus.UP_TO_DATE,
					StoreStatus.UP_TO_DATE);
			assertThat(output).contains("migrations: postgres=migrate (default), mongo=migrate (default)")
				.containsPattern("migrations: postgres empty->2 \\(3 applied, \\d+ ms\\), mongo empty->2 \\(2 applied");
		});
	}

	@Test
	void summaryOfAFailedStartCountsTheTimeOfWhatFailed(@TempDir Path folder, CapturedOutput output) {
		SqlScripts scripts = new SqlScripts(folder).write("V1__fails.sql", "SELECT pg_sleep(0.01), 1 / 0;");
		this.contextRunner.withPropertyValues(scripts.property()).run((context) -> {
			assertThat(context).hasFailed();
			assertThat(output).containsPattern("postgres failed with SQL_FAILED; run=\\S+ total=[1-9]\\d* ms");
		});
	}

	@Test
	void validateRefusesToStartOnPendingPostgresMigrations() {
		this.contextRunner.withPropertyValues("gemforce.migrations.mode=validate").run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.PENDING_MIGRATIONS);
			assertThat(failure.description()).contains(
					"3 migration(s) of store 'postgres' are not applied: 1 (create gem), 2 (add carat), R:gem view (gem view)",
					"Database state: unchanged");
			assertThat(failure.action()).contains("gemforce.migrations.mode=migrate");
		});
	}

	@Test
	void validateRefusesToStartOnPendingMongoMigrations() {
		this.contextRunner
			.withPropertyValues("gemforce.migrations.mode=validate", "gemforce.migrations.postgres.enabled=false")
			.run((context) -> {
				StartFailure failure = StartFailure.of(context);
				assertThat(failure.code()).isEqualTo(ProblemCode.PENDING_MIGRATIONS);
				assertThat(failure.description())
					.contains("2 migration(s) of store 'mongo' are not applied: 1 (create gem), 2 (name gem)");
				assertThat(this.mongo.database().listCollectionNames()).isEmpty();
			});
	}

	@Test
	void validateStartsOnMigratedDatabases() {
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		this.contextRunner.withPropertyValues("gemforce.migrations.mode=validate")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void observeStartsAndReports(CapturedOutput output) {
		this.contextRunner.withPropertyValues("gemforce.migrations.mode=observe").run((context) -> {
			assertThat(status(context.getBean(Migrations.class))).containsExactly(StoreStatus.PENDING,
					StoreStatus.PENDING);
			assertThat(output).contains("Migrations of store 'postgres' are pending and not run",
					"Migrations of store 'mongo' are pending and not run");
			assertThatNothingHappened();
		});
	}

	@Test
	void observeStartsOnAStoreThatCannotBeReached() {
		this.contextRunner
			.withPropertyValues("gemforce.migrations.mode=observe", "gemforce.migrations.postgres.enabled=false",
					"spring.mongodb.uri=mongodb://localhost:1/gems?serverSelectionTimeoutMS=200")
			.run((context) -> assertThat(context.getBean(Migrations.class).snapshot(StoreName.MONGO)).get()
				.satisfies((snapshot) -> {
					assertThat(snapshot.status()).isEqualTo(StoreStatus.UNREACHABLE);
					assertThat(snapshot.problems()).singleElement()
						.satisfies((problem) -> assertThat(problem.code()).isEqualTo(ProblemCode.STORE_UNREACHABLE));
				}));
	}

	@Test
	void waitBlocksBeforeThePortOpensUntilSomebodyElseHasMigrated() throws Exception {
		SentCommands sent = new SentCommands();
		int port = freePort();
		long startedAt = System.nanoTime();
		CompletableFuture<ConfigurableApplicationContext> waiting = CompletableFuture.supplyAsync(
				() -> start(sent, "--gemforce.migrations.mode=wait", "--gemforce.migrations.postgres.enabled=false",
						"--spring.mongodb.uri=" + this.mongo.uri(), "--server.port=" + port));
		Awaitility.await().atMost(60, TimeUnit.SECONDS).until(() -> sent.names().size() >= 2);
		assertThat(isOpen(port)).isFalse();
		assertThat(waiting).isNotDone();
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		try (ConfigurableApplicationContext context = waiting.get(60, TimeUnit.SECONDS)) {
			long seconds = Duration.ofNanos(System.nanoTime() - startedAt).toSeconds();
			assertThat(isOpen(port)).isTrue();
			assertThat(sent.names()).containsOnly("find").hasSizeLessThanOrEqualTo((int) seconds + 2);
		}
	}

	@Test
	void waitEndsAtItsTimeout() {
		for (String other : List.of("mongo", "postgres")) {
			this.contextRunner
				.withPropertyValues("gemforce.migrations.mode=wait", "gemforce.migrations.wait.timeout=1s",
						"gemforce.migrations.%s.enabled=false".formatted(other))
				.run((context) -> {
					StartFailure failure = StartFailure.of(context);
					assertThat(failure.code()).isEqualTo(ProblemCode.LOCK_TIMEOUT);
					assertThat(failure.description())
						.containsPattern("Waited PT1S for another instance to apply \\d migration\\(s\\) of store")
						.contains("Database state: unchanged, gemforce.migrations.mode=wait only reads");
					assertThat(failure.action()).contains("gemforce.migrations.wait.timeout");
					assertThatNothingHappened();
				});
		}
	}

	@Test
	void waitStartsOnMigratedDatabases() {
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		this.contextRunner.withPropertyValues("gemforce.migrations.mode=wait")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void waitDoesNotWaitForWhatIsWrong() {
		this.mongo.history()
			.insertOne(new Document("_id", 1L).append("version", "1.5")
				.append("description", "gone")
				.append("state", "APPLIED"));
		this.contextRunner
			.withPropertyValues("gemforce.migrations.mode=wait", "gemforce.migrations.postgres.enabled=false")
			.run((context) -> assertThat(StartFailure.of(context).description()).contains("MISSING_MIGRATION",
					"OUT_OF_ORDER"));
	}

	@Test
	void nothingAboveTheTargetIsRun(@TempDir Path folder) {
		SqlScripts scripts = new SqlScripts(folder).write("V1__one.sql", "CREATE TABLE one (id int);")
			.write("V2_0__two.sql", "CREATE TABLE two (id int);");
		ApplicationContextRunner runner = this.contextRunner.withPropertyValues(scripts.property());
		String[] target = { "gemforce.migrations.postgres.target=1", "gemforce.migrations.mongo.target=1.0" };
		runner.withPropertyValues(target).run((context) -> {
			assertThat(status(context.getBean(Migrations.class))).containsExactly(StoreStatus.UP_TO_DATE,
					StoreStatus.UP_TO_DATE);
			assertThat(applied(context)).containsExactly("1", "1");
		});
		runner.withPropertyValues(target)
			.withPropertyValues("gemforce.migrations.mode=validate")
			.run((context) -> assertThat(context).hasNotFailed());
		runner
			.withPropertyValues("gemforce.migrations.postgres.target=latest", "gemforce.migrations.mongo.target=latest")
			.run((context) -> assertThat(applied(context)).containsExactly("1", "2.0", "1", "2"));
	}

	private static List<String> applied(AssertableApplicationContext context) {
		return context.getBean(Migrations.class)
			.snapshots()
			.stream()
			.flatMap((snapshot) -> snapshot.entries().stream())
			.filter((entry) -> entry.state() == MigrationState.APPLIED)
			.map(MigrationEntry::id)
			.toList();
	}

	@ParameterizedTest
	@CsvSource({ "mongo.target, 1..2", "mongo.target, -1", "mongo.target, ''", "mongo.baseline-version, 1.",
			"postgres.target, 1..2", "postgres.target, 1a", "lock.lease, 10ms" })
	void propertyThatIsOfNoUseIsNamed(String property, String value) {
		this.contextRunner.withPropertyValues("gemforce.migrations.%s=%s".formatted(property, value)).run((context) -> {
			assertThat(context).hasFailed();
			assertThat(context.getStartupFailure()).rootCause()
				.isInstanceOf(InvalidConfigurationPropertyValueException.class)
				.hasMessageContaining("gemforce.migrations." + property);
			assertThatNothingHappened();
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "1_2", "2024.06.01.12", "0", DIGITS })
	void versionsOfAnyKindAreTargets(String version) {
		this.contextRunner
			.withPropertyValues("gemforce.migrations.mongo.target=" + version,
					"gemforce.migrations.postgres.target=%s?".formatted(version),
					"spring.flyway.locations=classpath:db/eight")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@ValueSource(strings = { "-1", "77", "1_2" })
	void postgresTargetThatTheBuildDoesNotHaveIsNamed(String target) {
		this.contextRunner.withPropertyValues("gemforce.migrations.postgres.target=" + target).run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.INVALID_ARGUMENT);
			assertThat(failure.description())
				.contains("No migration with a target version " + target.replace('_', '.'));
			assertThat(failure.action()).contains("gemforce.migrations.postgres.target");
			assertThatNothingHappened();
		});
	}

	@Test
	void newerSchemaStopsTheStartWhereTheUserSaysSo(@TempDir Path folder) {
		SqlScripts scripts = new SqlScripts(folder).write("V1__one.sql", "CREATE TABLE one (id int);")
			.write("V2__two.sql", "CREATE TABLE two (id int);");
		ApplicationContextRunner runner = this.contextRunner.withPropertyValues(scripts.property());
		runner.run((context) -> assertThat(context).hasNotFailed());
		scripts.delete("V2__two.sql").write("R__view.sql", "CREATE VIEW v AS SELECT 1 AS one;");
		runner.withPropertyValues("gemforce.migrations.on-schema-ahead=fail").run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.SCHEMA_AHEAD);
			assertThat(failure.description()).contains("migrations that this build does not know: 2 (two)");
			assertThat(failure.action()).contains("gemforce.migrations.on-schema-ahead=warn");
		});
		runner.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void nothingIsMigratedWhenDisabled(CapturedOutput output) {
		this.contextRunner.withPropertyValues("gemforce.migrations.enabled=false").run((context) -> {
			assertThat(status(context.getBean(Migrations.class))).containsExactly(StoreStatus.DISABLED,
					StoreStatus.DISABLED);
			assertThat(output).contains("migrations: postgres=off (", ", mongo=off (");
			assertThatNothingHappened();
		});
	}

	@Test
	void oneStoreCanBeDisabled() {
		this.contextRunner.withPropertyValues("gemforce.migrations.postgres.enabled=false")
			.run((context) -> assertThat(status(context.getBean(Migrations.class)))
				.containsExactly(StoreStatus.DISABLED, StoreStatus.UP_TO_DATE));
		this.contextRunner.withPropertyValues("gemforce.migrations.mongo.enabled=false")
			.run((context) -> assertThat(status(context.getBean(Migrations.class)))
				.containsExactly(StoreStatus.UP_TO_DATE, StoreStatus.DISABLED));
	}

	@Test
	void storeIsListedAsDisabledWithoutFlyway() {
		this.contextRunner.withPropertyValues("spring.flyway.enabled=false")
			.run((context) -> assertThat(status(context.getBean(Migrations.class)))
				.containsExactly(StoreStatus.DISABLED, StoreStatus.UP_TO_DATE));
	}

	@Test
	void namesOfDatabaseAndCollectionsAreTheUsers() {
		String database = this.mongo.name() + "_admin";
		this.contextRunner
			.withPropertyValues("gemforce.migrations.mongo.database=" + database,
					"gemforce.migrations.mongo.history-collection=what_was_done",
					"gemforce.migrations.mongo.lock-collection=who_does_it")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(this.mongo.database().listCollectionNames()).containsExactly("gems");
				assertThat(this.mongo.client().getDatabase(database).listCollectionNames())
					.containsExactlyInAnyOrder("what_was_done", "who_does_it");
				this.mongo.client().getDatabase(database).drop();
			});
	}

	private static ConfigurableApplicationContext start(SentCommands sent, String... arguments) {
		return new SpringApplicationBuilder(WebService.class)
			.initializers((context) -> ((GenericApplicationContext) context)
				.registerBean(MongoClientSettingsBuilderCustomizer.class, sent::customizer))
			.bannerMode(Banner.Mode.OFF)
			.run(arguments);
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

	private static boolean isOpen(int port) {
		try (Socket socket = new Socket("localhost", port)) {
			return true;
		}
		catch (IOException ex) {
			return false;
		}
	}

	private static List<StoreStatus> status(Migrations migrations) {
		return migrations.snapshots().stream().map(StoreSnapshot::status).toList();
	}

	private void assertThatNothingHappened() {
		assertThat(this.mongo.database().listCollectionNames()).isEmpty();
		assertThat(this.postgres.client()
			.sql("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
			.query(Long.class)
			.single()).isZero();
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ TomcatServletWebServerAutoConfiguration.class, MongoAutoConfiguration.class,
			DataMongoAutoConfiguration.class, MigrationsAutoConfiguration.class,
			MongoMigrationsAutoConfiguration.class })
	@Import(GemMigrations.class)
	static class WebService {

	}

}
