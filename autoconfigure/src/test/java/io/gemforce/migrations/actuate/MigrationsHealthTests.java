package io.gemforce.migrations.actuate;

import java.nio.file.Path;
import java.util.List;

import org.assertj.core.api.InstanceOfAssertFactories;
import org.awaitility.Awaitility;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.mongodb.autoconfigure.MongoClientSettingsBuilderCustomizer;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.ReversibleMongoMigration;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.store.RollbackTarget;
import io.gemforce.migrations.store.StoreStatus;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.SentCommands;
import io.gemforce.migrations.support.SqlScripts;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the health of migrations.
 */
@ExtendWith(TestDatabases.class)
class MigrationsHealthTests {

	private final MongoTestDatabase mongo;

	private final SqlScripts scripts;

	private final ApplicationContextRunner contextRunner;

	MigrationsHealthTests(MongoTestDatabase mongo, PostgresTestDatabase postgres, @TempDir Path folder) {
		this.mongo = mongo;
		this.scripts = new SqlScripts(folder).write("V1__create_gem.sql", "CREATE TABLE gem (id bigint PRIMARY KEY);");
		this.contextRunner = TestContexts.with(mongo, postgres)
			.withConfiguration(AutoConfigurations.of(HealthContributorAutoConfiguration.class,
					HealthContributorRegistryAutoConfiguration.class, HealthEndpointAutoConfiguration.class))
			.withBean("first", First.class)
			.withPropertyValues(this.scripts.property());
	}

	@Test
	void isUpAfterAStartWithoutAskingTheStores() {
		SentCommands sent = new SentCommands();
		this.contextRunner.withBean(MongoClientSettingsBuilderCustomizer.class, sent::customizer).run((context) -> {
			int before = sent.commands().size();
			Health health = health(context, StoreName.MONGO);
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails()).containsEntry("status", StoreStatus.UP_TO_DATE)
				.containsEntry("currentVersion", "1");
			assertThat(health(context, StoreName.POSTGRES).getStatus()).isEqualTo(Status.UP);
			assertThat(sent.commands()).hasSize(before);
		});
	}

	@Test
	void saysWhatTheNewestSnapshotSaysWithoutAskingTheStores() {
		SentCommands sent = new SentCommands();
		this.contextRunner.withBean(MongoClientSettingsBuilderCustomizer.class, sent::customizer).run((context) -> {
			context.getBean(Migrations.class).snapshots();
			int before = sent.commands().size();
			Health health = health(context, StoreName.MONGO);
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails()).containsEntry("currentVersion", "1")
				.containsEntry("latestVersion", "1")
				.containsEntry("pending", 0)
				.containsKey("takenAt");
			assertThat(sent.commands()).hasSize(before);
		});
	}

	@Test
	void isOutOfServiceWhileSomethingIsPending() {
		this.contextRunner.withPropertyValues("gemforce.migrations.mode=observe").run((context) -> {
			assertThat(health(context, StoreName.MONGO).getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
			assertThat(health(context, StoreName.POSTGRES).getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
		});
	}

	@Test
	void becomesUpWhenSomebodyElseHasMigrated() {
		this.contextRunner
			.withPropertyValues("gemforce.migrations.mode=observe",
					"gemforce.migrations.endpoint.snapshot-max-age=10ms")
			.run((context) -> {
				assertThat(health(context, StoreName.MONGO).getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
				this.contextRunner.run((other) -> assertThat(other).hasNotFailed());
				Awaitility.await()
					.untilAsserted(() -> assertThat(health(context, StoreName.MONGO).getStatus()).isEqualTo(Status.UP));
			});
	}

	@Test
	void isUpOnAStoreThatIsAhead() {
		this.contextRunner.withBean("second", Second.class).run((context) -> assertThat(context).hasNotFailed());
		this.contextRunner.run((context) -> {
			assertThat(health(context, StoreName.MONGO).getStatus()).isEqualTo(Status.UP);
			context.getBean(Migrations.class).snapshots();
			Health health = health(context, StoreName.MONGO);
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails()).containsEntry("status", StoreStatus.AHEAD).containsEntry("future", 1);
		});
	}

	@Test
	void isUpWhileANewerBuildMigrates() {
		this.contextRunner.run((context) -> {
			this.mongo.history()
				.insertOne(this.mongo.history()
					.find()
					.first()
					.append("_id", 2L)
					.append("version", "2")
					.append("state", "RUNNING")
					.append("fence", 2L));
			this.mongo.lock()
				.updateOne(new Document("_id", "mongo"), new Document("$set",
						new Document("owner", "gems/2.0.0@other#run").append("fence", 2L).append("leaseMs", 30000L)));
			context.getBean(Migrations.class).snapshots();
			Health health = health(context, StoreName.MONGO);
			assertThat(health.getDetails()).containsEntry("status", StoreStatus.LOCKED)
				.containsEntry("lockedBy", "gems/2.0.0@other#run");
			assertThat(health.getStatus()).isEqualTo(Status.UP);
		});
	}

	@Test
	void isUpWhileARollbackHoldsTheBuild() {
		this.contextRunner.withBean("second", Second.class).run((context) -> {
			Migrations migrations = context.getBean(Migrations.class);
			migrations.rollback(new RollbackTarget.ToVersion(StoreName.MONGO, Version.parse("1").orElseThrow()), null,
					"a test");
			migrations.snapshots();
			Health health = health(context, StoreName.MONGO);
			assertThat(health.getDetails()).containsEntry("status", StoreStatus.HELD).containsEntry("held", 1);
			assertThat(health.getStatus()).isEqualTo(Status.UP);
		});
	}

	@Test
	void isDownWhenAMigrationFailed() {
		this.contextRunner.withBean("failing", Failing.class).run((context) -> assertThat(context).hasFailed());
		this.contextRunner.withBean("failing", Failing.class)
			.withPropertyValues("gemforce.migrations.mode=observe")
			.run((context) -> {
				Health health = health(context, StoreName.MONGO);
				assertThat(health.getStatus()).isEqualTo(Status.DOWN);
				assertThat(health.getDetails().get("status")).isIn(StoreStatus.FAILED, StoreStatus.INVALID);
			});
	}

	@Test
	void isDownWhenHistoryAndBuildContradictEachOther() {
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		this.scripts.write("V1__create_gem.sql", "CREATE TABLE gem (id bigint PRIMARY KEY, name text);");
		this.contextRunner.withPropertyValues("gemforce.migrations.mode=observe").run((context) -> {
			Health health = health(context, StoreName.POSTGRES);
			assertThat(health.getStatus()).isEqualTo(Status.DOWN);
			assertThat(health.getDetails().get("problems")).asInstanceOf(InstanceOfAssertFactories.list(String.class))
				.singleElement()
				.asString()
				.startsWith("CHECKSUM_MISMATCH: Migration V1__create_gem.sql");
		});
	}

	@Test
	void isUnknownWhileTheStoreCannotBeReached() {
		this.contextRunner
			.withPropertyValues("gemforce.migrations.mode=observe",
					"spring.mongodb.uri=mongodb://localhost:1/gems?serverSelectionTimeoutMS=100")
			.run((context) -> {
				Health health = health(context, StoreName.MONGO);
				assertThat(health.getStatus()).isEqualTo(Status.UNKNOWN);
				assertThat(health.getDetails()).containsEntry("status", StoreStatus.UNREACHABLE);
			});
	}

	@Test
	void isUnknownWhereMigrationsAreSwitchedOff() {
		this.contextRunner.withPropertyValues("gemforce.migrations.enabled=false").run((context) -> {
			assertThat(health(context, StoreName.MONGO)).isEqualTo(health(context, StoreName.POSTGRES));
			assertThat(health(context, StoreName.MONGO).getStatus()).isEqualTo(Status.UNKNOWN);
			assertThat(health(context, StoreName.MONGO).getDetails()).containsEntry("enabled", false);
		});
	}

	@Test
	void groupThatNamesTheStoresStartsAlthoughTheyAreSwitchedOff() {
		this.contextRunner
			.withPropertyValues("gemforce.migrations.enabled=false",
					"management.endpoint.health.group.readiness.include=migrations/postgres,migrations/mongo",
					"management.endpoint.health.group.all.include=migrations")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void canBeSwitchedOff() {
		this.contextRunner.withPropertyValues("management.health.migrations.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean("migrationsHealthContributor"));
	}

	private static Health health(AssertableApplicationContext context, StoreName store) {
		CompositeHealthContributor stores = (CompositeHealthContributor) context.getBean("migrationsHealthContributor");
		assertThat(stores.stream().map((entry) -> entry.name())).isEqualTo(List.of("postgres", "mongo"));
		return ((HealthIndicator) stores.getContributor(store.id())).health();
	}

	@Migration(version = "1", description = "first")
	static class First implements ReversibleMongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			mongo.collection("gems").insertOne(new Document("_id", 1));
		}

		@Override
		public void down(MongoMigrationContext mongo) {
			mongo.collection("gems").deleteOne(new Document("_id", 1));
		}

	}

	@Migration(version = "2", description = "second")
	static class Second implements ReversibleMongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
		}

		@Override
		public void down(MongoMigrationContext mongo) {
		}

	}

	@Migration(version = "2", description = "fails")
	static class Failing implements MongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			throw new IllegalStateException("out of gems");
		}

	}

}
