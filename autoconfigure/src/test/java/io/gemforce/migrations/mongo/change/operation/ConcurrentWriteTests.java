package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import org.bson.BsonDocument;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.gemforce.migrations.mongo.change.ChangeSet;
import io.gemforce.migrations.mongo.change.Interruption;
import io.gemforce.migrations.mongo.change.TestChanges;
import io.gemforce.migrations.mongo.change.TestContext;
import io.gemforce.migrations.mongo.change.UndoResult;
import io.gemforce.migrations.mongo.change.contract.ChangeRefusedException;
import io.gemforce.migrations.support.MongoServers;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for what an application writes while changes are made and undone: none of it is
 * lost.
 */
@ExtendWith(TestDatabases.class)
class ConcurrentWriteTests {

	private static final String RENAME = "renameField: {collection: gems, from: a, to: b}";

	private static final String REMOVE = "removeField: {collection: gems, field: a}";

	private final MongoTestDatabase mongo;

	ConcurrentWriteTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	void renameKeepsATargetThatComesToBeThere() {
		insert("{_id: 1, a: 'old'}", "{_id: 2, a: 'other'}");
		assertThatExceptionOfType(ChangeRefusedException.class)
			.isThrownBy(() -> context().before("updateMany", () -> set("{_id: 1}", "{b: 'NEW'}")).up(changes(RENAME)))
			.withMessageContaining("is not finished")
			.withMessageContaining("1 document(s) of 'gems' have come to have 'b' as well as 'a', for example 1")
			.satisfies((ex) -> assertThat(ex.isNothingWritten()).isFalse());
		assertThat(gems()).containsExactlyInAnyOrder(json("{_id: 1, a: 'old', b: 'NEW'}"),
				json("{_id: 2, b: 'other'}"));
		this.mongo.collection("gems").updateOne(Document.parse("{_id: 1}"), Document.parse("{$unset: {a: 1}}"));
		context().up(changes(RENAME));
		assertThat(gems()).containsExactlyInAnyOrder(json("{_id: 1, b: 'NEW'}"), json("{_id: 2, b: 'other'}"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "renameField: {collection: gems, from: a, to: p.b}",
			"copyField: {collection: gems, from: a, to: p.b}", "addField: {collection: gems, field: p.b, value: 1}" })
	void whatComesToBeOnTheWayToAFieldStays(String change) {
		insert("{_id: 1, a: 1}", "{_id: 2, a: 2}");
		assertThatExceptionOfType(ChangeRefusedException.class)
			.isThrownBy(() -> context().before("updateMany", () -> set("{_id: 1}", "{p: [5]}")).up(changes(change)))
			.withMessageContaining("1 document(s) of 'gems' have come to have something else than a document");
		assertThat(gems()).contains(json("{_id: 1, a: 1, p: [5]}"))
			.anySatisfy((gem) -> assertThat(gem).containsKey("p").containsEntry("_id", json("{_id: 2}").get("_id")));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			value = { "removeField: {collection: gems, field: a}|'5'|['5', '6']",
					"removeField: {collection: gems, field: a}|[5]|[[5]]",
					"convertField: {collection: gems, field: a, to: string, onError: keep}|5|[5, 6]" })
	void anArrayThatHoldsTheValueIsAnotherValue(String change, String read, String written) {
		insert("{_id: 1, a: %s}".formatted(read));
		context().withoutTransactions()
			.before("bulkWrite", () -> set("{_id: 1}", "{a: %s}".formatted(written)))
			.up(changes(change));
		assertThat(context().withoutTransactions().down(changes(change)).conflicts()).isZero();
		assertThat(gems()).containsExactly(json("{_id: 1, a: %s}".formatted(written)));
	}

	@Test
	void aFieldThatComesToBeThereIsKeptByAnUpdate() {
		insert("{_id: 1, k: 1}");
		String update = "update: {collection: gems, filter: {k: 1}, up: {$set: {x: 'set'}}}";
		context().withoutTransactions()
			.before("findOneAndUpdate", () -> set("{_id: 1}", "{x: 'NEW', y: 1}"))
			.up(changes(update));
		assertThat(gems()).containsExactly(json("{_id: 1, k: 1, x: 'set', y: 1}"));
		assertThat(context().withoutTransactions().down(changes(update)).conflicts()).isZero();
		assertThat(gems()).containsExactly(json("{_id: 1, k: 1, x: 'NEW', y: 1}"));
	}

	@Test
	void aDocumentThatIsChangedBeforeItsInsertIsUndoneStays() {
		String insert = "insert: {collection: gems, documents: [{_id: 1, a: 1}, {_id: 2}]}";
		insert("{_id: 3}");
		context().up(changes(insert));
		UndoResult result = context().withoutTransactions()
			.before("bulkWrite", () -> set("{_id: 1}", "{more: 1}"))
			.down(changes(insert));
		assertThat(result.conflictExamples())
			.containsExactly("'gems', document 1: stays, as it has been changed since");
		assertThat(gems()).containsExactlyInAnyOrder(json("{_id: 1, a: 1, more: 1}"), json("{_id: 3}"));
	}

	@Test
	void aDocumentThatAnotherInsertsAtTheSameTimeIsNotTaken() {
		insert("{_id: 3}");
		String insert = "insert: {collection: gems, documents: [{_id: 1, a: 1}, {_id: 2}]}";
		assertThatExceptionOfType(ChangeRefusedException.class)
			.isThrownBy(() -> context().before("insertMany", () -> insert("{_id: 1, a: 'other'}")).up(changes(insert)))
			.withMessageContaining("'gems' has come to have a document 1 with other content");
		this.mongo.collection("gems").deleteOne(Document.parse("{_id: 1}"));
		context().before("insertMany", () -> insert("{_id: 1, a: 1}")).up(changes(insert));
		assertThat(context().down(changes(insert)).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrder(json("{_id: 1, a: 1}"), json("{_id: 3}"));
	}

	@Test
	void anInsertIntoACollectionThatIsBeingDroppedStays() {
		String create = "createCollection: {collection: gems}";
		context().up(changes(create));
		UndoResult result = context().before("renameCollection", () -> insert("{_id: 1}")).down(changes(create));
		assertThat(result.conflictExamples()).containsExactly("'gems': the collection stays, as it has 1 document");
		assertThat(gems()).containsExactly(json("{_id: 1}"));
		assertThat(this.mongo.database().listCollectionNames()).containsExactlyInAnyOrder("gems", "migration_preimage");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void idsThatDifferInTheOrderOfTheirFieldsAreTwo(boolean transactions) {
		insert("{_id: {x: 1, y: 1}, a: 1}", "{_id: {y: 1, x: 1}, a: 2}");
		List<BsonDocument> before = gems();
		for (String change : List.of(REMOVE, RENAME, "convertField: {collection: gems, field: a, to: string}",
				"copyField: {collection: gems, from: a, to: n.b}",
				"update: {collection: gems, filter: {}, up: {$set: {a: 0}}}",
				"update: {collection: gems, filter: {}, up: [{$set: {a: '$_id'}}], idempotent: true}",
				"dropCollection: {collection: gems}")) {
			ChangeSet changes = changes(change);
			context().transactions(transactions && MongoServers.isReplicaSet()).rank(change.length()).up(changes);
			assertThat(gems()).as(change).noneMatch((gem) -> before.contains(gem) && !change.startsWith("copy"));
			assertThat(context().transactions(transactions && MongoServers.isReplicaSet())
				.rank(change.length())
				.down(changes)
				.conflicts()).as(change).isZero();
			assertThat(gems().stream().map((gem) -> gem.toJson())).as(change)
				.containsExactlyInAnyOrderElementsOf(before.stream().map(BsonDocument::toJson).toList());
		}
	}

	@Test
	void insertsIdsThatDifferInTheOrderOfTheirFields() {
		insert("{_id: {x: 1, y: 1}}");
		ChangeSet changes = changes(
				"insert: {collection: gems, documents: [{_id: {y: 1, x: 1}, a: 1}, " + "{_id: {x: 1, y: 1}}]}");
		context().up(changes);
		assertThat(gems()).hasSize(2);
		assertThat(context().down(changes).conflicts()).isZero();
		assertThat(gems()).singleElement()
			.satisfies((gem) -> assertThat(gem.toJson()).contains("{\"x\": 1, \"y\": 1}"));
	}

	@Test
	void doesNotReadWhatOneUpdateChanges() {
		IntStream.range(0, 5).forEach((id) -> insert("{_id: %d, a: 1}".formatted(id)));
		List<String> methods = new ArrayList<>();
		context().interruption(Interruption.meanwhile((collection, method) -> methods.add(method))).up(changes(RENAME));
		assertThat(methods).containsExactly("find", "updateMany", "find");
	}

	private TestContext.Builder context() {
		return TestContext.on(this.mongo);
	}

	private static ChangeSet changes(String change) {
		return TestChanges.of(change);
	}

	private void insert(String... documents) {
		for (String document : documents) {
			this.mongo.collection("gems").insertOne(Document.parse(document));
		}
	}

	private void set(String filter, String fields) {
		this.mongo.collection("gems").updateOne(Document.parse(filter), new Document("$set", Document.parse(fields)));
	}

	private List<BsonDocument> gems() {
		return this.mongo.database().getCollection("gems", BsonDocument.class).find().into(new ArrayList<>());
	}

	private static BsonDocument json(String json) {
		return BsonDocument.parse(json);
	}

}
