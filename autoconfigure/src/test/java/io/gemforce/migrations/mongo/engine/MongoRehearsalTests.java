package io.gemforce.migrations.mongo.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Aggregates;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.RehearsalResult;
import io.gemforce.migrations.RehearsalResult.Outcome;
import io.gemforce.migrations.mongo.DeclaredMongoMigration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.ReversibleMongoMigration;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.store.RehearsalScope;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.SentCommands;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Tests for rehearsing migrations of MongoDB.
 */
@ExtendWith(TestDatabases.class)
class MongoRehearsalTests {

	private static final RehearsalScope SCRATCH = RehearsalScope.scratch(1000);

	private final MongoTestDatabase mongo;

	/**
	 * Those of other tests whose Spring context lives on.
	 */
	private final List<String> databasesBefore;

	MongoRehearsalTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
		this.databasesBefore = databases();
	}

	@Test
	void appliesUndoesAndAppliesAgainOnACopy() {
		gems(50);
		try (TestRunner runner = TestRunner.on(this.mongo).with(rename("1", "old", "new"))) {
			RehearsalResult result = rehearse(runner).get(0);
			assertThat(result.outcome()).as(result.reason()).isEqualTo(Outcome.PASSED);
			assertThat(result.up()).isNotNull();
			assertThat(result.down()).isNotNull();
		}
		assertThat(this.mongo.collection("gems").countDocuments(new Document("old", new Document("$exists", true))))
			.isEqualTo(50);
		assertThat(this.mongo.history().countDocuments()).isZero();
		assertThat(scratchDatabases()).isEmpty();
	}

	@Test
	void undoThatDoesNotRestoreWhatWasThereFails() {
		gems(5);
		TestMigration forgetful = TestMigration.of("1", new Renaming("old", "new", "other"));
		try (TestRunner runner = TestRunner.on(this.mongo).with(forgetful, rename("2", "a", "b"))) {
			List<RehearsalResult> results = rehearse(runner);
			assertThat(results).extracting(RehearsalResult::outcome)
				.containsExactly(Outcome.FAILED, Outcome.NOT_REHEARSED);
			assertThat(results.get(0).reason())
				.isEqualTo("after its undo these are not as they were before: documents of collection 'gems'");
			assertThat(results.get(1).reason()).isEqualTo("migration 1 failed before");
		}
		assertThat(scratchDatabases()).isEmpty();
	}

	@Test
	void migrationThatFailsOnTheDataFails() {
		gems(5);
		TestMigration failing = TestMigration.of("1", (context) -> {
			throw new IllegalStateException("found " + context.collection("gems").countDocuments());
		});
		try (TestRunner runner = TestRunner.on(this.mongo).with(failing)) {
			assertThat(rehearse(runner)).singleElement().satisfies((result) -> {
				assertThat(result.outcome()).isEqualTo(Outcome.FAILED);
				assertThat(result.reason()).contains("found 5");
			});
		}
		assertThat(scratchDatabases()).isEmpty();
	}

	@Test
	void migrationWithoutAnUndoIsApplied() {
		try (TestRunner runner = TestRunner.on(this.mongo).with(TestMigration.inserting("1"))) {
			assertThat(rehearse(runner)).singleElement()
				.satisfies((result) -> assertThat(result.outcome()).isEqualTo(Outcome.NO_DOWN));
		}
	}

	@Test
	void whatSaysThatItCanBeRepeatedIsAppliedTwice() {
		TestMigration notRepeatable = TestMigration.inserting("1")
			.with(TransactionMode.NEVER)
			.with(OnInterrupted.RETRY);
		TestMigration counting = TestMigration.of("2", new CountingInsertions());
		try (TestRunner runner = TestRunner.on(this.mongo)
			.with(notRepeatable, counting.with(TransactionMode.NEVER).with(OnInterrupted.RETRY))) {
			List<RehearsalResult> results = rehearse(runner);
			assertThat(results.get(1).outcome()).isEqualTo(Outcome.FAILED);
			assertThat(results.get(1).reason()).contains("E11000");
		}
	}

	@Test
	void onlyASampleIsCopied() {
		gems(40);
		TestMigration counting = TestMigration.of("1", (context) -> {
			throw new IllegalStateException("found " + context.collection("gems").countDocuments());
		});
		try (TestRunner runner = TestRunner.on(this.mongo).with(counting)) {
			assertThat(runner.store().rehearse(RehearsalScope.scratch(7)).get(0).reason()).contains("found 7");
			assertThat(runner.store().rehearse(RehearsalScope.scratch(0)).get(0).reason()).contains("found 0");
			assertThat(runner.store().rehearse(RehearsalScope.scratch(RehearsalScope.ALL)).get(0).reason())
				.contains("found 40");
		}
	}

	@Test
	void indexesAreCopied() {
		gems(3);
		this.mongo.collection("gems").createIndex(Indexes.ascending("n"), new IndexOptions().unique(true).name("by_n"));
		TestMigration duplicate = TestMigration.of("1",
				(context) -> context.collection("gems").insertOne(new Document("n", 1)));
		try (TestRunner runner = TestRunner.on(this.mongo).with(duplicate)) {
			assertThat(rehearse(runner).get(0).reason()).contains("E11000");
		}
	}

	@Test
	void whatIsAppliedIsNotRehearsed() {
		gems(5);
		try (TestRunner runner = TestRunner.on(this.mongo).with(rename("1", "old", "new"))) {
			runner.migrate();
		}
		try (TestRunner runner = TestRunner.on(this.mongo)
			.with(rename("1", "old", "new"), rename("2", "new", "newer"))) {
			assertThat(rehearse(runner)).singleElement().satisfies((result) -> {
				assertThat(result.id()).isEqualTo("2");
				assertThat(result.outcome()).as(result.reason()).isEqualTo(Outcome.PASSED);
			});
		}
	}

	@Test
	void whatNamesAnotherDatabaseIsNotRehearsed() {
		gems(3);
		Document merge = Document
			.parse("{aggregate: 'gems', pipeline: [{$merge: {into: {db: '%s', coll: 'copy'}}}], cursor: {}}"
				.formatted(this.mongo.name()));
		try (TestRunner runner = TestRunner.on(this.mongo).declaring((changes) -> changes.command(merge))) {
			assertThat(rehearse(runner)).singleElement().satisfies((result) -> {
				assertThat(result.outcome()).isEqualTo(Outcome.NOT_REHEARSED);
				assertThat(result.reason())
					.startsWith("its command 'aggregate' names the database '%s'".formatted(this.mongo.name()));
			});
		}
		assertThat(this.mongo.collection("copy").countDocuments()).isZero();
	}

	@Test
	void whatIsOfTheServerIsNotRehearsed() {
		gems(3);
		for (DeclaredMongoMigration migration : List.<DeclaredMongoMigration>of(
				(changes) -> changes.adminCommand((command) -> command.up(new Document("enableSharding", "shop"))),
				(changes) -> changes.dropSearchIndex("gems", "texts"))) {
			try (TestRunner runner = TestRunner.on(this.mongo).declaring(migration)) {
				assertThat(rehearse(runner)).extracting(RehearsalResult::outcome)
					.containsExactly(Outcome.NOT_REHEARSED);
			}
		}
	}

	@Test
	@RequiresReplicaSet("views")
	void viewsAreCopiedAndChangesOfThemRehearsed() {
		gems(3);
		this.mongo.database().createView("seen", "gems", List.of(new Document("$limit", 1)));
		this.mongo.database().createView("old", "gems", List.of());
		try (TestRunner runner = TestRunner.on(this.mongo)
			.declaring(
					(changes) -> changes.alterCollection("seen", (seen) -> seen.pipeline(List.of(Aggregates.limit(2))))
						.createView("fresh", "seen", List.of())
						.dropView("old"))) {
			RehearsalResult result = rehearse(runner).get(0);
			assertThat(result.outcome()).as(result.reason()).isEqualTo(Outcome.PASSED);
		}
		assertThat(this.mongo.database().listCollectionNames()).contains("old").doesNotContain("fresh");
	}

	@Test
	@RequiresReplicaSet("collMod")
	void firstValidatorOfACollectionIsUndone() {
		gems(3);
		try (TestRunner runner = TestRunner.on(this.mongo)
			.declaring((changes) -> changes.setValidator("gems", Filters.exists("n")))) {
			RehearsalResult result = rehearse(runner).get(0);
			assertThat(result.outcome()).as(result.reason()).isEqualTo(Outcome.PASSED);
		}
	}

	@Test
	void copiesWithoutBypassingAValidatorThatIsNotThere() {
		gems(3);
		SentCommands sent = new SentCommands();
		try (TestRunner runner = TestRunner.on(this.mongo).listener(sent).with(rename("1", "old", "new"))) {
			assertThat(rehearse(runner).get(0).outcome()).isEqualTo(Outcome.PASSED);
		}
		assertThat(sent.commands()).noneMatch((command) -> command.containsKey("bypassDocumentValidation"));
	}

	@Test
	void scratchDatabaseOfAKilledRehearsalIsDroppedByTheNextOne() {
		this.mongo.client()
			.getDatabase("gemforce_rehearsal_dead")
			.getCollection("rehearsal_beat")
			.insertOne(new Document("_id", "rehearsal").append("beat", 3L));
		// A test that rehearses has one without a beat
		MongoDatabase ofATest = this.mongo.client().getDatabase("gemforce_rehearsal_test_00c0ffee");
		ofATest.getCollection("gem").insertOne(new Document());
		try (TestRunner runner = TestRunner.on(this.mongo).with(TestMigration.inserting("1"))) {
			rehearse(runner);
		}
		assertThat(scratchDatabases()).containsExactly(ofATest.getName());
		ofATest.drop();
	}

	@Test
	void nothingIsRehearsedWhereSomethingIsWrong() {
		try (TestRunner runner = TestRunner.on(this.mongo).with(TestMigration.inserting("2"))) {
			runner.migrate();
		}
		try (TestRunner runner = TestRunner.on(this.mongo)
			.with(TestMigration.inserting("1"), TestMigration.inserting("2"))) {
			assertThat(catchThrowableOfType(MigrationException.class, () -> rehearse(runner)).getCode())
				.isEqualTo(ProblemCode.OUT_OF_ORDER);
		}
	}

	private static List<RehearsalResult> rehearse(TestRunner runner) {
		return runner.store().rehearse(SCRATCH);
	}

	private List<String> scratchDatabases() {
		return databases().stream()
			.filter((name) -> name.startsWith("gemforce_rehearsal_") && !this.databasesBefore.contains(name))
			.toList();
	}

	private List<String> databases() {
		return this.mongo.client().listDatabaseNames().into(new ArrayList<>());
	}

	private void gems(int count) {
		this.mongo.collection("gems")
			.insertMany(IntStream.range(0, count)
				.mapToObj((n) -> new Document("n", n).append("old", "value " + n))
				.toList());
	}

	private static TestMigration rename(String version, String from, String to) {
		return TestMigration.of(version, new Renaming(from, to, from));
	}

	private record Renaming(String from, String to, String back) implements ReversibleMongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			rename(mongo, this.from, this.to);
		}

		@Override
		public void down(MongoMigrationContext mongo) {
			rename(mongo, this.to, this.back);
		}

		private static void rename(MongoMigrationContext mongo, String from, String to) {
			mongo.collection("gems")
				.updateMany(new Document(from, new Document("$exists", true)),
						new Document("$rename", new Document(from, to)));
		}

	}

	private static final class CountingInsertions implements ReversibleMongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			mongo.collection("gems").insertOne(new Document("_id", "always the same"));
		}

		@Override
		public void down(MongoMigrationContext mongo) {
			mongo.collection("gems").deleteOne(new Document("_id", "always the same"));
		}

	}

}
