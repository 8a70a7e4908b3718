package io.gemforce.migrations.autoconfigure;

import java.nio.file.Path;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationView;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import io.gemforce.migrations.mongo.Migration;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.PostgresTestDatabase;
import io.gemforce.migrations.support.SqlScripts;
import io.gemforce.migrations.support.TestContexts;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what traces show of migrations.
 */
@ExtendWith(TestDatabases.class)
class MigrationObservationTests {

	private final TestObservationRegistry registry = TestObservationRegistry.create();

	private final MongoTestDatabase mongo;

	private final PostgresTestDatabase postgres;

	private final SqlScripts scripts;

	private final ApplicationContextRunner contextRunner;

	MigrationObservationTests(MongoTestDatabase mongo, PostgresTestDatabase postgres, @TempDir Path folder) {
		this.mongo = mongo;
		this.postgres = postgres;
		this.scripts = new SqlScripts(folder).write("V1__create_gem.sql", "CREATE TABLE gem (id bigint PRIMARY KEY);");
		this.contextRunner = TestContexts.with(mongo, postgres)
			.withBean(TestObservationRegistry.class, () -> this.registry)
			.withBean("watching", Watching.class, () -> new Watching(this.registry))
			.withPropertyValues(this.scripts.property());
	}

	@Test
	void spansNestAsTheWorkDoes() {
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		TestObservationRegistryAssert.assertThat(this.registry)
			.hasNumberOfObservationsWithNameEqualTo("migrations.run", 1)
			.hasNumberOfObservationsWithNameEqualTo("migrations.store", 2)
			.hasNumberOfObservationsWithNameEqualTo("migrations.execution", 2)
			.doesNotHaveAnyRemainingCurrentObservation();
		TestObservationRegistryAssert.assertThat(this.registry)
			.hasObservationWithNameEqualTo("migrations.run")
			.that()
			.hasContextualNameEqualTo("migrations run")
			.hasBeenStopped()
			.doesNotHaveError();
		TestObservationRegistryAssert.assertThat(this.registry)
			.hasAnObservation((observation) -> observation.hasContextualNameEqualTo("migrations postgres")
				.hasParentObservationContextMatching(
						(parent) -> "migrations.run".equals(((Observation.ContextView) parent).getName())));
		TestObservationRegistryAssert.assertThat(this.registry)
			.hasAnObservation((observation) -> observation.hasContextualNameEqualTo("migration mongo 1")
				.hasParentObservationContextMatching(
						(parent) -> "migrations mongo".equals(((Observation.ContextView) parent).getContextualName())));
	}

	@Test
	void whatAMigrationDoesBelongsToItsSpan() {
		this.contextRunner.run((context) -> {
			ObservationView seen = context.getBean(Watching.class).seen;
			assertThat(seen).isNotNull();
			assertThat(((Observation.Context) seen.getContextView()).getName()).isEqualTo("migrations.execution");
		});
	}

	@Test
	void aSpanTellsWhichMigrationOfWhichDatabase() {
		this.contextRunner.run((context) -> assertThat(context).hasNotFailed());
		TestObservationRegistryAssert.assertThat(this.registry)
			.hasAnObservation((observation) -> observation.hasContextualNameEqualTo("migration postgres 1")
				.hasLowCardinalityKeyValue("outcome", "success")
				.hasHighCardinalityKeyValue("migrations.store", "postgres")
				.hasHighCardinalityKeyValue("migrations.id", "1")
				.hasHighCardinalityKeyValue("migrations.version", "1")
				.hasHighCardinalityKeyValue("migrations.phase", "expand")
				.hasHighCardinalityKeyValue("migrations.direction", "up")
				.hasHighCardinalityKeyValueWithKey("migrations.run.id")
				.hasHighCardinalityKeyValueWithKey("migrations.checksum")
				.hasHighCardinalityKeyValue("db.system.name", "postgresql")
				.hasHighCardinalityKeyValue("db.namespace", this.postgres.name() + "|public"));
		TestObservationRegistryAssert.assertThat(this.registry)
			.hasAnObservation((observation) -> observation.hasContextualNameEqualTo("migration mongo 1")
				.hasHighCardinalityKeyValue("db.system.name", "mongodb")
				.hasHighCardinalityKeyValue("db.namespace", this.mongo.name()));
	}

	@Test
	void aSpanOfAFailureHasTheDatabasesCode() {
		this.scripts.write("V2__fails.sql", "SELECT nothing FROM nowhere;");
		this.contextRunner.run((context) -> assertThat(context).hasFailed());
		TestObservationRegistryAssert.assertThat(this.registry)
			.doesNotHaveAnyRemainingCurrentObservation()
			.hasAnObservation((observation) -> observation.hasContextualNameEqualTo("migration postgres 2")
				.hasError()
				.hasLowCardinalityKeyValue("outcome", "failure")
				.hasHighCardinalityKeyValue("error.type", "42P01")
				.hasHighCardinalityKeyValue("db.response.status_code", "42P01"));
		TestObservationRegistryAssert.assertThat(this.registry)
			.hasAnObservation((observation) -> observation.hasNameEqualTo("migrations.run")
				.hasError()
				.hasLowCardinalityKeyValue("outcome", "failure"));
	}

	@Migration(version = "1", description = "watches")
	static class Watching implements MongoMigration {

		private final TestObservationRegistry registry;

		private ObservationView seen;

		Watching(TestObservationRegistry registry) {
			this.registry = registry;
		}

		@Override
		public void up(MongoMigrationContext mongo) {
			this.seen = this.registry.getCurrentObservation();
		}

	}

}
