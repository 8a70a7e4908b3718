package io.gemforce.migrations.autoconfigure;

import java.nio.file.Path;
import java.util.List;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.JdbcTemplate;

import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.mongo.DeclaredMongoMigration;
import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoChanges;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.run.RunOutcome;
import io.gemforce.migrations.support.MongoServers;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.SqlScripts;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Whatever is wrong with either store is found before the first of them is touched, and
 * told in one message.
 */
@ExtendWith(TestDatabases.class)
class LookBeforeTouchingTests {

	private static final String UNREACHABLE = "spring.mongodb.uri=mongodb://localhost:1/gems?serverSelectionTimeoutMS=200";

	private final MongoTestDatabase mongo;

	private final PostgresTestDatabase postgres;

	private final SqlScripts files;

	private final ApplicationContextRunner contextRunner;

	LookBeforeTouchingTests(MongoTestDatabase mongo, PostgresTestDatabase postgres, @TempDir Path folder) {
		this.mongo = mongo;
		this.postgres = postgres;
		this.files = new SqlScripts(folder);
		this.contextRunner = TestContexts.with(mongo, postgres);
	}

	@Test
	void malformedChangeFileIsFoundBeforePostgresIsTouched() {
		this.files.write("V1__broken.yaml", "changes:\n  - renameFeld: {collection: a, from: b, to: c}\n");
		this.contextRunner.withPropertyValues("gemforce.migrations.mongo.locations=file:" + this.files.folder())
			.run((context) -> {
				StartFailure failure = StartFailure.of(context);
				assertThat(failure.code()).isEqualTo(ProblemCode.INVALID_DEFINITION);
				assertThat(failure.description()).contains("renameFeld", "Database state: unchanged");
				assertThatNothingHappened();
			});
	}

	@Test
	void storeThatDoesNotAnswerIsFoundBeforePostgresIsTouched() {
		this.contextRunner.withUserConfiguration(GemMigrations.class).withPropertyValues(UNREACHABLE).run((context) -> {
			assertThat(StartFailure.of(context).code()).isEqualTo(ProblemCode.STORE_UNREACHABLE);
			assertThatNothingHappened();
		});
	}

	@Test
	void addressThatIsNoneIsFoundBeforePostgresIsTouched() {
		this.contextRunner.withUserConfiguration(GemMigrations.class)
			.withPropertyValues("spring.mongodb.uri=mongo//localhost")
			.run((context) -> {
				assertThat(context).hasFailed();
				assertThat(context.getStartupFailure()).rootCause().hasMessageContaining("connection string");
				assertThatNothingHappened();
			});
	}

	@Test
	void migrationThatIsMissingIsFoundBeforePostgresIsTouched() {
		record("0.5", "APPLIED");
		this.contextRunner.withUserConfiguration(GemMigrations.class).run((context) -> {
			assertThat(StartFailure.of(context).code()).isEqualTo(ProblemCode.MISSING_MIGRATION);
			assertThatNothingHappened();
		});
	}

	@ParameterizedTest
	@CsvSource({ "Misnamed, MALFORMED_NAME", "RequiresNothing, UNKNOWN_REQUIRES", "RequiresUnknown, UNKNOWN_REQUIRES",
			"NoMigration, WRONG_BEAN_TYPE", "Same, DUPLICATE_VERSION" })
	void whatTheClassOfABeanTellsIsFoundBeforeTheBeanCanBeCreated(String type, ProblemCode code) throws Exception {
		this.contextRunner.withBean("first", First.class)
			.withBean("wrong", Class.forName(getClass().getName() + "$" + type))
			.run((context) -> {
				assertThat(StartFailure.of(context).code()).isEqualTo(code);
				assertThatNothingHappened();
			});
	}

	@Test
	void declaredChangesThatAreWrongAreFoundBeforePostgresIsTouched() {
		this.contextRunner.withBean("declared", WronglyDeclared.class).run((context) -> {
			assertThat(StartFailure.of(context).code()).isEqualTo(ProblemCode.INVALID_DEFINITION);
			assertThatNothingHappened();
		});
	}

	@Test
	void transactionWhereThereAreNoneIsFoundBeforePostgresIsTouched() {
		this.contextRunner.withPropertyValues("spring.mongodb.uri=%sgems".formatted(MongoServers.inMemory()))
			.withBean("transactional", Transactional.class)
			.run((context) -> {
				assertThat(StartFailure.of(context).code()).isEqualTo(ProblemCode.NO_REPLICA_SET);
				assertThatNothingHappened();
			});
	}

	@Test
	void problemsOfBothStoresAreToldAtOnce() {
		this.files.write("V1__one.sql", "SELECT 1;").write("V1_0__same.sql", "SELECT 1;");
		this.contextRunner.withPropertyValues(this.files.property(), UNREACHABLE)
			.withBean("first", First.class)
			.withBean("same", Same.class)
			.run((context) -> {
				StartFailure failure = StartFailure.of(context);
				assertThat(failure.problems()).extracting(Problem::store, Problem::code)
					.containsExactly(tuple(StoreName.POSTGRES, ProblemCode.DUPLICATE_VERSION),
							tuple(StoreName.MONGO, ProblemCode.STORE_UNREACHABLE),
							tuple(StoreName.MONGO, ProblemCode.DUPLICATE_VERSION));
				assertThat(failure.description()).containsOnlyOnce("Database state: ");
				assertThatNothingHappened();
			});
	}

	@Test
	void validateTellsWhatIsPendingInBothStoresAtOnce() {
		this.contextRunner.withUserConfiguration(GemMigrations.class)
			.withPropertyValues("gemforce.migrations.mode=validate")
			.run((context) -> assertThat(StartFailure.of(context).description()).contains(
					"3 migration(s) of store 'postgres' are not applied",
					"2 migration(s) of store 'mongo' are not applied"));
	}

	@Test
	void waitDoesNotWaitForOneStoreWhenTheOtherOneIsWrong() {
		record("0.5", "APPLIED");
		this.contextRunner.withUserConfiguration(GemMigrations.class)
			.withPropertyValues("gemforce.migrations.mode=wait")
			.run((context) -> assertThat(StartFailure.of(context).code()).isEqualTo(ProblemCode.MISSING_MIGRATION));
	}

	@Test
	void runOfAServiceLooksFirstAsWell() {
		record("0.5", "APPLIED");
		this.contextRunner.withUserConfiguration(GemMigrations.class)
			.withPropertyValues("gemforce.migrations.mode=observe")
			.run((context) -> {
				Migrations migrations = context.getBean(Migrations.class);
				RunOutcome outcome = migrations.migrate(List.of(StoreName.POSTGRES, StoreName.MONGO), null);
				assertThat(outcome.results()).isEmpty();
				assertThat(outcome.failure()).isNotNull();
				assertThat(outcome.failure().getCode()).isEqualTo(ProblemCode.MISSING_MIGRATION);
				assertThatNothingHappened();
			});
	}

	@Test
	void migrationMayNeedWhatPostgresMigrationsMake() {
		this.contextRunner.withBean("first", First.class).withBean("needing", NeedsPostgres.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(this.mongo.history().countDocuments()).isEqualTo(2);
		});
	}

	@Test
	void migrationMayRequireWhatIsAppliedInTheSameRun() {
		this.contextRunner.withBean("requiring", RequiresPostgres.class)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void migrationOfWhichOnlyTheInterfaceIsKnownIsNotTakenForMissing() {
		for (int start = 0; start < 2; start++) {
			this.contextRunner.withUserConfiguration(OnlyTheInterface.class)
				.run((context) -> assertThat(context).hasNotFailed());
		}
	}

	@Test
	void clientMayNeedWhatPostgresMigrationsMake() {
		this.contextRunner.withUserConfiguration(GemMigrations.class, ClientFromTheDatabase.class)
			.withPropertyValues("test.uri=" + this.mongo.uri())
			.run((context) -> assertThat(context).hasNotFailed());
	}

	private void record(String version, String state) {
		this.mongo.history()
			.insertOne(new Document("_id", this.mongo.history().countDocuments() + 1).append("version", version)
				.append("description", "gone")
				.append("type", "BEAN")
				.append("direction", "UP")
				.append("state", state));
	}

	private void assertThatNothingHappened() {
		assertThat(this.mongo.lock().countDocuments()).isZero();
		assertThat(this.postgres.client()
			.sql("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
			.query(Long.class)
			.single()).isZero();
	}

	@Migration(version = "1", description = "first")
	static class First implements MongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			mongo.collection("gems").insertOne(new Document());
		}

	}

	abstract static class Needing implements MongoMigration {

		private final JdbcTemplate jdbc;

		Needing(JdbcTemplate jdbc) {
			this.jdbc = jdbc;
		}

		@Override
		public void up(MongoMigrationContext mongo) {
			this.jdbc.queryForList("SELECT * FROM gem_view");
		}

	}

	@Migration(version = "2", description = "needs postgres")
	static class NeedsPostgres extends Needing {

		NeedsPostgres(JdbcTemplate jdbc) {
			super(jdbc);
			up(null);
		}

	}

	@Migration(version = "1..2", description = "misnamed")
	static class Misnamed extends Needing {

		Misnamed(JdbcTemplate jdbc) {
			super(jdbc);
		}

	}

	@Migration(version = "2", description = "requires nothing", requires = "42")
	static class RequiresNothing extends Needing {

		RequiresNothing(JdbcTemplate jdbc) {
			super(jdbc);
		}

	}

	@Migration(version = "2", description = "requires what nobody knows", requires = "postgres:77")
	static class RequiresUnknown extends Needing {

		RequiresUnknown(JdbcTemplate jdbc) {
			super(jdbc);
		}

	}

	@Migration(version = "1.0", description = "same")
	static class Same extends Needing {

		Same(JdbcTemplate jdbc) {
			super(jdbc);
		}

	}

	@Migration(version = "2", description = "no migration")
	static class NoMigration {

		NoMigration(JdbcTemplate jdbc) {
			jdbc.queryForList("SELECT * FROM gem_view");
		}

	}

	@Migration(version = "2", description = "requires", requires = "postgres:2")
	static class RequiresPostgres extends First {

	}

	@Migration(version = "2", description = "transactional", transaction = TransactionMode.REQUIRED)
	static class Transactional extends First {

	}

	@Migration(version = "2", description = "declared")
	static class WronglyDeclared implements DeclaredMongoMigration {

		@Override
		public void changes(MongoChanges changes) {
			changes.renameField("gems", "a", "a");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OnlyTheInterface {

		@Bean
		MongoMigration first() {
			return new First();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ClientFromTheDatabase {

		@Bean(destroyMethod = "close")
		MongoClient mongoClient(JdbcTemplate jdbc, Environment environment) {
			jdbc.queryForList("SELECT * FROM gem_view");
			return MongoClients.create(environment.getRequiredProperty("test.uri"));
		}

	}

}
