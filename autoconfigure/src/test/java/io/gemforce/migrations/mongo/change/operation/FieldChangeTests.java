package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import io.gemforce.migrations.mongo.change.ChangePlan;
import io.gemforce.migrations.mongo.change.ChangeSet;
import io.gemforce.migrations.mongo.change.Interruption;
import io.gemforce.migrations.mongo.change.TestChanges;
import io.gemforce.migrations.mongo.change.TestContext;
import io.gemforce.migrations.mongo.change.UndoResult;
import io.gemforce.migrations.mongo.change.contract.ChangeRefusedException;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for changes of fields.
 */
@ExtendWith(TestDatabases.class)
class FieldChangeTests {

	private static final String RENAME = "renameField: {collection: gems, from: a, to: b}";

	private static final String RENAME_NESTED = "renameField: {collection: gems, from: a, to: n.m.b}";

	private static final String COPY = "copyField: {collection: gems, from: a, to: b}";

	private static final String ADD = "addField: {collection: gems, field: b, value: new}";

	private static final String REMOVE = "removeField: {collection: gems, field: a}";

	private final MongoTestDatabase mongo;

	FieldChangeTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	void renamesInAllDocumentsThatHaveTheField() {
		insert("{_id: 1, a: 5}", "{_id: 2, x: 1}", "{_id: 'text', a: null}");
		up(RENAME);
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, b: 5}"), document("{_id: 2, x: 1}"),
				document("{_id: 'text', b: null}"));
		assertThat(down(RENAME).conflicts()).isZero();
		assertThat(gems()).contains(document("{_id: 1, a: 5}"), document("{_id: 'text', a: null}"));
	}

	@Test
	void renameIsRefusedWhereTheTargetIsThere() {
		insert("{_id: 1, a: 5}");
		IntStream.range(2, 22).forEach((id) -> insert("{_id: %d, b: 1}".formatted(id)));
		assertRefused(RENAME, "20 document(s) of 'gems' have 'b' already, for example 2, 3, 4, 5, 6, 7, 8, 9, 10, 11.",
				"It has written nothing");
		assertThat(gems()).contains(document("{_id: 1, a: 5}"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = {
			"renameField: {collection: gems, from: p.q, to: b}|{_id: 1, p: [{q: 1}]}|have an array on the way to 'p.q'",
			"renameField: {collection: gems, from: a, to: p.q}|{_id: 1, a: 1, p: []}|have an array on the way to 'p.q'",
			"renameField: {collection: gems, from: a, to: p.q}|{_id: 1, a: 1, p: 5}|have something else than a document on the way",
			"copyField: {collection: gems, from: p.q, to: b}|{_id: 1, p: [{q: 1}]}|have an array on the way to 'p.q'",
			"copyField: {collection: gems, from: a, to: p.q}|{_id: 1, a: 1, p: null}|have something else than a document on the way",
			"addField: {collection: gems, field: p.q, value: 1}|{_id: 1, p: [1]}|have an array on the way to 'p.q'",
			"addField: {collection: gems, field: p.q, value: 1}|{_id: 1, p: 'x'}|have something else than a document on the way",
			"removeField: {collection: gems, field: p.q}|{_id: 1, p: [{q: 1}]}|have an array on the way to 'p.q'",
			"convertField: {collection: gems, field: p.q, to: string}|{_id: 1, p: [{q: 1}]}|have an array on the way to 'p.q'" })
	void refusesWhatTheServerCouldNotReach(String change, String json, String message) {
		insert(json);
		assertRefused(change, "1 document(s) of 'gems' " + message, "for example 1");
		assertThat(gems()).containsExactly(document(json));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = { "p.q.r|p[].q.r", "p[].q.r|p[].q[].r" })
	void namesTheFormThatLeadsThroughAnArray(String field, String advised) {
		insert("{_id: 1, p: %s}".formatted(field.contains("[]") ? "[{q: [{r: 1}]}]" : "[{q: {r: 1}}]"));
		assertThatExceptionOfType(ChangeRefusedException.class)
			.isThrownBy(() -> up("removeField: {collection: gems, field: '%s'}".formatted(field)))
			.withMessageContaining("have an array on the way to '%s'".formatted(field))
			.satisfies((ex) -> assertThat(ex.getAction()).contains("for example '%s'".formatted(advised)));
	}

	@Test
	void aResumedRenameRefusesOnlyDocumentsThatHaveBoth() {
		insert("{_id: 1, a: 1}", "{_id: 2, a: 2}");
		interruptAtLastWrite(RENAME);
		this.mongo.collection("gems")
			.updateOne(document("{_id: 1}"), document("{$set: {b: 'by another'}, $unset: {a: 1}}"));
		up(RENAME);
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, b: 'by another'}"), document("{_id: 2, b: 2}"));
	}

	@Test
	void renameIntoANewDocumentLeavesNoEmptyOneBehind() {
		insert("{_id: 1, a: 1}", "{_id: 2, a: 2, n: {}}", "{_id: 3, a: 3, n: {m: {}}}", "{_id: 4, a: 4, n: {x: 1}}",
				"{_id: 5, n: {}}");
		List<Document> before = gems();
		up(RENAME_NESTED);
		assertThat(gems()).contains(document("{_id: 1, n: {m: {b: 1}}}"), document("{_id: 4, n: {x: 1, m: {b: 4}}}"));
		assertThat(down(RENAME_NESTED).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrderElementsOf(before);
	}

	@Test
	void undoOfARenameKeepsWhatIsThereAgain() {
		insert("{_id: 1, a: 1}", "{_id: 2, a: 2}");
		up(RENAME);
		this.mongo.collection("gems").updateOne(document("{_id: 1}"), document("{$set: {a: 'again'}}"));
		assertThat(down(RENAME))
			.isEqualTo(new UndoResult(1, List.of("'gems', document 1: 'b' stays, as 'a' is there or has no place")));
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, b: 1, a: 'again'}"),
				document("{_id: 2, a: 2}"));
	}

	@Test
	void namesAtMostTwentyConflicts() {
		IntStream.range(0, 30).forEach((id) -> insert("{_id: %d, a: 1}".formatted(id)));
		up(RENAME);
		this.mongo.collection("gems").updateMany(new Document(), document("{$set: {a: 'again'}}"));
		UndoResult result = down(RENAME);
		assertThat(result.conflicts()).isEqualTo(30);
		assertThat(result.conflictExamples()).hasSize(20);
	}

	@Test
	void copiesExactlyWhatIsThere() {
		insert("{_id: 1, a: '$x'}", "{_id: 2, a: {$numberDecimal: '1.50'}}", "{_id: 3, a: null}",
				"{_id: 4, a: 1, b: 2}", "{_id: 5}", "{_id: 6, a: [1, {x: 1}]}");
		List<Document> before = gems();
		up(COPY);
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, a: '$x', b: '$x'}"),
				document("{_id: 2, a: {$numberDecimal: '1.50'}, b: {$numberDecimal: '1.50'}}"),
				document("{_id: 3, a: null, b: null}"), document("{_id: 4, a: 1, b: 2}"), document("{_id: 5}"),
				document("{_id: 6, a: [1, {x: 1}], b: [1, {x: 1}]}"));
		assertThat(down(COPY).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrderElementsOf(before);
	}

	@Test
	void undoOfACopyKeepsACopyThatWasChanged() {
		insert("{_id: 1, a: 1}", "{_id: 2, a: 2}");
		up(COPY);
		this.mongo.collection("gems").updateOne(document("{_id: 2}"), document("{$set: {b: 3}}"));
		assertThat(down(COPY).conflictExamples())
			.containsExactly("'gems', document 2: 'b' stays, as it has been changed since");
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, a: 1}"), document("{_id: 2, a: 2, b: 3}"));
	}

	@Test
	void addsAFieldWhereItIsMissing() {
		insert("{_id: 1}", "{_id: 2, b: null}", "{_id: 3, b: 'new'}");
		List<Document> before = gems();
		up(ADD);
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, b: 'new'}"), document("{_id: 2, b: null}"),
				document("{_id: 3, b: 'new'}"));
		assertThat(down(ADD).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrderElementsOf(before);
	}

	@Test
	void removesAFieldAndRestoresIt() {
		insert("{_id: 1, a: 1}", "{_id: 2, a: {x: [1]}}", "{_id: {k: 1}, a: null}", "{_id: 3}");
		List<Document> before = gems();
		up(REMOVE);
		assertThat(gems()).allSatisfy((gem) -> assertThat(gem).doesNotContainKey("a"));
		assertThat(down(REMOVE).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrderElementsOf(before);
	}

	@Test
	void undoOfARemovalListsWhatIsThereAgainOrGone() {
		insert("{_id: 1, a: 1}", "{_id: 2, a: 2}", "{_id: 3, a: 3}");
		up(REMOVE);
		this.mongo.collection("gems").updateOne(document("{_id: 1}"), document("{$set: {a: 'again'}}"));
		this.mongo.collection("gems").deleteOne(document("{_id: 2}"));
		assertThat(down(REMOVE).conflictExamples()).containsExactlyInAnyOrder("'gems', document 1: 'a' is there again",
				"'gems', document 2: the document is gone");
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, a: 'again'}"), document("{_id: 3, a: 3}"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			value = { REMOVE + "|3", "addField: {collection: gems, field: a, value: 1}|3",
					"copyField: {collection: gems, from: x, to: a}|3",
					"convertField: {collection: gems, field: a, to: long, onError: unset}|3" })
	void refusesToKeepMorePreimagesThanAreAllowed(String change, int needed) {
		insert("{_id: 1, a: 1}", "{_id: 2, a: '2'}", "{_id: 3, a: true}");
		assertThatExceptionOfType(ChangeRefusedException.class)
			.isThrownBy(() -> TestContext.on(this.mongo).limit(2).up(TestChanges.of(change)))
			.withMessageContaining(
					"its undo would need %d pre-images, more than the 2 that are allowed".formatted(needed))
			.satisfies((ex) -> assertThat(ex.getAction()).contains("gemforce.migrations.mongo.preimage-limit"));
		assertThat(gems()).contains(document("{_id: 1, a: 1}"));
		assertThat(this.mongo.collection("migration_preimage").countDocuments()).isZero();
	}

	@Test
	void keepsNoPreimagesOfWhatIsNotToBeUndone() {
		insert("{_id: 1, a: 1}", "{_id: 2, a: 2}");
		ChangeSet changes = TestChanges.irreversible(REMOVE);
		TestContext.on(this.mongo).limit(0).up(changes);
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1}"), document("{_id: 2}"));
		assertThat(this.mongo.collection("migration_preimage").find()).hasSize(1);
		assertThatExceptionOfType(ChangeRefusedException.class)
			.isThrownBy(() -> TestContext.on(this.mongo).down(changes))
			.withMessage("Migration 3 cannot be undone: worthless. Nothing was written");
	}

	@Test
	void worksInBatchesOverIdsOfAllTypes() {
		IntStream.range(0, 1200)
			.forEach((id) -> insert((id % 3 == 0) ? "{_id: 's%d', a: 1}".formatted(id)
					: (id % 3 == 1) ? "{_id: %d, a: 1}".formatted(id) : "{_id: {k: %d}, a: 1}".formatted(id)));
		up(REMOVE);
		assertThat(this.mongo.collection("gems").countDocuments(document("{a: {$exists: true}}"))).isZero();
		assertThat(down(REMOVE).conflicts()).isZero();
		assertThat(this.mongo.collection("gems").countDocuments(document("{a: 1}"))).isEqualTo(1200);
	}

	@Test
	void countsForAPlanAndWritesNothing() {
		insert("{_id: 1, a: 1}", "{_id: 2, b: 1}", "{_id: 3, b: 1}");
		List<ChangePlan> plans = TestChanges.of(REMOVE, COPY, ADD).plan(this.mongo.database(), true);
		assertThat(plans).extracting((plan) -> plan.touches().count()).containsExactly(1L, 1L, 1L);
		assertThat(plans).extracting((plan) -> plan.preimages().count()).containsExactly(1L, 2L, 2L);
		assertThat(plans).allSatisfy((plan) -> {
			assertThat(plan.touches().estimated()).isFalse();
			assertThat(plan.summary()).contains("'gems'");
			assertThat(plan.needs()).isNotEmpty();
			assertThat(plan.locks()).isNotEmpty();
			assertThat(plan.reverse().isAvailable()).isTrue();
		});
		assertThat(TestChanges.of(REMOVE).plan(this.mongo.database(), false)).singleElement()
			.satisfies((plan) -> assertThat(plan.touches().estimated()).isTrue())
			.satisfies((plan) -> assertThat(plan.touches().count()).isEqualTo(3));
		assertThat(this.mongo.database().listCollectionNames()).containsExactly("gems");
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

	private void interruptAtLastWrite(String change) {
		Interruption counting = Interruption.none();
		MongoTestDatabase copy = TestDatabases.createMongo();
		copy.collection("gems").insertMany(gems());
		TestContext.on(copy).interruption(counting).up(TestChanges.of(change));
		copy.database().drop();
		assertThatExceptionOfType(Interruption.Interrupted.class).isThrownBy(() -> TestContext.on(this.mongo)
			.interruption(Interruption.at(counting.writes() - 1, new Random(1)))
			.up(TestChanges.of(change)));
	}

	private void assertRefused(String change, String... messages) {
		assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(() -> up(change))
			.satisfies((ex) -> assertThat(ex.getMessage()).contains(messages))
			.satisfies((ex) -> assertThat(ex.getAction()).isNotBlank());
	}

}
