package io.gemforce.migrations.autoconfigure;

import java.util.function.Consumer;

import com.mongodb.client.MongoDatabase;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.mongodb.autoconfigure.DataMongoRepositoriesAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.mongodb.core.MongoTemplate;

import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.mongo.engine.MongoMigrationStore;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.store.StoreStatus;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Bad input to the MongoDB store: each stops the start before any harm, with a message
 * that names code, migration, store, state of the database and remedy.
 */
@ExtendWith({ TestDatabases.class, OutputCaptureExtension.class })
class MongoBadInputTests {

	private static final String MANY_DIGITS = "12345678901234567890123456789012345678901234567890"
			+ "12345678901234567890123456789012345678901234567890"
			+ "12345678901234567890123456789012345678901234567890"
			+ "12345678901234567890123456789012345678901234567890";

	private final MongoTestDatabase mongo;

	private final ApplicationContextRunner contextRunner;

	MongoBadInputTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
		this.contextRunner = TestContexts.with(mongo);
	}

	@Test
	void twoMigrationsOfOneVersion() {
		this.contextRunner.withBean("first", First.class).withBean("another", AnotherFirst.class).run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.DUPLICATE_VERSION);
			assertThat(failure.description()).contains("2 migrations have version 1",
					"bean 'first' (%s)".formatted(First.class.getName()),
					"bean 'another' (%s)".formatted(AnotherFirst.class.getName()), "Database state: unchanged");
			assertThat(failure.action()).contains("Give each migration a version of its own");
			assertThatNothingHappened();
		});
	}

	@Test
	void oneMigrationThatIsABeanTwice() {
		this.contextRunner.withBean("scanned", First.class).withBean("declared", First.class).run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.DUPLICATE_VERSION);
			assertThat(failure.action()).contains("leave it either to component scanning or to one @Bean method");
			assertThatNothingHappened();
		});
	}

	@Test
	void annotatedClassThatIsNoMigration() {
		this.contextRunner.withBean("first", First.class).withBean("noMigration", NoMigration.class).run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.WRONG_BEAN_TYPE);
			assertThat(failure.description())
				.contains("Bean 'noMigration' (%s) is annotated with @Migration but is no MongoMigration"
					.formatted(NoMigration.class.getName()), "Database state: unchanged");
			assertThat(failure.action()).contains("Implement one of MongoMigration, ReversibleMongoMigration");
			assertThatNothingHappened();
		});
	}

	@Test
	void migrationWithoutTheAnnotation() {
		this.contextRunner.withBean("first", First.class)
			.withBean("unversioned", MongoMigration.class, Unversioned::new)
			.run((context) -> {
				StartFailure failure = StartFailure.of(context);
				assertThat(failure.code()).isEqualTo(ProblemCode.WRONG_BEAN_TYPE);
				assertThat(failure.description())
					.contains("Bean 'unversioned' (%s) is a MongoMigration without @Migration"
						.formatted(Unversioned.class.getName()), "Database state: unchanged");
				assertThat(failure.action()).contains("Annotate its class with @Migration");
				assertThatNothingHappened();
			});
	}

	@Test
	void lambda() {
		this.contextRunner.withUserConfiguration(LambdaConfiguration.class).run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.WRONG_BEAN_TYPE);
			assertThat(failure.description()).contains("Bean 'lambda'", "MongoMigration without @Migration");
			assertThat(failure.action()).contains("a lambda cannot be annotated");
			assertThatNothingHappened();
		});
	}

	@Test
	void allFindingsInOneMessage() {
		this.contextRunner.withBean("first", First.class)
			.withBean("another", AnotherFirst.class)
			.withBean("noMigration", NoMigration.class)
			.withBean("malformed", Malformed.class)
			.run((context) -> {
				StartFailure failure = StartFailure.of(context);
				assertThat(failure.description()).contains("DUPLICATE_VERSION", "WRONG_BEAN_TYPE", "MALFORMED_NAME");
				assertThatNothingHappened();
			});
	}

	@Test
	void findingsOfEveryKindInOneMessage() {
		this.contextRunner.withBean(First.class)
			.withBean(Third.class)
			.withBean(RevisionA4.class)
			.run((context) -> assertThat(context).hasNotFailed());
		this.contextRunner.withBean(Second.class)
			.withBean(Third.class)
			.withBean(RevisionB4.class)
			.withBean("fifth", Fifth.class)
			.withBean("anotherFifth", Fifth.class)
			.withBean(NoMigration.class)
			.withBean(MongoMigration.class, Unversioned::new)
			.withBean(Malformed.class)
			.withBean(WithRequirements.class)
			.withBean(WithMalformedReferences.class)
			.withUserConfiguration(InjectsTemplate.class)
			.run((context) -> {
				StartFailure failure = StartFailure.of(context);
				assertThat(failure.problems()).filteredOn(Problem::isError)
					.extracting(Problem::code)
					.containsExactlyInAnyOrder(ProblemCode.MISSING_MIGRATION, ProblemCode.OUT_OF_ORDER,
							ProblemCode.CHECKSUM_MISMATCH, ProblemCode.DUPLICATE_VERSION, ProblemCode.WRONG_BEAN_TYPE,
							ProblemCode.WRONG_BEAN_TYPE, ProblemCode.MALFORMED_NAME, ProblemCode.UNKNOWN_REQUIRES,
							ProblemCode.DEPENDENCY_BLOCKED, ProblemCode.UNKNOWN_REQUIRES, ProblemCode.MALFORMED_IMPORT,
							ProblemCode.FORBIDDEN_INJECTION);
				assertThat(failure.problems()).allSatisfy((problem) -> {
					assertThat(failure.description()).contains("%s: %s".formatted(problem.code(), problem.message()));
					assertThat(failure.action()).contains(problem.action());
				});
				assertThat(failure.description()).containsOnlyOnce("Database state: unchanged");
				assertThat(this.mongo.history().countDocuments()).isEqualTo(3);
				assertThat(this.mongo.collection("gems").countDocuments()).isEqualTo(2);
			});
	}

	@Test
	void migrationThatInjectsATemplate() {
		this.contextRunner.withUserConfiguration(InjectsTemplate.class).run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.FORBIDDEN_INJECTION);
			assertThat(failure.description()).contains(
					"Bean 'mongoBadInputTests.InjectsTemplate' (%s) injects MongoTemplate, which waits for the migrations"
						.formatted(InjectsTemplate.class.getName()),
					"Database state: unchanged");
			assertThat(failure.action()).contains("use the MongoMigrationContext that up() is given");
			assertThatNothingHappened();
		});
	}

	@Test
	void migrationThatInjectsARepository() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(DataMongoRepositoriesAutoConfiguration.class))
			.withUserConfiguration(Package.class, InjectsRepository.class)
			.run((context) -> {
				StartFailure failure = StartFailure.of(context);
				assertThat(failure.code()).isEqualTo(ProblemCode.FORBIDDEN_INJECTION);
				assertThat(failure.description()).contains(InjectsRepository.class.getName(),
						"waits for the migrations");
				assertThat(failure.action()).contains("use the MongoMigrationContext that up() is given");
				assertThatNothingHappened();
			});
	}

	@Test
	void migrationThatInjectsARepositoryWhenNobodyIsWaiting() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(DataMongoRepositoriesAutoConfiguration.class))
			.withUserConfiguration(Package.class, InjectsRepository.class)
			.withPropertyValues("gemforce.migrations.mongo.enabled=false")
			.run((context) -> {
				MongoMigrationStore store = context.getBean(MongoMigrationStore.class);
				assertThat(store.validate().problems()).singleElement().satisfies((problem) -> {
					assertThat(problem.code()).isEqualTo(ProblemCode.FORBIDDEN_INJECTION);
					assertThat(problem.message()).contains(InjectsRepository.class.getName(),
							"injects bean 'gemRepository', which waits for the migrations");
				});
			});
	}

	@Test
	void emptyVersion() {
		assertMalformed(Empty.class, "''");
	}

	@Test
	void malformedVersion() {
		assertMalformed(Malformed.class, "'1..2'");
	}

	@Test
	void negativeVersion() {
		assertMalformed(Negative.class, "'-1'");
	}

	@Test
	void versionsOfAnyKindRunInTheOrderOfTheirNumbers() {
		this.contextRunner.withBean(OfManyDigits.class)
			.withBean(OfADay.class)
			.withBean(WithUnderscore.class)
			.withBean(Zero.class)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(this.mongo.history().find().sort(new Document("_id", 1)))
					.extracting((row) -> row.getString("version"))
					.containsExactly("0", "1.2", "2024.6.1.12", MANY_DIGITS);
			});
	}

	private void assertMalformed(Class<? extends MongoMigration> type, String version) {
		this.contextRunner.withBean("first", First.class).withBean("malformed", type).run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.MALFORMED_NAME);
			assertThat(failure.description()).contains(
					"Bean 'malformed' (%s) has the version %s".formatted(type.getName(), version),
					"Database state: unchanged");
			assertThat(failure.action()).contains("numbers separated by '.' or '_'");
			assertThatNothingHappened();
		});
	}

	@Test
	void declaredChecksumThatChanged() {
		this.contextRunner.withBean(RevisionA.class).run((context) -> assertThat(context).hasNotFailed());
		this.contextRunner.withBean(RevisionB.class).withBean(Second.class).run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.CHECKSUM_MISMATCH);
			assertThat(failure.description()).contains("Migration 1 (with a revision)",
					"was edited after it was applied: checksum 'a' then, 'b' now", "Database state: unchanged");
			assertThat(failure.action()).contains("Restore migration 1 and its checksum 'a'");
			assertThat(this.mongo.history().countDocuments()).isOne();
		});
		this.contextRunner.withBean(RevisionA.class)
			.withBean(Second.class)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void derivedChecksumThatChanged(CapturedOutput output) {
		this.contextRunner.withBean(First.class).run((context) -> assertThat(context).hasNotFailed());
		this.contextRunner.withBean(AnotherFirst.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(output).contains("CHECKSUM_MISMATCH: Migration 1 (first)", AnotherFirst.class.getName(),
					"was edited after it was applied");
		});
	}

	@Test
	void appliedMigrationThatHasVanished() {
		this.contextRunner.withBean(First.class)
			.withBean(Second.class)
			.run((context) -> assertThat(context).hasNotFailed());
		this.contextRunner.withBean(Second.class).run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.MISSING_MIGRATION);
			assertThat(failure.description()).contains("Migration 1 (first) was applied as " + First.class.getName(),
					"is not in this build", "Database state: unchanged");
			assertThat(failure.action()).contains("Restore migration 1");
		});
		this.contextRunner.withBean(First.class)
			.withBean(Second.class)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void anotherServicesHistory() {
		this.contextRunner.withPropertyValues("spring.application.name=orders")
			.withBean(First.class)
			.run((context) -> assertThat(context).hasNotFailed());
		this.contextRunner.withBean(OfAnotherService.class).run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.FOREIGN_HISTORY);
			assertThat(failure.description()).contains(
					"Version 1 was applied by application 'orders' as 'first', and is 'something else' in this build",
					"Database state: unchanged");
			assertThat(failure.action()).contains("gemforce.migrations.mongo.history-collection");
			assertThat(this.mongo.collection("other").countDocuments()).isZero();
		});
		this.contextRunner
			.withPropertyValues("gemforce.migrations.mongo.history-collection=gems_history",
					"gemforce.migrations.mongo.lock-collection=gems_lock")
			.withBean(OfAnotherService.class)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void renamedServiceKeepsItsHistory() {
		this.contextRunner.withPropertyValues("spring.application.name=stones")
			.withBean(First.class)
			.run((context) -> assertThat(context).hasNotFailed());
		this.contextRunner.withBean(First.class).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void pendingMigrationBelowAnAppliedOne() {
		this.contextRunner.withBean(Second.class).run((context) -> assertThat(context).hasNotFailed());
		this.contextRunner.withBean(First.class).withBean(Second.class).run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.OUT_OF_ORDER);
			assertThat(failure.description()).contains("Migration 1 (first)",
					"is pending but version 2 is already applied", "Database state: unchanged");
			assertThat(failure.action()).contains("Give migration 1 a version above 2");
		});
	}

	@Test
	void olderBuildOnNewerDataRunsNothingAndSaysSo(CapturedOutput output) {
		this.contextRunner.withBean(First.class)
			.withBean(Second.class)
			.run((context) -> assertThat(context).hasNotFailed());
		this.contextRunner.withBean(First.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(output).contains("SCHEMA_AHEAD: Store 'mongo' is at version 2, this build knows 1");
			assertThat(context.getBean(Migrations.class).snapshot(StoreName.MONGO)).get()
				.satisfies((snapshot) -> assertThat(snapshot.status()).isEqualTo(StoreStatus.AHEAD));
		});
	}

	@Test
	void migrationThatThrows() {
		this.contextRunner.withBean(First.class).withBean(Failing.class).withBean(Third.class).run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.MIGRATION_FAILED);
			assertThat(failure.description()).contains(
					"Migration 2 (failing) (%s) of store 'mongo' failed".formatted(Failing.class.getName()),
					"IllegalStateException: out of gems", "Database state: what migration 2 did");
			assertThat(failure.action()).contains("Fix migration 2");
		});
		assertThat(this.mongo.history().find()).satisfiesExactly(
				(row) -> assertThat(row).containsEntry("version", "1").containsEntry("state", "APPLIED"),
				(row) -> assertThat(row).containsEntry("version", "2")
					.containsEntry("state", "FAILED")
					.containsEntry("error", new Document("type", IllegalStateException.class.getName())
						.append("message", "out of gems")));
		assertThat(this.mongo.lock().find().first()).containsEntry("owner", null);
		this.contextRunner.withBean(First.class).withBean(Fixed.class).withBean(Third.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(this.mongo.history().distinct("version", new Document("state", "APPLIED"), String.class))
				.containsExactly("1", "2", "3");
			assertThat(this.mongo.collection("gems").countDocuments()).isEqualTo(3);
		});
	}

	@Test
	void migrationThatThrewOutsideOfATransactionStopsTheNextStart() {
		this.contextRunner.withBean(HalfDone.class).run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.description()).contains("what migration 1 did before it failed is still there");
			assertThat(failure.action()).contains("onInterrupted = OnInterrupted.RETRY");
		});
		this.contextRunner.withBean(HalfDone.class).run((context) -> {
			StartFailure failure = StartFailure.of(context);
			assertThat(failure.code()).isEqualTo(ProblemCode.INTERRUPTED);
			assertThat(failure.description()).contains("migration 1 (half done)", "failed outside of a transaction",
					"may be applied in part", "Database state: unchanged");
			assertThat(failure.action()).contains("Look at the data", "onInterrupted = OnInterrupted.RETRY");
			assertThat(this.mongo.history().countDocuments()).isOne();
		});
		this.contextRunner.withBean(MadeRepeatable.class).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(this.mongo.collection("gems").countDocuments()).isOne();
		});
	}

	@Test
	void storeThatCannotBeReached() {
		this.contextRunner
			.withPropertyValues("spring.mongodb.uri=mongodb://ann:s3cr3t@localhost:1/gems?serverSelectionTimeoutMS=200")
			.withBean(First.class)
			.run((context) -> {
				StartFailure failure = StartFailure.of(context);
				assertThat(failure.code()).isEqualTo(ProblemCode.STORE_UNREACHABLE);
				assertThat(failure.description())
					.contains("Store 'mongo' at localhost:1 cannot be reached", "Database state: unchanged")
					.doesNotContain("s3cr3t");
				assertThat(failure.action()).contains("Check spring.mongodb.*");
			});
	}

	@Test
	void noMigrationAtAll(CapturedOutput output) {
		this.contextRunner.run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(output).contains(
					"NO_MIGRATIONS_FOUND: Store 'mongo' has no migrations: found 0 beans that are annotated with @Migration");
			assertThatNothingHappened();
		});
	}

	private void assertThatNothingHappened() {
		assertThat(this.mongo.database().listCollectionNames()).isEmpty();
	}

	private static Consumer<MongoDatabase> insert(String id) {
		return (database) -> database.getCollection("gems").insertOne(new Document("_id", id));
	}

	@Migration(version = "1", description = "first")
	static class First implements MongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			insert("first").accept(mongo.database());
		}

	}

	@Migration(version = "1.0", description = "first")
	static class AnotherFirst implements MongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			insert("another first").accept(mongo.database());
		}

	}

	@Migration(version = "2", description = "second")
	static class Second implements MongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			insert("second").accept(mongo.database());
		}

	}

	@Migration(version = "3", description = "third")
	static class Third implements MongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			insert("third").accept(mongo.database());
		}

	}

	@Migration(version = "2", description = "failing", onInterrupted = OnInterrupted.RETRY)
	static class Failing implements MongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			throw new IllegalStateException("out of gems");
		}

	}

	@Migration(version = "2", description = "failing", onInterrupted = OnInterrupted.RETRY)
	static class Fixed extends Second {

	}

	@Migration(version = "1", description = "half done", transaction = TransactionMode.NEVER)
	static class HalfDone implements MongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			insert("half").accept(mongo.database());
			throw new IllegalStateException("out of gems");
		}

	}

	@Migration(version = "1", description = "half done", transaction = TransactionMode.NEVER,
			onInterrupted = OnInterrupted.RETRY)
	static class MadeRepeatable implements MongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			mongo.template().save(new Document("_id", "half"), "gems");
		}

	}

	@Migration(version = "1", description = "with a revision", checksum = "a")
	static class RevisionA extends First {

	}

	@Migration(version = "1", description = "with a revision", checksum = "b")
	static class RevisionB extends First {

	}

	@Migration(version = "1", description = "something else")
	static class OfAnotherService implements MongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			mongo.collection("other").insertOne(new Document("_id", 1));
		}

	}

	@Migration(version = "", description = "empty version")
	static class Empty extends First {

	}

	@Migration(version = "1..2", description = "malformed version")
	static class Malformed extends First {

	}

	@Migration(version = "2", description = "no migration")
	static class NoMigration {

	}

	static class Unversioned implements MongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			insert("unversioned").accept(mongo.database());
		}

	}

	@Migration(version = "-1", description = "negative version")
	static class Negative extends First {

	}

	@Migration(version = "0", description = "zero")
	static class Zero extends Empty {

		@Override
		public void up(MongoMigrationContext mongo) {
		}

	}

	@Migration(version = "1_2", description = "with an underscore")
	static class WithUnderscore extends Zero {

	}

	@Migration(version = "2024.06.01.12", description = "of a day")
	static class OfADay extends Zero {

	}

	@Migration(version = MANY_DIGITS, description = "of 200 digits")
	static class OfManyDigits extends Zero {

	}

	@Migration(version = "4", description = "with a revision", checksum = "a")
	static class RevisionA4 extends Zero {

	}

	@Migration(version = "4", description = "with a revision", checksum = "b")
	static class RevisionB4 extends Zero {

	}

	@Migration(version = "5", description = "fifth")
	static class Fifth extends Zero {

	}

	@Migration(version = "6", description = "with requirements", requires = { "mongo:77", "postgres:42" })
	static class WithRequirements extends Zero {

	}

	@Migration(version = "7", description = "with malformed references", requires = "oracle:1", imports = "flyway:1")
	static class WithMalformedReferences extends Zero {

	}

	@Configuration(proxyBeanMethods = false)
	static class LambdaConfiguration {

		@Bean
		MongoMigration lambda() {
			return (mongo) -> insert("lambda").accept(mongo.database());
		}

	}

	@Migration(version = "1", description = "injects a template")
	static class InjectsTemplate extends First {

		InjectsTemplate(MongoTemplate template) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage(basePackageClasses = MongoBadInputTests.class)
	static class Package {

	}

	@Migration(version = "1", description = "injects a repository")
	static class InjectsRepository extends First {

		InjectsRepository(GemRepository repository) {
		}

	}

}
