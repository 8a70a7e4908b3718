package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import org.bson.BsonDocument;
import org.bson.BsonValue;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.gemforce.migrations.mongo.change.ChangePlan;
import io.gemforce.migrations.mongo.change.Interruption;
import io.gemforce.migrations.mongo.change.TestChanges;
import io.gemforce.migrations.mongo.change.TestContext;
import io.gemforce.migrations.mongo.change.UndoResult;
import io.gemforce.migrations.mongo.change.contract.ChangeRefusedException;
import io.gemforce.migrations.support.MongoServers;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for changes of fields in the documents of arrays.
 */
@ExtendWith(TestDatabases.class)
class ElementFieldTests {

	private static final String RENAME = "renameField: {collection: gems, from: 'items[].price', to: 'items[].cost'}";

	private static final String RENAME_NESTED = "renameField: {collection: gems, from: 'items[].p', to: 'items[].n.m.q'}";

	private static final String ADD = "addField: {collection: gems, field: 'items[].state', value: new}";

	private static final String COPY = "copyField: {collection: gems, from: 'items[].price', to: 'items[].n.was'}";

	private static final String REMOVE = "removeField: {collection: gems, field: 'items[].price'}";

	private static final String CONVERT = "convertField: {collection: gems, field: 'items[].price', to: string}";

	private static final String CONVERT_TAGS = "convertField: {collection: gems, field: 'tags[]', to: string}";

	private final MongoTestDatabase mongo;

	ElementFieldTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = { RENAME
			+ "|[{price: 1, b: 2}, null, 5, [{price: 1}], {}, {b: 3, price: null}]|[{b: 2, cost: 1}, null, 5, [{price: 1}], {}, {b: 3, cost: null}]",
			RENAME + "|[{price: '$_id', Price: 1, 'p.q': {$numberLong: '1'}, '': 2}]|[{Price: 1, 'p.q': {$numberLong: '1'}, '': 2, cost: '$_id'}]",
			RENAME_NESTED
					+ "|[{p: 1}, {p: 2, n: {}}, {p: 3, n: {m: {}}}, {p: 4, n: {x: 1}}, {n: {}}]|[{n: {m: {q: 1}}}, {n: {m: {q: 2}}}, {n: {m: {q: 3}}}, {n: {x: 1, m: {q: 4}}}, {n: {}}]",
			"renameField: {collection: gems, from: 'items[].n.m.q', to: 'items[].p'}|[{n: {m: {q: 1, r: 2}, s: 3}}, {n: {m: 5}}]|[{n: {m: {r: 2}, s: 3}, p: 1}, {n: {m: 5}}]",
			"renameField: {collection: gems, from: 'items[].sub[].a', to: 'items[].sub[].b'}|[{sub: [{a: 1}, 7, {c: 1}]}, {sub: {a: 1}, x: [{a: 1}]}, {sub: []}, 1]|refused",
			"renameField: {collection: gems, from: 'items[].sub[].a', to: 'items[].sub[].b'}|[{sub: [{a: 1}, 7, {c: 1}]}, {sub: 5}, {x: [{a: 1}]}, {sub: []}, 1]|[{sub: [{b: 1}, 7, {c: 1}]}, {sub: 5}, {x: [{a: 1}]}, {sub: []}, 1]",
			"renameField: {collection: gems, from: 'items[].d.sub[].a', to: 'items[].d.sub[].e.b'}|[{d: {sub: [{a: [1]}], z: 1}}, {d: {sub: 1}}]|[{d: {sub: [{e: {b: [1]}}], z: 1}}, {d: {sub: 1}}]",
			ADD + "|[{a: 1}, {state: 'new'}, {state: null}, null, [], [{}], {}]|[{a: 1, state: 'new'}, {state: 'new'}, {state: null}, null, [], [{}], {state: 'new'}]",
			"addField: {collection: gems, field: 'items[].v', value: '$price'}|[{price: 1}]|[{price: 1, v: '$price'}]",
			"addField: {collection: gems, field: 'items[].n.v', value: {a: [1]}}|[{}, {n: {}}, {n: {v: 1}}]|[{n: {v: {a: [1]}}}, {n: {v: {a: [1]}}}, {n: {v: 1}}]",
			COPY + "|[{price: '$x'}, {price: 1, n: {was: 2}}, {price: [1], n: {}}, {}]|[{price: '$x', n: {was: '$x'}}, {price: 1, n: {was: 2}}, {price: [1], n: {was: [1]}}, {}]",
			REMOVE + "|[{price: 1, Price: 2}, null, {b: 1, price: {x: 1}}, [{price: 1}]]|[{Price: 2}, null, {b: 1}, [{price: 1}]]",
			"removeField: {collection: gems, field: 'items[].n.m'}|[{n: {m: 1}}, {n: {m: 1, k: 2}}, {n: 1}]|[{n: {}}, {n: {k: 2}}, {n: 1}]",
			CONVERT + "|[{price: 1}, {price: 2}, null, {price: null}, {}]|[{price: '1'}, {price: '2'}, null, {price: null}, {}]",
			CONVERT + "|[{price: 1}, {price: '2'}, {price: true}, [{price: 3}]]|[{price: '1'}, {price: '2'}, {price: 'true'}, [{price: 3}]]",
			"convertField: {collection: gems, field: 'items[].price', to: int, onError: unset}|[{price: '1'}, {price: 'x'}]|[{price: 1}, {}]",
			"convertField: {collection: gems, field: 'items[].price', to: int, onError: keep}|[{price: '1'}, {price: 'x'}, {price: [1]}]|[{price: 1}, {price: 'x'}, {price: [1]}]",
			"convertField: {collection: gems, field: 'items[]', to: string}|[1, null, '2', 3]|['1', null, '2', '3']",
			"convertField: {collection: gems, field: 'items[]', to: string, onError: keep}|[1, [2], {x: 3}]|['1', [2], {x: 3}]",
			"convertField: {collection: gems, field: 'items[].tags[]', to: long}|[{tags: [1, 2]}, {tags: 3}, {}]|[{tags: [{$numberLong: '1'}, {$numberLong: '2'}]}, {tags: 3}, {}]" })
	void changesTheDocumentsOfAnArrayAndNothingElse(String change, String before, String after) {
		for (boolean transactions : MongoServers.isReplicaSet() ? new boolean[] { true, false }
				: new boolean[] { false }) {
			insert("{_id: 1, items: %s, other: [{price: 1}]}".formatted(before), "{_id: 2, items: []}", "{_id: 3}",
					"{_id: 4, items: null}", "{_id: 5, items: 'x'}");
			List<BsonDocument> original = gems();
			TestContext.Builder context = TestContext.on(this.mongo)
				.transactions(transactions)
				.rank(transactions ? 1 : 2);
			if (after.equals("refused")) {
				assertThatExceptionOfType(ChangeRefusedException.class)
					.isThrownBy(() -> context.up(TestChanges.of(change)));
			}
			else {
				context.upTwice(TestChanges.of(change));
				assertThat(gems()).containsExactlyInAnyOrder(
						json("{_id: 1, items: %s, other: [{price: 1}]}".formatted(after)), json("{_id: 2, items: []}"),
						json("{_id: 3}"), json("{_id: 4, items: null}"), json("{_id: 5, items: 'x'}"));
				assertThat(context.down(TestChanges.of(change)).conflictExamples()).isEmpty();
			}
			assertThat(gems()).containsExactlyInAnyOrderElementsOf(original);
			this.mongo.collection("gems").deleteMany(new Document());
		}
	}

	@Test
	@RequiresReplicaSet("update pipelines")
	void renamesByOneCommandThatReadsNoDocument() {
		insert("{_id: 1, items: [{price: 1}]}", "{_id: 2, items: [{price: 2}]}");
		List<String> methods = new ArrayList<>();
		TestContext.on(this.mongo)
			.interruption(Interruption.meanwhile((collection, method) -> methods.add(method)))
			.up(TestChanges.of(RENAME));
		assertThat(methods).filteredOn((method) -> !method.equals("find")).containsExactly("updateMany");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = {
			RENAME + "|{_id: 1, items: [{price: 1}, {cost: 2}]}|have 'items[].cost' already",
			RENAME_NESTED
					+ "|{_id: 1, items: [{p: 1, n: 5}]}|have something else than a document on the way to 'items[].n.m.q'",
			RENAME_NESTED + "|{_id: 1, items: [{p: 1, n: [{}]}]}|have an array on the way to 'items[].n.m.q'",
			REMOVE + "|{_id: 1, items: {price: 1}}|or a document where it shows an array",
			"removeField: {collection: gems, field: 'a.items[].price'}|{_id: 1, a: [{items: [{price: 1}]}]}|have an array on the way to 'a.items[].price' that the path does not show",
			"convertField: {collection: gems, field: 'items[].price', to: int}|{_id: 1, items: [{price: 1.5}, {price: 'x'}]}|2 values of 'items[].price' cannot be converted to int",
			"convertField: {collection: gems, field: 'items[]', to: int}|{_id: 1, items: [[1]]}|2 values of 'items[]' cannot be converted to int" })
	void refusesWhatIsInTheWayBeforeItWrites(String change, String document, String message) {
		insert(document, "{_id: 2, items: [{price: 1, p: 1}]}");
		List<BsonDocument> before = gems();
		assertThatExceptionOfType(ChangeRefusedException.class)
			.isThrownBy(() -> TestContext.on(this.mongo).up(TestChanges.of(change)))
			.withMessageContaining(message)
			.withMessageContaining("It has written nothing")
			.satisfies((ex) -> assertThat(ex.getAction()).isNotBlank());
		assertThat(gems()).containsExactlyInAnyOrderElementsOf(before);
	}

	@Test
	void anElementThatIsInTheWayOfAnotherIsNone() {
		insert("{_id: 1, items: [{p: 1}, {n: 5}, {n: [1]}]}");
		TestContext.on(this.mongo).up(TestChanges.of(RENAME_NESTED));
		assertThat(gems()).containsExactly(json("{_id: 1, items: [{n: {m: {q: 1}}}, {n: 5}, {n: [1]}]}"));
	}

	@Test
	void renameKeepsATargetThatComesToBeThere() {
		insert("{_id: 1, items: [{price: 1}, {price: 2}]}");
		String write = MongoServers.isReplicaSet() ? "updateMany" : "bulkWrite";
		assertThatExceptionOfType(ChangeRefusedException.class)
			.isThrownBy(() -> TestContext.on(this.mongo)
				.before(write, () -> set("{'items.0.cost': 'NEW'}"))
				.up(TestChanges.of(RENAME)))
			.withMessageContaining("have come to have 'items[].cost' as well as 'items[].price'");
		assertThat(gems()).containsExactly(json("{_id: 1, items: [{price: 1, cost: 'NEW'}, {cost: 2}]}"));
	}

	@Test
	void undoOfARenameKeepsWhatIsThereAgain() {
		insert("{_id: 1, items: [{price: 1}, {price: 2}]}");
		TestContext.on(this.mongo).up(TestChanges.of(RENAME));
		set("{'items.0.price': 'again'}");
		assertThat(TestContext.on(this.mongo).down(TestChanges.of(RENAME)).conflictExamples())
			.containsExactly("'gems', document 1: 'items[].cost' stays, as 'items[].price' is there or has no place");
		assertThat(gems()).containsExactly(json("{_id: 1, items: [{cost: 1, price: 'again'}, {price: 2}]}"));
	}

	@Test
	void undoOfARenameTakesElementsAlongThatAreNew() {
		insert("{_id: 1, items: [{price: 1}]}");
		TestContext.on(this.mongo).up(TestChanges.of(RENAME));
		this.mongo.collection("gems").updateOne(new Document(), Document.parse("{$push: {items: {cost: 2}}}"));
		assertThat(TestContext.on(this.mongo).down(TestChanges.of(RENAME)).conflicts()).isZero();
		assertThat(gems()).containsExactly(json("{_id: 1, items: [{price: 1}, {price: 2}]}"));
	}

	@Test
	void undoOfAnAdditionKeepsWhatWasChanged() {
		insert("{_id: 1, items: [{}, {}]}");
		TestContext.on(this.mongo).up(TestChanges.of(ADD));
		set("{'items.1.state': 'mine'}");
		assertThat(TestContext.on(this.mongo).down(TestChanges.of(ADD)).conflictExamples())
			.containsExactly("'gems', document 1: 'items[].state' stays, as it has been changed since");
		assertThat(gems()).containsExactly(json("{_id: 1, items: [{}, {state: 'mine'}]}"));
	}

	@Test
	void undoOfARemovalListsAnArrayThatWasChanged() {
		insert("{_id: 1, items: [{price: 1}]}", "{_id: 2, items: [{price: 2}]}");
		TestContext.on(this.mongo).up(TestChanges.of(REMOVE));
		set("{more: 1, 'items.0.name': 'x'}");
		assertThat(TestContext.on(this.mongo).down(TestChanges.of(REMOVE)).conflictExamples())
			.containsExactly("'gems', document 1: 'items' has been changed since");
		assertThat(gems()).containsExactlyInAnyOrder(json("{_id: 1, items: [{name: 'x'}], more: 1}"),
				json("{_id: 2, items: [{price: 2}]}"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = { REMOVE + "|true", REMOVE + "|false", CONVERT + "|true",
			CONVERT + "|false", CONVERT_TAGS + "|true", CONVERT_TAGS + "|false" })
	void whatAnInterruptedAttemptHasChangedIsRestoredOrListedThoughTheArrayHasGrown(String change,
			boolean transactions) {
		for (String other : List.of("{_id: 2}", "{_id: 2, items: [{price: true}], tags: [true]}")) {
			boolean finished = false;
			for (int at = 1; !finished; at++) {
				insert("{_id: 1, items: [{price: 1}], tags: [1]}", other);
				TestContext.Builder context = TestContext.on(this.mongo)
					.transactions(transactions && MongoServers.isReplicaSet())
					.rank(at + 100L * other.length());
				finished = upUnlessInterrupted(context.interruption(Interruption.at(at, new Random(at))), change);
				push("{items: {price: 2}, tags: 2}");
				context.interruption(Interruption.none()).up(TestChanges.of(change));
				UndoResult result = context.down(TestChanges.of(change));
				assertThat(gems().get(0)).as("interrupted at write %d", at)
					.satisfiesAnyOf(
							(gem) -> assertThat(gem)
								.isEqualTo(json("{_id: 1, items: [{price: 1}, {price: 2}], tags: [1, 2]}")),
							(gem) -> assertThat(result.conflictExamples()).singleElement()
								.asString()
								.startsWith("'gems', document 1: "));
				this.mongo.collection("gems").deleteMany(new Document());
			}
		}
	}

	private static boolean upUnlessInterrupted(TestContext.Builder context, String change) {
		try {
			context.up(TestChanges.of(change));
			return true;
		}
		catch (Interruption.Interrupted ex) {
			return false;
		}
	}

	private void push(String elements) {
		this.mongo.collection("gems")
			.updateOne(Document.parse("{_id: 1}"), new Document("$push", Document.parse(elements)));
	}

	@Test
	void anArrayThatGrowsBeforeItIsWrittenIsRestored() {
		insert("{_id: 1, items: [{price: 1}]}");
		TestContext.Builder context = TestContext.on(this.mongo).withoutTransactions();
		context.before("bulkWrite", () -> push("{items: {price: 2}}")).up(TestChanges.of(REMOVE));
		assertThat(gems()).containsExactly(json("{_id: 1, items: [{}, {}]}"));
		assertThat(context.down(TestChanges.of(REMOVE)).conflicts()).isZero();
		assertThat(gems()).containsExactly(json("{_id: 1, items: [{price: 1}, {price: 2}]}"));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void convertsArraysThatAreAllTheSame(boolean transactions) {
		IntStream.rangeClosed(1, 12).forEach((id) -> insert("{_id: %d, tags: [1, 2]}".formatted(id)));
		String change = "convertField: {collection: gems, field: 'tags[]', to: long}";
		TestContext.Builder context = TestContext.on(this.mongo)
			.transactions(transactions && MongoServers.isReplicaSet());
		context.up(TestChanges.of(change));
		assertThat(gems()).hasSize(12)
			.allSatisfy((gem) -> assertThat(gem.getArray("tags")).allMatch(BsonValue::isInt64));
		assertThat(context.down(TestChanges.of(change)).conflicts()).isZero();
		assertThat(gems()).hasSize(12)
			.allSatisfy((gem) -> assertThat(gem.getArray("tags")).allMatch(BsonValue::isInt32));
	}

	@Test
	void removesWithoutPreimagesWhatIsNotToBeUndone() {
		insert("{_id: 1, items: [{price: 1, a: 1}, 5]}");
		TestContext.on(this.mongo).limit(0).up(TestChanges.irreversible(REMOVE));
		assertThat(gems()).containsExactly(json("{_id: 1, items: [{a: 1}, 5]}"));
	}

	@Test
	void countsDocumentsAndPreimages() {
		insert("{_id: 1, items: [{price: 1}, {price: 2}]}", "{_id: 2, items: [{state: 1}]}", "{_id: 3, items: [5]}",
				"{_id: 4, price: 1}");
		List<ChangePlan> plans = TestChanges.of(RENAME, ADD, REMOVE, CONVERT).plan(this.mongo.database(), true);
		assertThat(plans).extracting((plan) -> plan.touches().count()).containsExactly(1L, 1L, 1L, 1L);
		assertThat(plans.get(1).preimages().count()).isOne();
		assertThatExceptionOfType(ChangeRefusedException.class)
			.isThrownBy(() -> TestContext.on(this.mongo).limit(0).up(TestChanges.of(REMOVE)))
			.withMessageContaining("its undo would need 1 pre-images");
	}

	private void set(String fields) {
		this.mongo.collection("gems")
			.updateOne(Document.parse("{_id: 1}"), new Document("$set", Document.parse(fields)));
	}

	private void insert(String... documents) {
		for (String document : documents) {
			this.mongo.collection("gems").insertOne(Document.parse(document));
		}
	}

	private static BsonDocument json(String json) {
		return BsonDocument.parse(json);
	}

	private List<BsonDocument> gems() {
		return this.mongo.database().getCollection("gems", BsonDocument.class).find().into(new ArrayList<>());
	}

}
