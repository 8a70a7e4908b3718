package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.bson.BsonDocument;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.gemforce.migrations.mongo.change.TestChanges;
import io.gemforce.migrations.mongo.change.TestContext;
import io.gemforce.migrations.mongo.change.UndoResult;
import io.gemforce.migrations.mongo.change.contract.ChangeRefusedException;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for the conversion of fields.
 */
@ExtendWith(TestDatabases.class)
class ConvertFieldTests {

	private static final String TO_INT = "convertField: {collection: gems, field: n, to: int}";

	private static final String KEEP = "convertField: {collection: gems, field: n, to: int, onError: keep}";

	private static final String UNSET = "convertField: {collection: gems, field: n, to: int, onError: unset}";

	private final MongoTestDatabase mongo;

	ConvertFieldTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	void convertsWhatIsThereAndLeavesNullAndMissing() {
		insert("{_id: 1, n: '5'}", "{_id: 2, n: null}", "{_id: 3}", "{_id: 4, n: '-7'}");
		List<BsonDocument> before = gems();
		up(TO_INT);
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, n: 5}"), document("{_id: 2, n: null}"),
				document("{_id: 3}"), document("{_id: 4, n: -7}"));
		assertThat(down(TO_INT).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrderElementsOf(before);
	}

	@Test
	void remembersOnlyTheTypeWhereConvertingBackIsExact() {
		insert("{_id: 1, n: '5'}", "{_id: 2, n: '6'}");
		TestContext.on(this.mongo).limit(0).up(TestChanges.of(TO_INT));
		assertThat(this.mongo.collection("migration_preimage").find()).hasSize(1);
		this.mongo.collection("gems").insertOne(Document.parse("{_id: 3, n: 9}"));
		assertThat(down(TO_INT).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, n: '5'}"), document("{_id: 2, n: '6'}"),
				document("{_id: 3, n: '9'}"));
	}

	@Test
	void keepsPreimagesWhereConvertingBackIsNotExact() {
		insert("{_id: 1, n: 5.0}", "{_id: 2, n: '6'}", "{_id: 3, n: 7}");
		List<BsonDocument> before = gems();
		TestContext.on(this.mongo).withoutTransactions().up(TestChanges.of(TO_INT));
		assertThat(this.mongo.collection("migration_preimage").find()).hasSize(3);
		assertThat(down(TO_INT).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrderElementsOf(before);
	}

	@Test
	void failsBeforeTheFirstWriteWithCountTypesAndExamples() {
		insert("{_id: 1, n: '5'}", "{_id: 2, n: 'five'}", "{_id: 3, n: 1.5}", "{_id: 4, n: [1]}",
				"{_id: 5, n: ['x', 5]}");
		assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(() -> up(TO_INT))
			.withMessageContaining("4 values of 'n' cannot be converted to int without loss")
			.withMessageContaining("1 of type string")
			.withMessageContaining("1 of type double")
			.withMessageContaining("2 of type array")
			.withMessageContaining("\"five\" in document 2")
			.withMessageContaining("It has written nothing")
			.satisfies((ex) -> assertThat(ex.getAction()).contains("onError: keep"));
		assertThat(gems()).contains(document("{_id: 1, n: '5'}"));
	}

	@Test
	void keepsWhatCannotBeConverted() {
		insert("{_id: 1, n: '5'}", "{_id: 2, n: 'five'}");
		List<BsonDocument> before = gems();
		up(KEEP);
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, n: 5}"), document("{_id: 2, n: 'five'}"));
		assertThat(down(KEEP).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrderElementsOf(before);
	}

	@Test
	void removesWhatCannotBeConvertedAndRestoresIt() {
		insert("{_id: 1, n: '5'}", "{_id: 2, n: 'five'}");
		List<BsonDocument> before = gems();
		up(UNSET);
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, n: 5}"), document("{_id: 2}"));
		assertThat(down(UNSET).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrderElementsOf(before);
	}

	@Test
	void undoListsWhatCannotBeConvertedBackAndWhatWasChanged() {
		insert("{_id: 1, n: '5'}", "{_id: 2, n: 'six'}");
		up(UNSET);
		this.mongo.collection("gems").updateOne(Document.parse("{_id: 2}"), Document.parse("{$set: {n: 6}}"));
		assertThat(down(UNSET).conflictExamples()).containsExactly("'gems', document 2: 'n' is there again");
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, n: '5'}"), document("{_id: 2, n: 6}"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "{$numberLong: '1618876800'}", "1618876800.0", "1618876800", "0",
			"{$numberDecimal: '1618876800'}", "{$numberLong: '1618876800000000'}", "1618876800.5" })
	void refusesNumbersThatAreNotPlausiblyMilliseconds(String number) {
		insert("{_id: 1, n: {$numberLong: '1618876800000'}}", "{_id: 2, n: %s}".formatted(number),
				"{_id: 3, n: '2021-04-20'}");
		List<BsonDocument> before = gems();
		for (String onError : List.of("fail", "keep", "unset")) {
			assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(
					() -> up("convertField: {collection: gems, field: n, to: date, onError: %s}".formatted(onError)))
				.withMessageContaining("1 number of 'n' cannot be told to be milliseconds since 1970, for example ")
				.withMessageContaining("in document 2")
				.satisfies((ex) -> assertThat(ex.getAction()).contains("'unit: s'", "'unit: ms'"));
		}
		assertThat(gems()).containsExactlyInAnyOrderElementsOf(before);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			value = { "{$numberLong: '1618876800'}|s|2021-04-20T00:00:00Z", "1618876800|s|2021-04-20T00:00:00Z",
					"1618876800.5|s|2021-04-20T00:00:00.500Z", "0|s|1970-01-01T00:00:00Z",
					"{$numberDecimal: '1618876800'}|s|2021-04-20T00:00:00Z", "-86400|s|1969-12-31T00:00:00Z",
					"{$numberLong: '1618876800000'}|ms|2021-04-20T00:00:00Z", "5000|ms|1970-01-01T00:00:05Z",
					"{$numberLong: '5000'}|ms|1970-01-01T00:00:05Z" })
	void convertsNumbersOfTheDeclaredUnitAndBack(String number, String unit, String date) {
		insert("{_id: 1, n: %s}".formatted(number));
		List<BsonDocument> before = gems();
		String change = "convertField: {collection: gems, field: n, to: date, unit: %s}".formatted(unit);
		TestContext.on(this.mongo).limit(0).up(TestChanges.of(change));
		assertThat(gems()).containsExactly(document("{_id: 1, n: {$date: '%s'}}".formatted(date)));
		assertThat(down(change).conflicts()).isZero();
		assertThat(gems()).isEqualTo(before);
	}

	@Test
	void refusesMillisecondsAmongSeconds() {
		insert("{_id: 1, n: 1618876800}", "{_id: 2, n: {$numberLong: '1618876800000'}}");
		assertThatExceptionOfType(ChangeRefusedException.class)
			.isThrownBy(() -> up("convertField: {collection: gems, field: n, to: date, unit: s}"))
			.withMessageContaining("1618876800000 in document 2");
	}

	private void insert(String... documents) {
		this.mongo.database()
			.getCollection("gems", BsonDocument.class)
			.insertMany(Stream.of(documents).map(BsonDocument::parse).toList());
	}

	private static BsonDocument document(String json) {
		return BsonDocument.parse(json);
	}

	private List<BsonDocument> gems() {
		return this.mongo.database().getCollection("gems", BsonDocument.class).find().into(new ArrayList<>());
	}

	private void up(String change) {
		TestContext.on(this.mongo).up(TestChanges.of(change));
	}

	private UndoResult down(String change) {
		return TestContext.on(this.mongo).down(TestChanges.of(change));
	}

}
