package io.gemforce.migrations.autoconfigure;

import com.mongodb.client.MongoClient;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.data.mongodb.MongoDatabaseFactory;

import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.run.Migrations;
import io.gemforce.migrations.run.StoreSnapshot;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for services that have not everything on their class path.
 */
@ExtendWith(TestDatabases.class)
class OneStoreTests {

	@Test
	void withoutFlyway(MongoTestDatabase mongo) {
		TestContexts.with(mongo)
			.withUserConfiguration(GemMigrations.class)
			.withClassLoader(new FilteredClassLoader("org.flywaydb", "org.springframework.boot.flyway"))
			.run((context) -> {
				assertThat(context).hasNotFailed().doesNotHaveBean(PostgresMigrationsAutoConfiguration.class);
				assertThat(context.getBean(Migrations.class).snapshots()).extracting(StoreSnapshot::store)
					.containsExactly(StoreName.MONGO);
			});
	}

	@Test
	void withoutMongo(PostgresTestDatabase postgres) {
		TestContexts.with(postgres)
			.withClassLoader(new FilteredClassLoader("com.mongodb", "org.springframework.data.mongodb"))
			.run((context) -> {
				assertThat(context).hasNotFailed().doesNotHaveBean(MongoMigrationsAutoConfiguration.class);
				assertThat(context.getBean(Migrations.class).snapshots()).extracting(StoreSnapshot::store)
					.containsExactly(StoreName.POSTGRES);
			});
	}

	@Test
	void withTheDriverOnly(PostgresTestDatabase postgres) {
		TestContexts.with(postgres)
			.withClassLoader(new FilteredClassLoader(MongoDatabaseFactory.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(MongoMigrationsAutoConfiguration.class));
	}

	@Test
	void withoutActuator(MongoTestDatabase mongo) {
		TestContexts.with(mongo)
			.withUserConfiguration(GemMigrations.class)
			.withClassLoader(new FilteredClassLoader(ConditionalOnAvailableEndpoint.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(MigrationsEndpointAutoConfiguration.class));
	}

	@Test
	void withoutSpringsSupportForSqlInitialization(MongoTestDatabase mongo) {
		TestContexts.with(mongo)
			.withUserConfiguration(GemMigrations.class)
			.withClassLoader(new FilteredClassLoader("org.flywaydb", "org.springframework.boot.flyway",
					"org.springframework.boot.sql"))
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void scriptsWithoutTheModuleThatRunsThemAreNotPassedOver(CapturedOutput output) {
		TestContexts.bare()
			.withPropertyValues("spring.flyway.locations=classpath:db/gems")
			.withClassLoader(new FilteredClassLoader("com.mongodb", "org.springframework.boot.flyway"))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(output).containsOnlyOnce("MISSING_DEPENDENCY")
					.contains("store 'postgres' has migrations (R__gem_view.sql)",
							"org.springframework.boot:spring-boot-flyway is not",
							"migrations: no store: postgres (org.springframework.boot:spring-boot-flyway is missing), "
									+ "mongo (no MongoDB driver on the class path)");
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "com.mongodb.client", "org.springframework.data.mongodb",
			"org.springframework.boot.data.mongodb" })
	@ExtendWith(OutputCaptureExtension.class)
	void changeFilesWithoutTheModuleThatRunsThemAreNotPassedOver(String missing, CapturedOutput output) {
		TestContexts.bare()
			.withClassLoader(new FilteredClassLoader("org.flywaydb", missing))
			.withPropertyValues("gemforce.migrations.mongo.locations=classpath:db/gems-mongo")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(output).containsOnlyOnce("MISSING_DEPENDENCY")
					.contains("store 'mongo' has migrations (V1__rename.yaml)")
					.contains("migrations: no store: postgres (no Flyway on the class path), mongo (");
			});
	}

	@Test
	@ExtendWith(OutputCaptureExtension.class)
	void missingModuleOfNoMigrationIsNotSpokenOf(CapturedOutput output) {
		TestContexts.bare()
			.withClassLoader(new FilteredClassLoader("org.flywaydb", "com.mongodb.client"))
			.withPropertyValues("gemforce.migrations.mongo.locations=classpath:db/nothing")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(output).doesNotContain("MISSING_DEPENDENCY");
			});
	}

	@Test
	void withNeither() {
		TestContexts.bare().withClassLoader(new FilteredClassLoader(Flyway.class, MongoClient.class)).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean(Migrations.class).snapshots()).isEmpty();
		});
	}

}
