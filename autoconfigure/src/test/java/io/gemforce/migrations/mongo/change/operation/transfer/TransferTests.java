package io.gemforce.migrations.mongo.change.operation.transfer;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.gemforce.migrations.mongo.change.ChangeSet;
import io.gemforce.migrations.mongo.change.Interruption;
import io.gemforce.migrations.mongo.change.InvalidChangesException;
import io.gemforce.migrations.mongo.change.TestChanges;
import io.gemforce.migrations.mongo.change.TestContext;
import io.gemforce.migrations.mongo.change.UndoResult;
import io.gemforce.migrations.mongo.change.contract.ChangeRefusedException;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for changes that bring documents from one collection to another.
 */
@ExtendWith(TestDatabases.class)
class TransferTests {

	private static final String COPY = "copyDocuments: {from: gems, to: others, filter: {k: 1}}";

	private static final String MOVE = "moveDocuments: {from: gems, to: others, filter: {k: 1}}";

	private static final String CHANGED = ", pipeline: [{$set: {n: {$size: {$objectToArray: $$ROOT}}}}, {$unset: k}]}";

	private final MongoTestDatabase mongo;

	TransferTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	void copiesWhatTheFilterSelectsAndDeletesTheCopiesAgain() {
		insert("gems", "{_id: 1, k: 1}", "{_id: 'a', k: 1, x: {y: 1}}", "{_id: 3, k: 2}");
		up(COPY);
		assertThat(documents("others")).containsExactlyInAnyOrder(document("{_id: 1, k: 1}"),
				document("{_id: 'a', k: 1, x: {y: 1}}"));
		assertThat(documents("gems")).hasSize(3);
		assertThat(down(COPY).conflicts()).isZero();
		assertThat(documents("gems")).hasSize(3);
		assertThat(collections()).doesNotContain("others");
	}

	@Test
	void movesWhatTheFilterSelectsAndMovesItBack() {
		insert("gems", "{_id: 1, k: 1}", "{_id: 'a', k: 1, x: {y: 1}}", "{_id: 3, k: 2}");
		List<Document> before = documents("gems");
		up(MOVE);
		assertThat(documents("others")).containsExactlyInAnyOrder(document("{_id: 1, k: 1}"),
				document("{_id: 'a', k: 1, x: {y: 1}}"));
		assertThat(documents("gems")).containsExactly(document("{_id: 3, k: 2}"));
		assertThat(down(MOVE).conflicts()).isZero();
		assertThat(documents("gems")).containsExactlyInAnyOrderElementsOf(before);
		assertThat(collections()).doesNotContain("others");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	@RequiresReplicaSet("aggregation expressions")
	void movesThroughAPipelineAndRestoresWhatItWas(boolean transactions) {
		insert("gems", "{_id: 1, k: 1}", "{_id: 2, k: 1, x: 1}");
		List<Document> before = documents("gems");
		ChangeSet changes = TestChanges.of(MOVE.replace("}}", "}" + CHANGED));
		TestContext.on(this.mongo).transactions(transactions).up(changes);
		assertThat(documents("others")).containsExactlyInAnyOrder(document("{_id: 1, n: 2}"),
				document("{_id: 2, x: 1, n: 3}"));
		assertThat(TestContext.on(this.mongo).transactions(transactions).down(changes).conflicts()).isZero();
		assertThat(documents("gems")).containsExactlyInAnyOrderElementsOf(before);
	}

	@Test
	void whatHasBeenChangedSinceIsMovedBackAsItIs() {
		insert("gems", "{_id: 1, k: 1}");
		up(MOVE);
		this.mongo.collection("others").updateOne(document("{_id: 1}"), document("{$set: {k: 5}}"));
		assertThat(down(MOVE).conflicts()).isZero();
		assertThat(documents("gems")).containsExactly(document("{_id: 1, k: 5}"));
	}

	@Test
	void aCopyThatHasBeenChangedSinceStaysAndIsListed() {
		insert("gems", "{_id: 1, k: 1}", "{_id: 2, k: 1}");
		up(COPY);
		this.mongo.collection("others").updateOne(document("{_id: 1}"), document("{$set: {k: 5}}"));
		assertThat(down(COPY).conflictExamples()).containsExactly(
				"'others', document 1: stays, as it has been changed since",
				"'others': the collection stays, as it has 1 document");
		assertThat(documents("others")).containsExactly(document("{_id: 1, k: 5}"));
	}

	@Test
	void whatIsInBothCollectionsAgainStaysInBoth() {
		insert("gems", "{_id: 1, k: 1}", "{_id: 2, k: 1}");
		up(MOVE);
		insert("gems", "{_id: 1, again: 1}");
		this.mongo.collection("others").deleteOne(document("{_id: 2}"));
		assertThat(down(MOVE).conflictExamples()).contains(
				"'others', document 1: stays, as 'gems' has one of this _id again",
				"'others', document 2: the document is gone");
		assertThat(documents("gems")).containsExactly(document("{_id: 1, again: 1}"));
		assertThat(documents("others")).containsExactly(document("{_id: 1, k: 1}"));
	}

	@ParameterizedTest
	@ValueSource(strings = { COPY, MOVE })
	void refusesAnotherDocumentOfTheSameIdBeforeItWrites(String change) {
		insert("gems", "{_id: 1, k: 1}", "{_id: 2, k: 1}");
		insert("others", "{_id: 2, k: 5}");
		assertRefused(change, "'others' has other documents of the same _id as 1 of 'gems', for example 2");
		assertThat(documents("gems")).hasSize(2);
		assertThat(documents("others")).hasSize(1);
	}

	@Test
	void keepsBothWhereThatIsDeclared() {
		insert("gems", "{_id: 1, k: 1}", "{_id: 2, k: 1}");
		insert("others", "{_id: 2, k: 5}");
		String change = MOVE.replace("}}", "}, onConflict: keep}");
		up(change);
		assertThat(documents("gems")).containsExactly(document("{_id: 2, k: 1}"));
		assertThat(documents("others")).containsExactlyInAnyOrder(document("{_id: 1, k: 1}"),
				document("{_id: 2, k: 5}"));
		assertThat(down(change).conflicts()).isZero();
		assertThat(documents("gems")).hasSize(2);
		assertThat(documents("others")).containsExactly(document("{_id: 2, k: 5}"));
	}

	@ParameterizedTest
	@ValueSource(strings = { COPY, MOVE })
	void whatTheTargetHadBeforeStaysThereWhenItIsUndone(String change) {
		insert("gems", "{_id: 1, k: 1}", "{_id: 2, k: 1}");
		insert("others", "{_id: 2, k: 1}");
		up(change);
		assertThat(down(change).conflicts()).isZero();
		assertThat(documents("gems")).hasSize(2);
		assertThat(documents("others")).containsExactly(document("{_id: 2, k: 1}"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { COPY + "|true", COPY + "|false", MOVE + "|true", MOVE + "|false" })
	@RequiresReplicaSet("transactions")
	void anInterruptedAttemptGoesOnWhereverItStopped(String change, boolean transactions) {
		ChangeSet changes = TestChanges.of(change);
		long rank = 0;
		for (int at = 1; at > 0; at++) {
			this.mongo.collection("gems").drop();
			this.mongo.collection("others").drop();
			IntStream.range(0, 6).forEach((id) -> insert("gems", "{_id: %d, k: 1}".formatted(id)));
			List<Document> before = documents("gems");
			TestContext.Builder context = TestContext.on(this.mongo).rank(++rank).transactions(transactions);
			try {
				context.interruption(Interruption.at(at, new Random(at))).up(changes);
				at = -1;
			}
			catch (Interruption.Interrupted ex) {
				context.interruption(Interruption.none()).up(changes);
			}
			assertThat(documents("others")).containsExactlyInAnyOrderElementsOf(before);
			assertThat(context.interruption(Interruption.none()).down(changes).conflicts()).isZero();
			assertThat(documents("gems")).containsExactlyInAnyOrderElementsOf(before);
			assertThat(collections()).doesNotContain("others");
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	@RequiresReplicaSet("transactions")
	void aDocumentIsOnlyDeletedAsItWasRead(boolean transactions) {
		insert("gems", "{_id: 1, k: 1}");
		TestContext.on(this.mongo)
			.transactions(transactions)
			.before(transactions ? "insertMany" : "deleteOne", this::writeMeanwhile)
			.up(TestChanges.of(MOVE));
		assertThat(documents("gems")).isEmpty();
		assertThat(documents("others")).containsExactly(document("{_id: 1, k: 1, x: 'meanwhile'}"));
	}

	private void writeMeanwhile() {
		this.mongo.collection("gems").updateOne(document("{_id: 1}"), document("{$set: {x: 'meanwhile'}}"));
	}

	@Test
	void aUniqueIndexOfTheTargetIsNamedWithoutValues() {
		insert("gems", "{_id: 1, k: 1, email: 'secret'}");
		insert("others", "{_id: 7, email: 'secret'}");
		this.mongo.collection("others").createIndex(Indexes.ascending("email"), new IndexOptions().unique(true));
		assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(() -> up(MOVE))
			.withMessageContaining("is not finished")
			.withMessageContaining("of 'others' did not let pass a document, as another one has the same values")
			.withMessageNotContaining("secret");
		assertThat(documents("gems")).hasSize(1);
		assertThat(documents("others")).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	@RequiresReplicaSet("transactions")
	void whatAUniqueIndexDoesNotLetBackStaysAndIsListed(boolean transactions) {
		IntStream.range(0, 5).forEach((id) -> insert("gems", "{_id: %d, k: 1, email: 'e%d'}".formatted(id, id)));
		TestContext.Builder context = TestContext.on(this.mongo).transactions(transactions);
		context.up(TestChanges.of(MOVE));
		insert("gems", "{_id: 7, email: 'e2'}");
		this.mongo.collection("gems").createIndex(Indexes.ascending("email"), new IndexOptions().unique(true));
		assertThat(context.down(TestChanges.of(MOVE)).conflictExamples()).contains(
				"'others', document 2: stays as it is, as another one of 'gems' has the same values of a unique index");
		assertThat(documents("gems")).extracting("_id").containsExactlyInAnyOrder(0, 1, 3, 4, 7);
		assertThat(documents("others")).containsExactly(document("{_id: 2, k: 1, email: 'e2'}"));
	}

	@Test
	void whatIsInTheWayIsCountedOnceHoweverOftenABatchIsTried() {
		IntStream.rangeClosed(1, 3).forEach((id) -> insert("gems", "{_id: %d, k: 1}".formatted(id)));
		AtomicInteger calls = new AtomicInteger();
		Interruption service = Interruption.meanwhile((collection, called) -> {
			if (called.equals("insertOne") && this.mongo.collection("others").countDocuments() == 0) {
				insert("others", "{_id: 2, k: 5}");
			}
			if (called.equals("deleteOne") && calls.getAndIncrement() < 8) {
				this.mongo.collection("gems").updateOne(document("{_id: 3}"), document("{$inc: {x: 1}}"));
			}
		});
		assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(
				() -> TestContext.on(this.mongo).withoutTransactions().interruption(service).up(TestChanges.of(MOVE)))
			.withMessageContaining("as 1 of 'gems', for example 2. These stay");
		assertThat(documents("gems")).extracting("_id").containsExactly(2);
	}

	@Test
	void largeDocumentsAreUndoneInPartsThatFitIntoTheMemory() {
		IntStream.range(0, 4)
			.forEach((id) -> this.mongo.collection("gems")
				.insertOne(new Document("_id", id).append("k", 1).append("text", "x".repeat(10_000_000))));
		TestContext.Builder context = TestContext.on(this.mongo).withoutTransactions();
		context.up(TestChanges.of(COPY));
		AtomicInteger deletions = new AtomicInteger();
		context.interruption(Interruption.meanwhile((collection, called) -> {
			if (called.equals("bulkWrite")) {
				deletions.incrementAndGet();
			}
		})).down(TestChanges.of(COPY));
		assertThat(deletions).hasValue(2);
		assertThat(collections()).doesNotContain("others");
	}

	@Test
	@RequiresReplicaSet("validators")
	void aValidatorOfTheTargetIsLookedAtBeforeAnythingIsWritten() {
		insert("gems", "{_id: 1, k: 1}", "{_id: 2, k: 1, a: 1}");
		this.mongo.database()
			.runCommand(document("{create: 'others', validator: {a: {$exists: true}}, validationLevel: 'moderate'}"));
		assertRefused(MOVE, "the validator of 'others' would not let pass what it makes of documents, for example 1");
		assertThat(documents("others")).isEmpty();
	}

	@Test
	@RequiresReplicaSet("aggregation expressions")
	void aPipelineMustKeepTheId() {
		insert("gems", "{_id: 1, k: 1, part: {x: 1}}", "{_id: 2, k: 1, part: {_id: 2}}");
		assertRefused(MOVE.replace("}}", "}, pipeline: [{$replaceWith: $part}]}"),
				"the pipeline does not keep the '_id' of documents, for example 1");
		assertThat(documents("gems")).hasSize(2);
	}

	@Test
	@RequiresReplicaSet("views")
	void viewsAreRefused() {
		insert("gems", "{_id: 1, k: 1}");
		this.mongo.database().createView("others", "gems", List.of());
		assertRefused(MOVE, "'others' is a view, which declared changes do not touch");
	}

	@Test
	void aLimitedNumberOfDocumentsIsRemembered() {
		insert("gems", "{_id: 1, k: 1}", "{_id: 2, k: 1}");
		assertThatExceptionOfType(ChangeRefusedException.class)
			.isThrownBy(() -> TestContext.on(this.mongo).limit(1).up(TestChanges.of(MOVE)))
			.withMessageContaining("its undo would need 2 pre-images");
		TestContext.on(this.mongo).limit(1).up(TestChanges.irreversible(MOVE));
		assertThat(documents("others")).hasSize(2);
	}

	@Test
	void aMissingSourceIsNothingToDo() {
		up(MOVE);
		assertThat(collections()).doesNotContain("gems", "others");
		assertThat(down(MOVE).conflicts()).isZero();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = {
			"copyDocuments: {from: a, to: a, filter: {}}|'a' is copied to itself",
			"moveDocuments: {from: a, to: $b, filter: {}}|the name has a '$'",
			"moveDocuments: {from: a, to: b}|needs the key 'filter'",
			"moveDocuments: {from: a, to: b, filter: {}, onConflict: merge}|'onConflict' cannot be 'merge'",
			"moveDocuments: {from: a, to: b, filter: {}, pipeline: {$set: {a: 1}}}|'pipeline' must be a pipeline",
			"moveDocuments: {from: a, to: b, filter: {}, pipeline: [{$group: {_id: 1}}]}|no stage '$group'",
			"moveDocuments: {from: a, to: b, filter: {}, pipeline: [{$lookup: {}}]}|no stage '$lookup'",
			"moveDocuments: {from: a, to: b, filter: {}, pipeline: [{$out: c}]}|no stage '$out'",
			"moveDocuments: {from: a, to: b, filter: {}, pipeline: [{$merge: c}]}|no stage '$merge'",
			"moveDocuments: {from: a, to: b, filter: {}, pipeline: [{$set: {_id: 1}}]}|'$set' does not keep the '_id'",
			"moveDocuments: {from: a, to: b, filter: {}, pipeline: [{$project: {_id: 0}}]}|'$project' does not keep the '_id'",
			"moveDocuments: {from: a, to: b, filter: {}, pipeline: [{$unset: [x, _id]}]}|'$unset' does not keep the '_id'",
			"moveDocuments: {from: a, to: b, filter: {}, pipeline: [{$set: {at: $$NOW}}]}|'$$NOW' does not give the same twice",
			"moveDocuments: {from: a, to: b, filter: {}, pipeline: [{$set: {at: {$rand: {}}}}]}|'$rand' does not give the same twice" })
	void refusesWhatCannotBeMeant(String change, String message) {
		assertThatExceptionOfType(InvalidChangesException.class).isThrownBy(() -> TestChanges.of(change))
			.withMessageContaining(message);
	}

	private void assertRefused(String change, String message) {
		assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(() -> up(change))
			.withMessageContaining(message)
			.withMessageContaining("It has written nothing");
	}

	private void insert(String collection, String... documents) {
		for (String json : documents) {
			this.mongo.collection(collection).insertOne(document(json));
		}
	}

	private static Document document(String json) {
		return Document.parse(json);
	}

	private List<Document> documents(String collection) {
		return this.mongo.collection(collection).find().into(new ArrayList<>());
	}

	private List<String> collections() {
		return this.mongo.database().listCollectionNames().into(new ArrayList<>());
	}

	private void up(String change) {
		TestContext.on(this.mongo).up(TestChanges.of(change));
	}

	private UndoResult down(String change) {
		return TestContext.on(this.mongo).down(TestChanges.of(change));
	}

}
