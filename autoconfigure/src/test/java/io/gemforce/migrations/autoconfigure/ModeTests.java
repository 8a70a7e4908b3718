package io.gemforce.migrations.autoconfigure;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import io.gemforce.migrations.Migrations;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.StoreSnapshot;
import io.gemforce.migrations.StoreStatus;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what a service does about its migrations when it starts.
 */
@ExtendWith({ TestDatabases.class, OutputCaptureExtension.class })
class ModeTests {

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

}
