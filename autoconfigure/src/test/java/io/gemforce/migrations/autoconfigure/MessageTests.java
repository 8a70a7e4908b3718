package io.gemforce.migrations.autoconfigure;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import org.awaitility.Awaitility;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.store.StoreStatus;
import io.gemforce.migrations.support.ChildProcess;
import io.gemforce.migrations.support.FailPoint;
import io.gemforce.migrations.support.MongoServers;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.SqlScripts;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Messages of real failures that no other test produces.
 */
@ExtendWith(TestDatabases.class)
class MessageTests {

	private final MongoTestDatabase mongo;

	private final PostgresTestDatabase postgres;

	private final SqlScripts scripts;

	MessageTests(MongoTestDatabase mongo, PostgresTestDatabase postgres, @TempDir Path folder) {
		this.mongo = mongo;
		this.postgres = postgres;
		this.scripts = new SqlScripts(folder);
	}

	@Test
	void placeholderWithoutAValue() {
		this.scripts.write("V1__gem.sql", "CREATE TABLE ${owner}.gem (id bigint);");
		postgres().run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.PLACEHOLDER_MISSING);
			assertThat(failure.description()).contains("${owner}", "Database state: ");
			assertThat(failure.action()).contains("Set spring.flyway.placeholders.owner",
					"Documentation: errors.md#placeholder_missing");
		});
		postgres().withPropertyValues("spring.flyway.placeholders.owner=public")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void flywayWithoutItsSupportOfPostgres() {
		String classPath = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> !entry.contains("flyway-database-postgresql"))
			.collect(Collectors.joining(File.pathSeparator));
		try (ChildProcess service = ChildProcess.startOn(classPath, TwoStoreService.class,
				"--spring.main.web-application-type=none", "--gemforce.migrations.mongo.enabled=false",
				"--spring.mongodb.uri=" + this.mongo.uri(), "--spring.datasource.url=" + this.postgres.url(),
				"--spring.datasource.username=" + this.postgres.user(), "--" + this.scripts.property())) {
			assertThat(service.exitCode()).isOne();
			assertThat(service.output()).contains("APPLICATION FAILED TO START",
					"MISSING_DEPENDENCY: Store 'postgres': Flyway's support of PostgreSQL is not on the class path",
					"<artifactId>flyway-database-postgresql</artifactId>",
					"runtimeOnly(\"org.flywaydb:flyway-database-postgresql\")");
		}
	}

	@Test
	void importThatIsNotNamedAsItShouldBe() {
		mongo().withBean("importing", Importing.class).run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.MALFORMED_IMPORT);
			assertThat(failure.description()).contains("mongobee:1", "Database state: unchanged");
		});
	}

	@Test
	void transactionWhereThereAreNone() {
		TestContexts.with(this.mongo)
			.withPropertyValues("spring.mongodb.uri=%sgems".formatted(MongoServers.inMemory()))
			.withBean("transactional", Transactional.class)
			.run((context) -> {
				StartFailure failure = StartFailure.of(context);
				assertThat(failure.code()).isEqualTo(ProblemCode.NO_REPLICA_SET);
				assertThat(failure.description()).contains("Migration 1 (transactional) requires a transaction",
						"Database state: unchanged by this run");
				assertThat(failure.action()).contains("Use a replica set, one member is enough");
			});
	}

	@ParameterizedTest
	@ValueSource(ints = { 257, 290, 388, 10334 })
	@RequiresReplicaSet("fail points")
	void transactionThatIsTooLargeOrTooLong(int code) {
		String uri = "%s%sappName=too-large".formatted(this.mongo.uri(), this.mongo.uri().contains("?") ? "&" : "?");
		try (FailPoint failing = FailPoint.on(this.mongo.client(), "too-large", 1, "commitTransaction")
			.withErrorCode(code)) {
			TestContexts.with(this.mongo)
				.withPropertyValues("spring.mongodb.uri=" + uri)
				.withBean("transactional", Transactional.class)
				.run((context) -> {
					StartFailure failure = StartFailure.of(context);
					assertThat(failure.code()).isEqualTo(ProblemCode.MONGO_TX_LIMIT);
					assertThat(failure.action()).contains("TransactionMode.NEVER");
				});
		}
		assertThat(this.mongo.collection("gems").countDocuments()).isZero();
	}

	@Test
	void planThatIsNotTheOneThatWasConfirmed() {
		mongo().withBean("first", First.class).withPropertyValues("gemforce.migrations.mode=observe").run((context) -> {
			assertThatExceptionOfType(MigrationException.class)
				.isThrownBy(() -> context.getBean(Migrations.class).migrate(List.of(StoreName.MONGO), "sha256:0"))
				.satisfies((ex) -> assertThat(ex.getCode()).isEqualTo(ProblemCode.PLAN_CHANGED));
			assertThat(this.mongo.history().countDocuments()).isZero();
		});
	}

	@Test
	void oneStoreDoneAndTheOtherOneFailed() {
		this.scripts.write("V1__gem.sql", "CREATE TABLE gem (id bigint);");
		try (ChildProcess job = ChildProcess.start(FailingMongoService.class, "--gemforce.migrations.run=migrate",
				"--spring.mongodb.uri=" + this.mongo.uri(), "--spring.datasource.url=" + this.postgres.url(),
				"--spring.datasource.username=" + this.postgres.user(), "--" + this.scripts.property())) {
			assertThat(job.exitCode()).as(job.output()).isEqualTo(12);
			assertThat(job.output()).contains("MIGRATION_FAILED: Migration 1 (fails)",
					"PARTIAL_RUN: Before store 'mongo' failed, this run had applied 1 in store 'postgres'");
		}
	}

	@Test
	void processThatIsToldToEndBetweenMigrations() {
		mongo().withBean("first", First.class).withUserConfiguration(Stopping.class).run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.SHUTTING_DOWN);
			assertThat(failure.description()).contains("Database state: this run has applied 0.1");
			assertThat(failure.action()).contains("Start again: what is pending will be run");
		});
	}

	@Test
	void lockWhoseHolderIsGone() {
		mongo().withBean("first", First.class)
			.withPropertyValues("gemforce.migrations.endpoint.snapshot-max-age=0s", "gemforce.migrations.lock.lease=1s")
			.run((context) -> {
				this.mongo.lock()
					.updateOne(new Document("_id", "mongo"),
							new Document("$set", new Document("owner", "gems@gone#run").append("leaseMs", 1000L)));
				Migrations migrations = context.getBean(Migrations.class);
				Awaitility.await()
					.untilAsserted(
							() -> assertThat(migrations.snapshot(StoreName.MONGO)).get().satisfies((snapshot) -> {
								assertThat(snapshot.problems()).extracting(Problem::code)
									.containsExactly(ProblemCode.LOCK_STALE);
								assertThat(snapshot.problems().get(0).message()).contains("is held by gems@gone#run");
								assertThat(snapshot.status()).isEqualTo(StoreStatus.UP_TO_DATE);
							}));
			});
	}

	private ApplicationContextRunner mongo() {
		return TestContexts.with(this.mongo);
	}

	private ApplicationContextRunner postgres() {
		return TestContexts.with(this.postgres).withPropertyValues(this.scripts.property());
	}

	@Migration(version = "1", description = "importing", imports = "mongobee:1")
	static class Importing extends First {

	}

	@Migration(version = "1", description = "transactional", transaction = TransactionMode.REQUIRED)
	static class Transactional extends First {

	}

	@Migration(version = "1", description = "first")
	static class First implements MongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			mongo.collection("gems").insertOne(new Document());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Stopping {

		@Migration(version = "0.1", description = "ends the process")
		static class EndsTheProcess implements MongoMigration {

			private final MigrationsStopSignal stop;

			EndsTheProcess(MigrationsStopSignal stop) {
				this.stop = stop;
			}

			@Override
			public void up(MongoMigrationContext mongo) {
				this.stop.signal().stop();
			}

		}

	}

}
