package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import org.bson.BsonDocument;
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
import io.gemforce.migrations.mongo.change.contract.ChangeRefusedException;
import io.gemforce.migrations.support.MongoServers;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for the deletion of documents.
 */
@ExtendWith(TestDatabases.class)
class DeleteDocumentsTests {

	private static final ChangeSet DELETE = TestChanges.of("delete: {collection: gems, filter: {kind: old}}");

	private static final ChangeSet ALL = TestChanges.of("delete: {collection: gems, filter: {}, all: true}");

	private final MongoTestDatabase mongo;

	DeleteDocumentsTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void deletesWhatTheFilterSelectsAndRestoresItToTheLastBit(boolean transactions) {
		insert("{_id: 1, kind: 'old', z: {$numberLong: '1'}, a: {y: 1.0, x: [1, {$numberDecimal: '1.50'}]}}",
				"{_id: {b: 1, a: 2}, kind: 'old'}", "{_id: 3, kind: 'new'}");
		List<String> before = gems();
		context(transactions).upTwice(DELETE);
		assertThat(gems()).containsExactly("{\"_id\": 3, \"kind\": \"new\"}");
		assertThat(context(transactions).down(DELETE).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrderElementsOf(before);
	}

	@Test
	void deletesAllIfThatIsSaid() {
		insert("{_id: 1}", "{_id: 2}");
		context(true).up(ALL);
		assertThat(gems()).isEmpty();
		assertThat(context(true).down(ALL).conflicts()).isZero();
		assertThat(gems()).hasSize(2);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			value = { "{collection: gems, filter: {}}|the filter is empty, which would delete all documents",
					"{collection: gems, filter: {}, all: false}|the filter is empty, which would delete all documents",
					"{collection: gems, filter: {a: 1}, all: true}|'all' contradicts the filter",
					"{collection: gems, filter: all}|'filter' must be a filter but is the string 'all'",
					"{collection: $gems, filter: {a: 1}}|'collection' cannot be '$gems'",
					"{collection: gems, all: true}|'delete' needs the key 'filter'" })
	void refusesWhatMayBeAMistake(String parameters, String message) {
		assertThatExceptionOfType(InvalidChangesException.class)
			.isThrownBy(() -> TestChanges.of("delete: " + parameters))
			.withMessageContaining(message);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void goesOnWhereverItIsInterrupted(boolean transactions) {
		IntStream.range(0, 5).forEach((id) -> insert("{_id: %d, kind: 'old'}".formatted(id)));
		insert("{_id: 7, kind: 'new'}");
		List<String> before = gems();
		for (int at = 1; at > 0; at++) {
			Interruption interruption = Interruption.at(at, new Random(at));
			try {
				context(transactions).rank(at).interruption(interruption).up(DELETE);
				at = -1;
			}
			catch (Interruption.Interrupted ex) {
				context(transactions).rank(at).up(DELETE);
				assertThat(gems()).as("interrupted at write %d", at).containsExactly("{\"_id\": 7, \"kind\": \"new\"}");
				assertThat(context(transactions).rank(at).down(DELETE).conflicts()).isZero();
				assertThat(gems()).as("interrupted at write %d", at).containsExactlyInAnyOrderElementsOf(before);
			}
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void anInterruptedUndoGoesOn(boolean transactions) {
		IntStream.range(0, 5).forEach((id) -> insert("{_id: %d, kind: 'old'}".formatted(id)));
		List<String> before = gems();
		context(transactions).up(DELETE);
		assertThatExceptionOfType(Interruption.Interrupted.class)
			.isThrownBy(() -> context(transactions).interruption(Interruption.at(2, new Random(1))).down(DELETE));
		assertThat(context(transactions).down(DELETE).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrderElementsOf(before);
	}

	@Test
	void isRefusedIfMoreWouldBeKeptThanIsAllowed() {
		insert("{_id: 1, kind: 'old'}", "{_id: 2, kind: 'old'}");
		assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(() -> context(true).limit(1).up(DELETE))
			.withMessageContaining("its undo would need 2 pre-images, more than the 1 that are allowed");
		assertThat(gems()).hasSize(2);
	}

	@Test
	void keepsNothingIfThereWillBeNoUndo() {
		insert("{_id: 1, kind: 'old'}", "{_id: 2, kind: 'old'}");
		context(true).limit(1).up(TestChanges.irreversible("delete: {collection: gems, filter: {kind: old}}"));
		assertThat(gems()).isEmpty();
		assertThat(this.mongo.collection("migration_preimage").find()).hasSize(1);
	}

	@Test
	void restoresNothingWhereTheIdIsTakenOrAUniqueIndexIsInTheWay() {
		this.mongo.collection("gems")
			.createIndex(Indexes.ascending("name"), new IndexOptions().name("gems_by_name").unique(true).sparse(true));
		insert("{_id: 1, kind: 'old', name: 'a'}", "{_id: 2, kind: 'old', name: 'b'}",
				"{_id: 3, kind: 'old', name: 'c'}");
		context(true).up(DELETE);
		insert("{_id: 1, name: 'new'}", "{_id: 9, name: 'b'}");
		assertThat(context(true).down(DELETE).conflictExamples()).containsExactlyInAnyOrder(
				"'gems', document 1: it is there again",
				"'gems', document 2: is not restored, as another document has the same values of a unique index");
		assertThat(gems()).containsExactlyInAnyOrder("{\"_id\": 1, \"name\": \"new\"}", "{\"_id\": 9, \"name\": \"b\"}",
				"{\"_id\": 3, \"kind\": \"old\", \"name\": \"c\"}");
	}

	@Test
	void aCollectionThatIsGoneIsNotMadeAnew() {
		insert("{_id: 1, kind: 'old'}");
		context(true).up(DELETE);
		this.mongo.collection("gems").drop();
		assertThat(context(true).down(DELETE).conflictExamples())
			.containsExactly("'gems': the collection is gone, so 1 document is not restored");
		assertThat(this.mongo.database().listCollectionNames()).doesNotContain("gems");
	}

	@Test
	@RequiresReplicaSet("validators")
	void restoresDocumentsThatAreOlderThanTheValidator() {
		insert("{_id: 1, kind: 'old'}");
		this.mongo.database().runCommand(Document.parse("{collMod: 'gems', validator: {name: {$exists: true}}}"));
		List<String> before = gems();
		context(true).up(DELETE);
		assertThat(context(true).down(DELETE).conflicts()).isZero();
		assertThat(gems()).isEqualTo(before);
	}

	@Test
	@RequiresReplicaSet("validators")
	void aValidatorOfTheSameMigrationIsLiftedForTheUndo() {
		insert("{_id: 1, kind: 'old'}");
		List<String> before = gems();
		ChangeSet changes = TestChanges.of(
				"setValidator: {collection: gems, validator: {name: {$exists: true}}, level: moderate}",
				"delete: {collection: gems, filter: {kind: old}}");
		context(true).up(changes);
		assertThat(context(true).down(changes).conflicts()).isZero();
		assertThat(gems()).isEqualTo(before);
	}

	@Test
	void whatIsNoLongerSelectedStaysAndIsNoConflict() {
		insert("{_id: 1, kind: 'old'}", "{_id: 2, kind: 'old'}");
		context(false).before("bulkWrite", () -> set("{_id: 1}", "{kind: 'new'}")).up(DELETE);
		assertThat(gems()).containsExactly("{\"_id\": 1, \"kind\": \"new\"}");
		assertThat(context(false).down(DELETE).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrder("{\"_id\": 1, \"kind\": \"new\"}",
				"{\"_id\": 2, \"kind\": \"old\"}");
	}

	@Test
	void whatIsChangedMeanwhileIsDeletedAndRestoredAsItWasLast() {
		insert("{_id: 1, kind: 'old'}");
		context(false).before("bulkWrite", () -> set("{_id: 1}", "{more: 1}")).up(DELETE);
		assertThat(gems()).isEmpty();
		assertThat(context(false).down(DELETE).conflicts()).isZero();
		assertThat(gems()).containsExactly("{\"_id\": 1, \"kind\": \"old\", \"more\": 1}");
	}

	@Test
	@RequiresReplicaSet("documents of 16 MB")
	void aDocumentThatIsTooLargeToBeKeptIsNotDeleted() {
		int largest = 16 * 1024 * 1024 - 100;
		this.mongo.collection("gems")
			.insertOne(new Document("_id", 1).append("kind", "old").append("text", "x".repeat(largest)));
		assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(() -> context(true).up(DELETE))
			.withMessageContaining("document 1 was found to be so large that no pre-image of it can be stored");
		assertThat(this.mongo.collection("gems").countDocuments()).isOne();
	}

	@Test
	void saysWhatItDoes() {
		assertThat(DELETE.changes()).singleElement()
			.satisfies((change) -> assertThat(change.summary())
				.isEqualTo("delete documents of 'gems' where {\"kind\": \"old\"}"));
		assertThat(ALL.changes()).singleElement()
			.satisfies((change) -> assertThat(change.summary()).isEqualTo("delete all documents of 'gems'"));
		insert("{_id: 1, kind: 'old'}", "{_id: 2, kind: 'new'}");
		assertThat(DELETE.plan(this.mongo.database(), true)).singleElement().satisfies((plan) -> {
			assertThat(plan.touches().count()).isOne();
			assertThat(plan.preimages().count()).isOne();
			assertThat(plan.change().isIdempotent()).isTrue();
			assertThat(plan.needs()).anyMatch((need) -> need.startsWith("find, remove"));
		});
	}

	private TestContext.Builder context(boolean transactions) {
		return TestContext.on(this.mongo).transactions(transactions && MongoServers.isReplicaSet());
	}

	private void insert(String... documents) {
		this.mongo.database()
			.getCollection("gems", BsonDocument.class)
			.insertMany(Stream.of(documents).map(BsonDocument::parse).toList());
	}

	private void set(String filter, String fields) {
		this.mongo.collection("gems").updateOne(Document.parse(filter), new Document("$set", Document.parse(fields)));
	}

	// With the order of fields
	private List<String> gems() {
		return this.mongo.database()
			.getCollection("gems", BsonDocument.class)
			.find()
			.map(BsonDocument::toJson)
			.into(new ArrayList<>());
	}

}
