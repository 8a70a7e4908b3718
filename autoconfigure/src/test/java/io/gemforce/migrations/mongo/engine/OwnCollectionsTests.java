package io.gemforce.migrations.mongo.engine;

import java.time.Clock;
import java.time.Duration;
import java.util.List;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.data.mongodb.core.SimpleMongoClientDatabaseFactory;

import io.gemforce.migrations.MigrationDescriptor;
import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationType;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.DeclaredMongoMigration;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.mongo.change.ChangeFileSettings;
import io.gemforce.migrations.mongo.change.ChangeSet;
import io.gemforce.migrations.mongo.discovery.DeclaredAction;
import io.gemforce.migrations.mongo.discovery.ResolvedMigration;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * No declared change changes history, lock, holds or pre-images, whatever they are called
 * and wherever they are.
 */
@ExtendWith(TestDatabases.class)
class OwnCollectionsTests {

	private final MongoTestDatabase mongo;

	// Nothing is sent
	private final MongoClient client = MongoClients.create();

	OwnCollectionsTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@AfterEach
	void close() {
		this.client.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "migration_history", "migration_lock", "migration_hold", "migration_preimage" })
	void nothingRunsWhereAChangeWouldChangeThem(String collection) {
		try (TestRunner runner = TestRunner.on(this.mongo)
			.declaring((changes) -> changes.createCollection("gems").dropCollection(collection))) {
			MigrationException ex = catchThrowableOfType(MigrationException.class, runner::migrate);
			assertThat(ex.getProblems()).singleElement().satisfies((problem) -> {
				assertThat(problem.code()).isEqualTo(ProblemCode.INVALID_DEFINITION);
				assertThat(problem.message()).isEqualTo(("Migration 1 (bean 'test'): change 2 (drop collection '%s') "
						+ "would change '%s.%s', a collection of this library's own")
					.formatted(collection, this.mongo.name(), collection));
			});
		}
		assertThat(this.mongo.history().countDocuments()).isZero();
		assertThat(this.mongo.database().listCollectionNames()).doesNotContain("gems");
	}

	@Test
	void theirNamesAndTheirDatabaseAreThoseThatTheUserHasSet() {
		assertThat(problems("ops", (changes) -> changes.dropCollection("my_history").dropCollection("my_lock")))
			.isEmpty();
		assertThat(problems("ops",
				(changes) -> changes.command(Document
					.parse("{aggregate: 'gems', pipeline: [{$out: {db: 'ops', coll: 'my_history'}}], cursor: {}}"))))
			.hasSize(1);
		assertThat(problems("shop",
				(changes) -> changes.dropCollection("my_history")
					.renameCollection("my_lock", "other")
					.dropCollection("migration_history")))
			.hasSize(2);
		assertThat(problems(null, (changes) -> changes.dropCollection("migration_preimage"))).hasSize(1);
	}

	private List<Problem> problems(String database, DeclaredMongoMigration migration) {
		MongoSettings settings = new MongoSettings(new MongoSettings.Place(database, "my_history", "my_lock"),
				new ChangeFileSettings(List.of(), false), new MongoSettings.Preimages(1, Duration.ofDays(1)),
				new MongoSettings.Lock(Duration.ofSeconds(30), Duration.ofMinutes(1)),
				new MongoSettings.Policy(null, null, false, false, false));
		MongoAccess access = new MongoAccess(new SimpleMongoClientDatabaseFactory(this.client, "shop"), this.client,
				settings, System::nanoTime, Clock.systemUTC());
		ChangeSet changes = ChangeSet.declaredBy(migration, "Bean 'test'");
		return new OwnCollections(() -> access).problems(new ResolvedMigration(
				new MigrationDescriptor(Version.parse("1").orElseThrow(), "test", MigrationType.BEAN, "com.example.V1",
						null),
				"bean 'test'", TransactionMode.AUTO, null, List.of(), List.of(), new DeclaredAction(changes, "")));
	}

}
