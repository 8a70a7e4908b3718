package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.List;

import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.gemforce.migrations.mongo.change.InvalidChangesException;
import io.gemforce.migrations.mongo.change.TestChanges;
import io.gemforce.migrations.mongo.change.TestContext;
import io.gemforce.migrations.mongo.change.UndoResult;
import io.gemforce.migrations.mongo.change.contract.ChangeRefusedException;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for changes that move fields into and out of embedded documents.
 */
@ExtendWith(TestDatabases.class)
class FieldMovesTests {

	private static final String MOVE = "moveField: {collection: gems, from: address, to: contact.address}";

	private static final String NEST = "nest: {collection: gems, fields: [street, zip], into: address}";

	private static final String UNNEST = "unnest: {collection: gems, field: address, fields: [street, zip]}";

	private static final String UNNEST_ALL = "unnest: {collection: gems, field: address}";

	private final MongoTestDatabase mongo;

	FieldMovesTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	void movesAFieldIntoAnEmbeddedDocumentAndBack() {
		insert("{_id: 1, address: {zip: 1}}", "{_id: 2, address: null, contact: {name: 'x'}}", "{_id: 3}");
		List<Document> before = gems();
		up(MOVE);
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, contact: {address: {zip: 1}}}"),
				document("{_id: 2, contact: {name: 'x', address: null}}"), document("{_id: 3}"));
		assertThat(down(MOVE).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrderElementsOf(before);
	}

	@Test
	void nestsWhatEachDocumentHasAndTakesItOutAgain() {
		insert("{_id: 1, street: 'a', zip: 1}", "{_id: 2, zip: null}", "{_id: 3, x: 1}",
				"{_id: 4, street: 'b', address: {country: 'c'}}", "{_id: 5, street: 'e', address: {}}",
				"{_id: 6, address: {}}");
		List<Document> before = gems();
		up(NEST);
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, address: {street: 'a', zip: 1}}"),
				document("{_id: 2, address: {zip: null}}"), document("{_id: 3, x: 1}"),
				document("{_id: 4, address: {country: 'c', street: 'b'}}"),
				document("{_id: 5, address: {street: 'e'}}"), document("{_id: 6, address: {}}"));
		assertThat(down(NEST).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrderElementsOf(before);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { UNNEST, UNNEST_ALL })
	void unnestLeavesNoEmptyDocumentBehindAndIsUndone(String unnest) {
		insert("{_id: 1, address: {street: 'a', zip: 1}}", "{_id: 2, address: {zip: null}}", "{_id: 3, address: {}}",
				"{_id: 4, x: 1}");
		List<Document> before = gems();
		up(unnest);
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, street: 'a', zip: 1}"),
				document("{_id: 2, zip: null}"), document("{_id: 3, address: {}}"), document("{_id: 4, x: 1}"));
		assertThat(down(unnest).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrderElementsOf(before);
	}

	@Test
	void unnestOfSomeFieldsKeepsTheOthers() {
		insert("{_id: 1, address: {street: 'a', country: 'c'}}");
		up(UNNEST);
		assertThat(gems()).containsExactly(document("{_id: 1, street: 'a', address: {country: 'c'}}"));
		assertThat(down(UNNEST).conflicts()).isZero();
		assertThat(gems()).containsExactly(document("{_id: 1, address: {country: 'c', street: 'a'}}"));
	}

	@Test
	void nestedDocumentsAreUnnestedToWhereTheyAre() {
		insert("{_id: 1, contact: {address: {street: 'a'}, name: 'n'}}");
		up("unnest: {collection: gems, field: contact.address}");
		assertThat(gems()).containsExactly(document("{_id: 1, contact: {name: 'n', street: 'a'}}"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "null", "5", "[]", "[{z: 1}]", "{}", "{z: 1}" })
	void nestsWhatThereIsWhateverIsInThePlaceOfOtherFields(String other) {
		insert("{_id: 1, a: {x: 1, z: 1}, b: %s}".formatted(other), "{_id: 2, a: {x: 1, z: 2}, b: {y: 2, z: 2}}");
		List<Document> before = gems();
		String nest = "nest: {collection: gems, fields: [a.x, b.y], into: c}";
		up(nest);
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, a: {z: 1}, b: %s, c: {x: 1}}".formatted(other)),
				document("{_id: 2, a: {z: 2}, b: {z: 2}, c: {x: 1, y: 2}}"));
		assertThat(down(nest).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrderElementsOf(before);
	}

	@Test
	void undoKeepsWhatIsThereAgain() {
		insert("{_id: 1, street: 'a', zip: 1}", "{_id: 2, street: 'b'}");
		up(NEST);
		this.mongo.collection("gems").updateOne(document("{_id: 1}"), document("{$set: {street: 'again'}}"));
		assertThat(down(NEST).conflictExamples()).containsExactly(
				"'gems', document 1: 'address.street' or 'address.zip' stays, as 'street' or 'zip' is there or has no place");
		assertThat(gems()).containsExactlyInAnyOrder(
				document("{_id: 1, address: {street: 'a', zip: 1}, street: 'again'}"),
				document("{_id: 2, street: 'b'}"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = {
			MOVE + "|{_id: 1, address: 1, contact: []}|have an array on the way to 'contact.address'",
			MOVE + "|{_id: 1, address: 1, contact: 'x'}|have something else than a document on the way",
			MOVE + "|{_id: 1, contact: {address: 1}}|have 'contact.address' already",
			NEST + "|{_id: 1, zip: 1, address: [{zip: 2}]}|have 'address.street' or 'address.zip' already",
			NEST + "|{_id: 1, zip: 1, address: [5]}|have an array on the way to 'address.zip'",
			NEST + "|{_id: 1, zip: 1, address: 5}|have something else than a document on the way to 'address.zip'",
			NEST + "|{_id: 1, address: {street: 1}}|have 'address.street' or 'address.zip' already",
			UNNEST + "|{_id: 1, address: [{zip: 1}]}|have an array on the way to 'address.zip'",
			UNNEST + "|{_id: 1, address: {zip: 1}, street: 1}|have 'street' or 'zip' already",
			UNNEST_ALL + "|{_id: 1, address: [{zip: 1}]}|have an array on the way to 'address.any'",
			UNNEST_ALL + "|{_id: 1, address: 5}|have something else than a document on the way",
			UNNEST_ALL + "|{_id: 1, address: {_id: 5}}|the field '_id' in 'address' cannot be moved out of it",
			UNNEST_ALL + "|{_id: 1, address: {address: 5}}|the field 'address' in 'address' cannot be moved" })
	void refusesWhatIsInTheWay(String change, String json, String message) {
		insert(json);
		assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(() -> up(change))
			.withMessageContaining(message)
			.withMessageContaining("It has written nothing");
		assertThat(gems()).containsExactly(document(json));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = {
			"moveField: {collection: a, from: b, to: b.c}|'b' cannot be moved to 'b.c': one is part of the other",
			"nest: {collection: a, fields: [], into: b}|'fields' must be a list of fields",
			"nest: {collection: a, fields: b, into: c}|'fields' must be a list of fields",
			"nest: {collection: a, fields: [b], into: b}|one is part of the other",
			"nest: {collection: a, fields: [b.c, d.c], into: e}|'b.c' and 'd.c' would both become 'e.c'",
			"nest: {collection: a, fields: [b, b.c], into: e}|are the same field, or one is part of the other",
			"nest: {collection: a, fields: [_id], into: e}|MongoDB does not allow a change of the '_id'",
			"nest: {collection: a, fields: [b], into: $e}|begins with '$'",
			"unnest: {collection: a, field: b, fields: [c.d]}|'c.d' is a path",
			"unnest: {collection: a, field: b, fields: [b]}|one is part of the other" })
	void refusesWhatCannotBeMeant(String change, String message) {
		assertThatExceptionOfType(InvalidChangesException.class).isThrownBy(() -> TestChanges.of(change))
			.withMessageContaining(message);
	}

	@Test
	void nestAndUnnestOfTheSameFieldsLeadInACircle() {
		assertThatExceptionOfType(InvalidChangesException.class).isThrownBy(() -> TestChanges.of(NEST, UNNEST))
			.withMessageContaining("the renames lead in a circle");
	}

	private void insert(String... documents) {
		for (String json : documents) {
			this.mongo.collection("gems").insertOne(document(json));
		}
	}

	private static Document document(String json) {
		return Document.parse(json);
	}

	private List<Document> gems() {
		return this.mongo.collection("gems").find().into(new ArrayList<>());
	}

	private void up(String change) {
		TestContext.on(this.mongo).up(TestChanges.of(change));
	}

	private UndoResult down(String change) {
		return TestContext.on(this.mongo).down(TestChanges.of(change));
	}

}
