package io.gemforce.migrations.mongo.change.operation.transfer;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

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
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for moving embedded elements to a collection of their own.
 */
@ExtendWith(TestDatabases.class)
class ExtractElementsTests {

	private static final ChangeSet EXTRACT = TestChanges
		.of("extract: {collection: orders, field: items, into: lines, reference: order, position: at}");

	private final MongoTestDatabase mongo;

	ExtractElementsTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	void elementsBecomeDocumentsWithAReferenceAndComeBack() {
		insert("{_id: 1, items: [{_id: 'x', n: 1}, {n: 2}], a: 1}", "{_id: 2, items: []}", "{_id: 3}");
		List<Document> before = documents("orders");
		TestContext.on(this.mongo).up(EXTRACT);
		assertThat(documents("orders")).containsExactlyInAnyOrder(document("{_id: 1, a: 1}"), document("{_id: 2}"),
				document("{_id: 3}"));
		assertThat(documents("lines")).containsExactlyInAnyOrder(document("{_id: 'x', order: 1, at: 0, n: 1}"),
				document("{_id: {order: 1, index: 1}, order: 1, at: 1, n: 2}"));
		assertThat(TestContext.on(this.mongo).down(EXTRACT).conflicts()).isZero();
		assertThat(documents("orders")).containsExactlyInAnyOrderElementsOf(before);
		assertThat(this.mongo.database().listCollectionNames()).doesNotContain("lines");
	}

	@Test
	void whereAnElementHasBeenChangedSinceAllOfThemStay() {
		insert("{_id: 1, items: [{_id: 'x', n: 1}, {_id: 'y'}]}", "{_id: 2, items: [{_id: 'z'}]}");
		TestContext.on(this.mongo).up(EXTRACT);
		this.mongo.collection("lines").updateOne(document("{_id: 'x'}"), document("{$set: {n: 5}}"));
		assertThat(TestContext.on(this.mongo).down(EXTRACT).conflictExamples()).containsExactly(
				"'orders', document 1: 'items' is not restored, as its elements in 'lines' have been changed since",
				"'lines': the collection stays, as it has 2 documents");
		assertThat(documents("orders")).containsExactlyInAnyOrder(document("{_id: 1}"),
				document("{_id: 2, items: [{_id: 'z'}]}"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			value = { "{_id: 1, items: 5}|that of 1 is no array", "{_id: 1, items: null}|that of 1 is no array",
					"{_id: 1, items: [5]}|that of 1 has an element that is no document",
					"{_id: 1, items: [{order: 1}]}|that of 1 has an element with a field 'order'",
					"{_id: 1, items: [{at: 1}]}|that of 1 has an element with a field 'at'",
					"{_id: 1, items: [{_id: 'taken'}]}|'lines' has a document" })
	void refusesWhatIsInTheWayBeforeItWrites(String json, String message) {
		insert(json);
		this.mongo.collection("lines").insertOne(document("{_id: 'taken'}"));
		assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(() -> TestContext.on(this.mongo).up(EXTRACT))
			.withMessageContaining(message)
			.withMessageContaining("It has written nothing");
		assertThat(documents("orders")).containsExactly(document(json));
		assertThat(documents("lines")).hasSize(1);
	}

	@Test
	void twoElementsOfOneIdFailAndStayWhereTheyAre() {
		insert("{_id: 1, items: [{_id: 'x'}]}", "{_id: 2, items: [{_id: 'x'}]}");
		assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(() -> TestContext.on(this.mongo).up(EXTRACT))
			.withMessageContaining("1 document(s) of 'orders' have come to have 'items' with something");
		assertThat(documents("orders")).containsExactlyInAnyOrder(document("{_id: 1}"),
				document("{_id: 2, items: [{_id: 'x'}]}"));
		this.mongo.collection("orders").updateOne(document("{_id: 2}"), document("{$set: {items: [{_id: 'y'}]}}"));
		TestContext.on(this.mongo).up(EXTRACT);
		assertThat(documents("lines")).hasSize(2);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	@RequiresReplicaSet("transactions")
	void anInterruptedAttemptGoesOnWhereverItStopped(boolean transactions) {
		for (int at = 1; at > 0; at++) {
			this.mongo.collection("orders").drop();
			this.mongo.collection("lines").drop();
			insert("{_id: 1, items: [{n: 1}, {n: 2}]}", "{_id: 2, items: [{n: 3}]}", "{_id: 3, items: []}");
			List<Document> before = documents("orders");
			TestContext.Builder context = TestContext.on(this.mongo).rank(at).transactions(transactions);
			try {
				context.interruption(Interruption.at(at, new Random(at))).up(EXTRACT);
				at = -1;
			}
			catch (Interruption.Interrupted ex) {
				context.interruption(Interruption.none()).up(EXTRACT);
			}
			assertThat(documents("lines")).extracting((line) -> line.get("n")).containsExactlyInAnyOrder(1, 2, 3);
			assertThat(context.interruption(Interruption.none()).down(EXTRACT).conflicts()).isZero();
			assertThat(documents("orders")).containsExactlyInAnyOrderElementsOf(before);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	@RequiresReplicaSet("transactions")
	void anArrayIsOnlyRemovedAsItWasRead(boolean transactions) {
		insert("{_id: 1, items: [{n: 1}]}");
		TestContext.on(this.mongo)
			.transactions(transactions)
			.before(transactions ? "insertMany" : "updateOne",
					() -> this.mongo.collection("orders")
						.updateOne(document("{_id: 1}"), document("{$set: {items: [{n: 5}, {n: 6}]}}")))
			.up(EXTRACT);
		assertThat(documents("orders")).containsExactly(document("{_id: 1}"));
		assertThat(documents("lines")).extracting((line) -> line.get("n")).containsExactlyInAnyOrder(5, 6);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = {
			"extract: {collection: a, field: b, into: a, reference: c}|the elements of 'a' cannot become documents of it",
			"extract: {collection: a, field: b, into: c, reference: d.e}|'reference' cannot be 'd.e'",
			"extract: {collection: a, field: b, into: c, reference: _id}|MongoDB does not allow a change of the '_id'",
			"extract: {collection: a, field: b, into: c, reference: d, position: d}|'d' is the reference already",
			"extract: {collection: a, field: b, into: c}|needs the key 'reference'" })
	void refusesWhatCannotBeMeant(String change, String message) {
		assertThatExceptionOfType(InvalidChangesException.class).isThrownBy(() -> TestChanges.of(change))
			.withMessageContaining(message);
	}

	private void insert(String... documents) {
		for (String json : documents) {
			this.mongo.collection("orders").insertOne(document(json));
		}
	}

	private static Document document(String json) {
		return Document.parse(json);
	}

	private List<Document> documents(String collection) {
		return this.mongo.collection(collection).find().into(new ArrayList<>());
	}

}
