package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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
 * Tests for the mapping of values.
 */
@ExtendWith(TestDatabases.class)
class MapValuesTests {

	private static final ChangeSet RENAME = map("{open: OPEN, done: CLOSED}");

	private static final ChangeSet SWAP = map("{a: b, b: a}, others: keep");

	private static final ChangeSet MERGE = map("{open: X, done: X}, others: keep");

	private final MongoTestDatabase mongo;

	MapValuesTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	private static ChangeSet map(String values) {
		return TestChanges.of("mapValues: {collection: gems, field: s, values: %s}".formatted(values));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void mapsValuesAndElementsAndBackWithoutPreimages(boolean transactions) {
		insert("{_id: 1, s: 'open'}", "{_id: 2, s: 'done', t: 'open'}", "{_id: 3, s: null}", "{_id: 4}",
				"{_id: 5, s: ['done', 'open', null, 'done']}", "{_id: 6, s: []}");
		List<String> before = gems();
		context(transactions).limit(0).upTwice(RENAME);
		assertThat(gems()).containsExactlyInAnyOrder("{\"_id\": 1, \"s\": \"OPEN\"}",
				"{\"_id\": 2, \"s\": \"CLOSED\", \"t\": \"open\"}", "{\"_id\": 3, \"s\": null}", "{\"_id\": 4}",
				"{\"_id\": 5, \"s\": [\"CLOSED\", \"OPEN\", null, \"CLOSED\"]}", "{\"_id\": 6, \"s\": []}");
		assertThat(this.mongo.collection("migration_preimage").find()).hasSize(1);
		assertThat(context(transactions).down(RENAME).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrderElementsOf(before);
	}

	@Test
	void undoMapsBackWhatTheServiceHasWrittenSince() {
		insert("{_id: 1, s: 'open'}");
		context(true).up(RENAME);
		insert("{_id: 2, s: 'CLOSED'}");
		assertThat(context(true).down(RENAME).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrder("{\"_id\": 1, \"s\": \"open\"}", "{\"_id\": 2, \"s\": \"done\"}");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			value = { "{open: X, done: X}|{_id: 3}", "{open: CLOSED}, others: keep|{_id: 3, s: 'CLOSED'}",
					"{open: done, done: X}|{_id: 3}", "{open: done, done: open}|{_id: 3, s: ['done', 'open']}" })
	void restoresFromPreimagesWhereAValueDoesNotTellWhatItWas(String values, String document) {
		insert("{_id: 1, s: 'open'}", "{_id: 2, s: 'done'}", document);
		List<String> before = gems();
		ChangeSet changes = map(values);
		for (boolean transactions : List.of(true, false)) {
			context(transactions).rank(transactions ? 1 : 2).upTwice(changes);
			assertThat(gems()).isNotEqualTo(before);
			assertThat(context(transactions).rank(transactions ? 1 : 2).down(changes).conflicts()).isZero();
			assertThat(gems()).containsExactlyInAnyOrderElementsOf(before);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aSwapIsMadeInOneStep(boolean transactions) {
		insert("{_id: 1, s: 'a'}", "{_id: 2, s: 'b'}", "{_id: 3, s: ['a', 'b', 'c', ['a']]}");
		context(transactions).upTwice(SWAP);
		assertThat(gems()).containsExactlyInAnyOrder("{\"_id\": 1, \"s\": \"b\"}", "{\"_id\": 2, \"s\": \"a\"}",
				"{\"_id\": 3, \"s\": [\"b\", \"a\", \"c\", [\"a\"]]}");
	}

	@ParameterizedTest
	@CsvSource({ "true, false", "false, false", "true, true", "false, true" })
	void aSwapIsMadeOnceWhereverItIsInterrupted(boolean transactions, boolean irreversible) {
		IntStream.range(0, 6).forEach((id) -> insert("{_id: %d, s: '%s'}".formatted(id, (id % 2 == 0) ? "a" : "b")));
		List<String> before = gems();
		ChangeSet changes = irreversible
				? TestChanges.irreversible("mapValues: {collection: gems, field: s, values: {a: b, b: a}}") : SWAP;
		context(transactions).up(SWAP);
		List<String> swapped = gems();
		context(transactions).down(SWAP);
		for (int at = 1; at > 0; at++) {
			Interruption interruption = Interruption.at(at, new Random(at));
			int rank = 100 + at;
			try {
				context(transactions).rank(rank).interruption(interruption).up(changes);
				at = -1;
			}
			catch (Interruption.Interrupted ex) {
				context(transactions).rank(rank).up(changes);
				assertThat(gems()).as("interrupted at write %d", at).containsExactlyInAnyOrderElementsOf(swapped);
				if (irreversible) {
					context(transactions).rank(1000 + at).up(SWAP);
				}
				else {
					assertThat(context(transactions).rank(rank).down(changes).conflicts()).isZero();
				}
				assertThat(gems()).as("interrupted at write %d", at).containsExactlyInAnyOrderElementsOf(before);
			}
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void whatAnInterruptedAttemptHasMappedIsRestoredOrListedThoughTheArrayHasGrown(boolean transactions) {
		boolean finished = false;
		for (int at = 1; !finished; at++) {
			insert("{_id: 1, s: ['open']}", "{_id: 2, s: 'done'}");
			TestContext.Builder context = context(transactions).rank(at);
			finished = upUnlessInterrupted(context.interruption(Interruption.at(at, new Random(at))), MERGE);
			push("done");
			context.interruption(Interruption.none()).up(MERGE);
			List<String> listed = context.down(MERGE).conflictExamples();
			assertThat(gems().get(0)).as("interrupted at write %d", at)
				.satisfiesAnyOf((gem) -> assertThat(gem).isEqualTo("{\"_id\": 1, \"s\": [\"open\", \"done\"]}"),
						(gem) -> assertThat(listed).containsExactly("'gems', document 1: 's' has been changed since"));
			this.mongo.collection("gems").deleteMany(new Document());
		}
	}

	@Test
	void anOldValueThatAnotherClientSetsMeanwhileIsMapped() {
		ChangeSet changes = map("{a: b, b: c}, others: keep");
		insert("{_id: 1, s: 'a'}", "{_id: 2, s: 'a'}");
		context(false).before("bulkWrite", () -> set("{_id: 1}", "{s: 'b'}")).up(changes);
		assertThat(gems()).containsExactlyInAnyOrder("{\"_id\": 1, \"s\": \"c\"}", "{\"_id\": 2, \"s\": \"b\"}");
		assertThat(context(false).down(changes).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrder("{\"_id\": 1, \"s\": \"b\"}", "{\"_id\": 2, \"s\": \"a\"}");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void namesAnArrayThatGotAValueBetweenTwoAttemptsOfASwap(boolean transactions) {
		ChangeSet changes = map("{a: b, b: a}");
		insert("{_id: 1, s: ['a']}", "{_id: 2, s: 'b'}");
		assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(
				() -> context(transactions).before("bulkWrite", () -> set("{_id: 2}", "{s: 'NEW'}")).up(changes));
		assertThat(gems()).containsExactly("{\"_id\": 1, \"s\": [\"b\"]}", "{\"_id\": 2, \"s\": \"NEW\"}");
		push("b");
		set("{_id: 2}", "{s: 'a'}");
		assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(() -> context(transactions).up(changes))
			.withMessageContaining("'s' of document 1 of 'gems' was changed after it was mapped");
		assertThat(gems()).containsExactly("{\"_id\": 1, \"s\": [\"b\", \"b\"]}", "{\"_id\": 2, \"s\": \"b\"}");
		set("{_id: 1}", "{s: ['b']}");
		context(transactions).up(changes);
		assertThat(gems()).containsExactly("{\"_id\": 1, \"s\": [\"b\"]}", "{\"_id\": 2, \"s\": \"b\"}");
	}

	private static boolean upUnlessInterrupted(TestContext.Builder context, ChangeSet changes) {
		try {
			context.up(changes);
			return true;
		}
		catch (Interruption.Interrupted ex) {
			return false;
		}
	}

	private void push(String value) {
		this.mongo.collection("gems")
			.updateOne(Document.parse("{_id: 1}"), new Document("$push", new Document("s", value)));
	}

	@Test
	void keepsNothingOfASwapThatWillNotBeUndone() {
		insert("{_id: 1, s: 'a'}", "{_id: 2, s: 'b'}");
		context(true).limit(0)
			.up(TestChanges.irreversible("mapValues: {collection: gems, field: s, values: {a: b, b: a}}"));
		assertThat(this.mongo.collection("migration_preimage").find()).hasSize(1);
	}

	@Test
	void mapsValuesOfAnyTypeAndRestoresNumbersExactly() {
		insert("{_id: 1, s: 1}", "{_id: 2, s: 1.0}", "{_id: 3, s: {$numberLong: '1'}}", "{_id: 4, s: true}",
				"{_id: 5, s: null}", "{_id: 6, s: {$date: '2026-01-31T00:00:00Z'}}", "{_id: 7, s: '1'}", "{_id: 8}",
				"{_id: 9, s: [1, {$numberDecimal: '1.0'}, '1']}");
		List<String> before = gems();
		ChangeSet changes = map("[{from: 1, to: one}, {from: true, to: yes}, {from: null, to: none}, "
				+ "{from: {$date: '2026-01-31T00:00:00Z'}, to: 'a day'}], others: keep");
		for (boolean transactions : List.of(true, false)) {
			context(transactions).rank(transactions ? 1 : 2).limit(3).up(changes);
			assertThat(gems()).contains("{\"_id\": 1, \"s\": \"one\"}", "{\"_id\": 2, \"s\": \"one\"}",
					"{\"_id\": 3, \"s\": \"one\"}", "{\"_id\": 4, \"s\": \"yes\"}", "{\"_id\": 5, \"s\": \"none\"}",
					"{\"_id\": 6, \"s\": \"a day\"}", "{\"_id\": 7, \"s\": \"1\"}", "{\"_id\": 8}",
					"{\"_id\": 9, \"s\": [\"one\", \"one\", \"1\"]}");
			assertThat(context(transactions).rank(transactions ? 1 : 2).down(changes).conflicts()).isZero();
			assertThat(gems()).containsExactlyInAnyOrderElementsOf(before);
		}
	}

	@Test
	void countsTheNumbersThatNeedAPreimage() {
		insert("{_id: 1, s: 1}", "{_id: 2, s: 1.0}", "{_id: 3, s: [1, {$numberLong: '1'}]}");
		ChangeSet changes = map("[{from: 1, to: one}]");
		assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(() -> context(true).limit(1).up(changes))
			.withMessageContaining("its undo would need 2 pre-images, more than the 1 that are allowed");
	}

	@Test
	void refusesOtherValuesBeforeTheFirstWrite() {
		insert("{_id: 1, s: 'open'}", "{_id: 2, s: 'OPEN'}", "{_id: 3, s: 'Open'}", "{_id: 4, s: ['open', 5]}",
				"{_id: 5, s: null}", "{_id: 6}", "{_id: 7, s: {x: 1}}");
		List<String> before = gems();
		assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(() -> context(true).up(RENAME))
			.withMessageContaining("3 document(s) of 'gems' have a value in 's' that is neither an old nor a new one")
			.withMessageContaining("\"Open\" in document 3")
			.withMessageContaining("[\"open\", 5] in document 4")
			.withMessageContaining("It has written nothing")
			.satisfies((ex) -> assertThat(ex.getAction()).contains("others: keep"));
		assertThat(gems()).isEqualTo(before);
	}

	@Test
	void leavesOtherValues() {
		insert("{_id: 1, s: 'open'}", "{_id: 2, s: 'Open'}", "{_id: 3, s: [{s: 'open'}, 5, 'open']}");
		context(true).up(map("{open: OPEN}, others: keep"));
		assertThat(gems()).containsExactlyInAnyOrder("{\"_id\": 1, \"s\": \"OPEN\"}", "{\"_id\": 2, \"s\": \"Open\"}",
				"{\"_id\": 3, \"s\": [{\"s\": \"open\"}, 5, \"OPEN\"]}");
	}

	@Test
	void failsAfterAllElseIsMappedIfOtherValuesComeMeanwhile() {
		insert("{_id: 1, s: 'open'}", "{_id: 2, s: 'done'}");
		assertThatExceptionOfType(ChangeRefusedException.class)
			.isThrownBy(() -> context(true).before("bulkWrite", () -> set("{_id: 1}", "{s: 'NEW'}")).up(RENAME))
			.withMessageContaining("1 document(s) of 'gems' have come to have a value in 's'")
			.withMessageContaining("\"NEW\" in document 1");
		assertThat(gems()).containsExactlyInAnyOrder("{\"_id\": 1, \"s\": \"NEW\"}", "{\"_id\": 2, \"s\": \"CLOSED\"}");
	}

	@Test
	void whatIsWrittenMeanwhileStays() {
		insert("{_id: 1, s: 'open'}", "{_id: 2, s: 'done'}");
		context(false).before("bulkWrite", () -> set("{_id: 1}", "{s: ['open', 'NEW']}")).up(MERGE);
		assertThat(gems()).contains("{\"_id\": 1, \"s\": [\"X\", \"NEW\"]}");
		assertThat(context(false).down(MERGE).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrder("{\"_id\": 1, \"s\": [\"open\", \"NEW\"]}",
				"{\"_id\": 2, \"s\": \"done\"}");
	}

	@Test
	void undoListsWhatWasChanged() {
		insert("{_id: 1, s: 'open'}", "{_id: 2, s: 'done'}");
		context(true).up(MERGE);
		set("{_id: 1}", "{s: 'Y'}");
		assertThat(context(true).down(MERGE).conflictExamples())
			.containsExactly("'gems', document 1: 's' has been changed since");
		assertThat(gems()).containsExactlyInAnyOrder("{\"_id\": 1, \"s\": \"Y\"}", "{\"_id\": 2, \"s\": \"done\"}");
	}

	@Test
	void mapsNestedFieldsButRefusesArraysOnTheWay() {
		ChangeSet changes = TestChanges.of("mapValues: {collection: gems, field: p.s, values: {open: OPEN}}");
		insert("{_id: 1, p: {s: 'open'}}");
		context(true).up(changes);
		assertThat(gems()).containsExactly("{\"_id\": 1, \"p\": {\"s\": \"OPEN\"}}");
		context(true).down(changes);
		insert("{_id: 2, p: [{s: 'open'}]}");
		assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(() -> context(true).rank(8).up(changes))
			.withMessageContaining("have an array on the way to 'p.s'");
		assertThat(gems()).contains("{\"_id\": 1, \"p\": {\"s\": \"open\"}}");
	}

	@Test
	@RequiresReplicaSet("validators")
	void isRefusedIfAValidatorWouldNotLetPassTheNewValues() {
		insert("{_id: 1, s: 'open'}", "{_id: 2, s: ['open']}");
		this.mongo.database().runCommand(Document.parse("{collMod: 'gems', validator: {s: {$in: ['open', 'done']}}}"));
		assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(() -> context(true).up(RENAME))
			.withMessageContaining("the validator of 'gems' would not let pass what it makes of documents")
			.withMessageContaining("It has written nothing");
		this.mongo.database()
			.runCommand(Document.parse("{collMod: 'gems', validator: {s: {$in: ['OPEN', 'CLOSED']}}}"));
		context(true).rank(8).up(RENAME);
		assertThat(gems()).contains("{\"_id\": 1, \"s\": \"OPEN\"}");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = { "{}|'values' is empty", "[]|'values' is empty",
			"text|'values' must be a mapping of values but is",
			"{1: one}|the key '1' is a text, but may be meant as a number, true, false or null",
			"{'true': yes}|the key 'true' is a text, but may be meant as a number, true, false or null",
			"{a: [1]}|a list cannot be mapped, or be mapped to",
			"{a: {b: 1}}|a document cannot be mapped, or be mapped to",
			"{a: .nan}|NaN cannot be mapped, or be mapped to",
			"[{from: {$numberDecimal: NaN}, to: 1}]|NaN cannot be mapped, or be mapped to",
			"[{from: {$regularExpression: {pattern: a, options: ''}}, to: 1}]|cannot be mapped, or be mapped to",
			"[{from: 1, to: a}, {from: 1.0, to: b}]|1.0 is mapped twice: MongoDB compares numbers without their types",
			"[{from: a, to: b}, {from: a, to: b}]|\"a\" is mapped twice",
			"[{from: 1, to: 1.0}]|1.0 is equal to 1, as MongoDB compares numbers without their types",
			"[{from: 1}]|each item must have 'from' and 'to' and nothing else",
			"[{from: 1, to: 2, too: 3}]|each item must have 'from' and 'to' and nothing else",
			"{$a: b}|'$a' stands where a value is expected", "{a: b}, others: unset|'others' cannot be 'unset'",
			"{a: b, a: c}|the key 'a' is there twice" })
	void refusesWhatIsNoMapping(String values, String message) {
		assertThatExceptionOfType(InvalidChangesException.class).isThrownBy(() -> map(values))
			.withMessageContaining(message);
	}

	@Test
	void saysWhatItDoes() {
		assertThat(RENAME.changes()).singleElement()
			.satisfies((change) -> assertThat(change.summary())
				.isEqualTo("map values of field 's' of 'gems': \"open\" to \"OPEN\", \"done\" to \"CLOSED\""));
		insert("{_id: 1, s: 'open'}", "{_id: 2, s: ['done', 'x']}", "{_id: 3, s: 'x'}", "{_id: 4}");
		assertThat(RENAME.plan(this.mongo.database(), true)).singleElement().satisfies((plan) -> {
			assertThat(plan.touches().count()).isEqualTo(2);
			assertThat(plan.preimages()).isNull();
			assertThat(plan.change().isIdempotent()).isTrue();
			assertThat(plan.needs()).anyMatch((need) -> need.startsWith("find, update"));
		});
	}

	@Test
	void aPlanCountsThePreimagesThatAreNeeded() {
		insert("{_id: 1, s: 1}", "{_id: 2, s: 1.0}", "{_id: 3, s: 2}", "{_id: 4, s: 'two'}");
		ChangeSet changes = TestChanges.of("mapValues: {collection: gems, field: s, values: [{from: 1, to: one}]}",
				"mapValues: {collection: gems, field: s, values: [{from: 1, to: x}, {from: 2, to: x}]}",
				"mapValues: {collection: gems, field: s, values: [{from: 1, to: two}]}");
		assertThat(changes.plan(this.mongo.database(), true)).extracting((plan) -> plan.preimages().count())
			.containsExactly(1L, 3L, 2L);
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

	private List<String> gems() {
		return this.mongo.database()
			.getCollection("gems", BsonDocument.class)
			.find()
			.map(BsonDocument::toJson)
			.into(new ArrayList<>());
	}

}
