package io.gemforce.migrations.mongo.change.operation.transfer;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import com.mongodb.client.model.IndexOptions;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.gemforce.migrations.mongo.change.ChangeSet;
import io.gemforce.migrations.mongo.change.Interruption;
import io.gemforce.migrations.mongo.change.InvalidChangesException;
import io.gemforce.migrations.mongo.change.TestChanges;
import io.gemforce.migrations.mongo.change.TestContext;
import io.gemforce.migrations.mongo.change.contract.ChangeRefusedException;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for embedding documents into those that they refer to.
 */
@ExtendWith(TestDatabases.class)
@RequiresReplicaSet("transactions")
class EmbedDocumentsTests {

	private static final ChangeSet EMBED = TestChanges
		.of("embed: {collection: lines, into: orders, field: items, reference: order, sort: {at: 1}}");

	private final MongoTestDatabase mongo;

	EmbedDocumentsTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	void documentsBecomeElementsInTheirOrderAndComeBack() {
		insert("orders", "{_id: 1, a: 1}", "{_id: 2}", "{_id: 3}");
		insert("lines", "{_id: 'x', order: 1, at: 2}", "{_id: 'y', order: 1, at: 1}",
				"{_id: 'z', order: {$numberLong: '2'}, at: 1}");
		List<Document> before = documents("lines");
		TestContext.on(this.mongo).up(EMBED);
		assertThat(documents("orders")).containsExactlyInAnyOrder(
				document("{_id: 1, a: 1, items: [{_id: 'y', at: 1}, {_id: 'x', at: 2}]}"),
				document("{_id: 2, items: [{_id: 'z', order: {$numberLong: '2'}, at: 1}]}"), document("{_id: 3}"));
		assertThat(documents("lines")).isEmpty();
		assertThat(TestContext.on(this.mongo).down(EMBED).conflicts()).isZero();
		assertThat(documents("lines")).containsExactlyInAnyOrderElementsOf(before);
		assertThat(documents("orders")).containsExactlyInAnyOrder(document("{_id: 1, a: 1}"), document("{_id: 2}"),
				document("{_id: 3}"));
	}

	@Test
	void anArrayThatHasBeenChangedSinceStaysAndIsListed() {
		insert("orders", "{_id: 1}", "{_id: 2}");
		insert("lines", "{_id: 'x', order: 1}", "{_id: 'y', order: 2}");
		TestContext.on(this.mongo).up(EMBED);
		this.mongo.collection("orders").updateOne(document("{_id: 1}"), document("{$push: {items: {n: 1}}}"));
		assertThat(TestContext.on(this.mongo).down(EMBED).conflictExamples())
			.containsExactly("'orders', document 1: 'items' has been changed since");
		assertThat(documents("lines")).containsExactly(document("{_id: 'y', order: 2}"));
	}

	@Test
	void elementsThatAUniqueIndexDoesNotLetBackStayAndAreListed() {
		insert("orders", "{_id: 1}", "{_id: 2}", "{_id: 3}");
		insert("lines", "{_id: 'x', order: 1, n: 1}", "{_id: 'y', order: 2, n: 2}", "{_id: 'z', order: 3, n: 3}");
		TestContext.on(this.mongo).up(EMBED);
		insert("lines", "{_id: 'new', n: 2}");
		this.mongo.collection("lines").createIndex(document("{n: 1}"), new IndexOptions().unique(true));
		assertThat(TestContext.on(this.mongo).down(EMBED).conflictExamples()).containsExactly(
				"'orders', document 2: stays as it is, as another one of 'lines' has the same values of a unique index");
		assertThat(documents("lines")).extracting("_id").containsExactlyInAnyOrder("x", "z", "new");
		assertThat(documents("orders")).contains(document("{_id: 2, items: [{_id: 'y', n: 2}]}"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = {
			"{_id: 1, items: 5}|{_id: 'x', order: 1}|1 document(s) of 'orders' have 'items' already",
			"{_id: 1}|{_id: 'x', order: 2}|documents of 'lines' refer to none of 'orders' by 'order', for example \"x\"",
			"{_id: 1}|{_id: 'x', order: [1]}|documents of 'lines' refer to none of 'orders'",
			"{_id: 1}|{_id: 'x'}|documents of 'lines' refer to none of 'orders'" })
	void refusesWhatIsInTheWayBeforeItWrites(String order, String line, String message) {
		insert("orders", order);
		insert("lines", line);
		assertRefused(TestContext.on(this.mongo), message);
		assertThat(documents("orders")).containsExactly(document(order));
		assertThat(documents("lines")).containsExactly(document(line));
	}

	@Test
	void manyDocumentsNeedAnIndex() {
		insert("orders", "{_id: 1}");
		this.mongo.collection("lines")
			.insertMany(IntStream.range(0, 1001).mapToObj((id) -> new Document("_id", id).append("order", 1)).toList());
		assertRefused(TestContext.on(this.mongo), "'lines' has 1001 documents and no index on 'order'");
		this.mongo.collection("lines").createIndex(document("{order: 1}"));
		TestContext.on(this.mongo).up(EMBED);
		assertThat(documents("lines")).isEmpty();
	}

	@Test
	void whereThereAreNoTransactionsItIsRefused() {
		insert("orders", "{_id: 1}");
		insert("lines", "{_id: 'x', order: 1}");
		assertRefused(TestContext.on(this.mongo).withoutTransactions(),
				"documents are only embedded in transactions, which this deployment does not have");
	}

	@Test
	void anArrayThatIsTooLargeForItsDocumentFails() {
		insert("orders", "{_id: 1}");
		IntStream.range(0, 3)
			.forEach((id) -> this.mongo.collection("lines")
				.insertOne(new Document("_id", id).append("order", 1).append("text", "x".repeat(6_000_000))));
		assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(() -> TestContext.on(this.mongo).up(EMBED))
			.withMessageContaining("document 1 of 'orders' would be larger than 16 MB with its 3 elements");
		assertThat(this.mongo.collection("lines").countDocuments()).isEqualTo(3);
	}

	@Test
	void elementsThatAreTooManyForTheMemoryAreNotReadToTheirEnd() {
		insert("orders", "{_id: 1}");
		IntStream.range(0, 5)
			.forEach((id) -> this.mongo.collection("lines")
				.insertOne(new Document("_id", id).append("order", 1).append("text", "x".repeat(12_000_000))));
		assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(() -> TestContext.on(this.mongo).up(EMBED))
			.withMessageContaining("document 1 of 'orders' would be larger than 16 MB with the first 2 elements");
		assertThat(this.mongo.collection("lines").countDocuments()).isEqualTo(5);
	}

	@Test
	void anInterruptedAttemptGoesOnWhereverItStopped() {
		for (int at = 1; at > 0; at++) {
			this.mongo.collection("orders").drop();
			this.mongo.collection("lines").drop();
			insert("orders", "{_id: 1}", "{_id: 2}");
			insert("lines", "{_id: 'x', order: 1}", "{_id: 'y', order: 2}");
			List<Document> before = documents("lines");
			TestContext.Builder context = TestContext.on(this.mongo).rank(at);
			try {
				context.interruption(Interruption.at(at, new Random(at))).up(EMBED);
				at = -1;
			}
			catch (Interruption.Interrupted ex) {
				context.interruption(Interruption.none()).up(EMBED);
			}
			assertThat(documents("lines")).isEmpty();
			assertThat(context.interruption(Interruption.none()).down(EMBED).conflicts()).isZero();
			assertThat(documents("lines")).containsExactlyInAnyOrderElementsOf(before);
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = {
			"embed: {collection: a, into: a, field: b, reference: c}|documents of 'a' cannot be embedded into each other",
			"embed: {collection: a, into: b, field: c.d, reference: e}|'field' cannot be 'c.d'",
			"embed: {collection: a, into: b, field: c, reference: d.e}|'reference' cannot be 'd.e'",
			"embed: {collection: a, into: b, field: c, reference: d, sort: 1}|'sort' must be the keys" })
	void refusesWhatCannotBeMeant(String change, String message) {
		assertThatExceptionOfType(InvalidChangesException.class).isThrownBy(() -> TestChanges.of(change))
			.withMessageContaining(message);
	}

	private static void assertRefused(TestContext.Builder context, String message) {
		assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(() -> context.up(EMBED))
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

}
