package io.gemforce.migrations.mongo.change;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import com.mongodb.MongoException;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.change.contract.ChangeRefusedException;
import io.gemforce.migrations.mongo.change.preimage.ApplyKey;
import io.gemforce.migrations.mongo.change.preimage.PreimageRetention;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for executions: what is remembered of them, and what comes of it.
 */
@ExtendWith(TestDatabases.class)
class ChangeExecutionTests {

	private static final String RENAME = "renameField: {collection: gems, from: a, to: b}";

	private static final String REMOVE = "removeField: {collection: gems, field: x}";

	private static final String ADD = "addField: {collection: gems, field: c, value: 1}";

	private static final String DROP = "dropCollection: {collection: old}";

	private static final String REFUSED = "renameField: {collection: gems, from: a, to: k}";

	private final MongoTestDatabase mongo;

	ChangeExecutionTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	void tellsWhatItIsDoing() throws Exception {
		insert("{_id: 1, a: 1, x: 1}");
		try (TestContext context = TestContext.on(this.mongo).build()) {
			new ChangeExecution(TestChanges.of(RENAME, REMOVE), context).up();
			new ChangeExecution(TestChanges.of(RENAME, REMOVE), context).down();
			assertThat(context.done()).containsExactly("change 1 of 2: rename field 'a' of 'gems' to 'b'",
					"change 2 of 2: remove field 'x' from all documents of 'gems'",
					"undoing change 2 of 2: remove field 'x' from all documents of 'gems'",
					"undoing change 1 of 2: rename field 'a' of 'gems' to 'b'");
		}
	}

	@Test
	void remembersHowFarItHasCome() {
		insert("{_id: 1, a: 1, x: 'y'}");
		TestContext.on(this.mongo).withoutTransactions().up(TestChanges.of(RENAME, REMOVE));
		Document progress = this.mongo.collection("migration_preimage")
			.find(Document.parse("{_id: 'progress#3#7'}"))
			.first();
		assertThat(progress).isNotNull();
		assertThat(progress.get("up")).isEqualTo(Document.parse("{done: 2, begun: 1, total: 2}"));
		Document item = this.mongo.collection("migration_preimage").find(Document.parse("{document: 1}")).first();
		assertThat(item).isNotNull();
		assertThat(item.getString("_id")).startsWith("item#3#7#1#");
		assertThat(item).containsEntry("path", "x").containsEntry("value", "y");
	}

	@Test
	void aRefusedChangeLeavesTheOnesBeforeItAndCanBeCorrected() {
		insert("{_id: 1, a: 1, x: 1}", "{_id: 2, k: 1}");
		assertThatExceptionOfType(ChangeRefusedException.class)
			.isThrownBy(() -> TestContext.on(this.mongo).up(TestChanges.of(REMOVE, REFUSED)))
			.withMessageStartingWith("Change 2 (rename field 'a' of 'gems' to 'k') is refused");
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, a: 1}"), document("{_id: 2, k: 1}"));
		ChangeSet corrected = TestChanges.of(REMOVE, RENAME);
		TestContext.on(this.mongo).up(corrected);
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, b: 1}"), document("{_id: 2, k: 1}"));
		assertThat(TestContext.on(this.mongo).down(corrected).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, a: 1, x: 1}"), document("{_id: 2, k: 1}"));
	}

	@Test
	void whatWasEditedAfterAnInterruptionIsUndoneFirst() {
		insert("{_id: 1, a: 1, x: 1}");
		assertThatExceptionOfType(Interruption.Interrupted.class).isThrownBy(() -> TestContext.on(this.mongo)
			.interruption(Interruption.at(5, new Random(1)))
			.up(TestChanges.of(RENAME, REMOVE, ADD)));
		ChangeSet edited = TestChanges.of("renameField: {collection: gems, from: a, to: z}", ADD);
		TestContext.on(this.mongo).up(edited);
		assertThat(gems()).containsExactly(document("{_id: 1, x: 1, z: 1, c: 1}"));
		TestContext.on(this.mongo).down(edited);
		assertThat(gems()).containsExactly(document("{_id: 1, a: 1, x: 1}"));
	}

	@Test
	void anEditedChangeInheritsNothingThatTheOldOneRemembered() {
		insert("{_id: 1, a: 1, x: 1}", "{_id: 2, k: 1}");
		for (ChangeSet edit : List.of(TestChanges.of(REMOVE, REFUSED),
				TestChanges.of("removeField: {collection: missing, field: x}", REFUSED))) {
			assertThatExceptionOfType(ChangeRefusedException.class)
				.isThrownBy(() -> TestContext.on(this.mongo).up(edit))
				.withMessageContaining("Change 2");
		}
		TestContext.on(this.mongo).up(TestChanges.of(REMOVE, RENAME));
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, b: 1}"), document("{_id: 2, k: 1}"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "{$inc: {n: 1}}", "[{$set: {n: {$add: [$n, 1]}, e: $a}}, {$unset: x}]" })
	void anEditUndoesAnUpdateThatFailedMidway(String up) {
		insert("{_id: 1, a: 1, n: 1, x: 1}", "{_id: 2, a: 1, n: 'two'}", "{_id: 3, a: 1, n: 3}");
		List<Document> before = gems();
		failMidway(up);
		TestContext.on(this.mongo).withoutTransactions().up(TestChanges.of(RENAME));
		assertThat(TestContext.on(this.mongo).withoutTransactions().down(TestChanges.of(RENAME)).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrderElementsOf(before);
	}

	@Test
	void anEditUndoesNothingThatWasWrittenAfterAnUpdateFailedMidway() {
		insert("{_id: 1, n: 1}", "{_id: 2, n: 'two'}", "{_id: 3, n: 3}");
		failMidway("{$inc: {n: 1}}");
		this.mongo.collection("gems").updateOne(document("{_id: 1}"), document("{$set: {z: 1}}"));
		this.mongo.collection("gems").updateOne(document("{_id: 3}"), document("{$set: {n: 30}}"));
		assertThatExceptionOfType(ChangeRefusedException.class)
			.isThrownBy(() -> TestContext.on(this.mongo).withoutTransactions().up(TestChanges.of(ADD)))
			.withMessageContaining("'gems', document 3: 'n' has been changed since");
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, n: 1, z: 1}"), document("{_id: 2, n: 'two'}"),
				document("{_id: 3, n: 30}"));
	}

	@Test
	void theUndoOfAnUpdateThatWasGoneOnWithSparesWhatWasWrittenInBetween() {
		insert("{_id: 1, n: 1}", "{_id: 2, n: 'two'}");
		ChangeSet update = failMidway("{$inc: {n: 1}}");
		this.mongo.collection("gems").updateOne(document("{_id: 1}"), document("{$set: {z: 1}}"));
		this.mongo.collection("gems").updateOne(document("{_id: 2}"), document("{$unset: {n: 1}}"));
		TestContext.on(this.mongo).withoutTransactions().up(update);
		TestContext.on(this.mongo).withoutTransactions().down(update);
		assertThat(gems()).contains(document("{_id: 1, n: 1, z: 1}"));
	}

	private ChangeSet failMidway(String up) {
		ChangeSet changes = TestChanges.of("update: {collection: gems, filter: {}, up: %s}".formatted(up));
		assertThatExceptionOfType(MongoException.class)
			.isThrownBy(() -> TestContext.on(this.mongo).withoutTransactions().up(changes));
		return changes;
	}

	@Test
	void refusesAnEditOfWhatCannotBeUndone() {
		TestContext.on(this.mongo).up(TestChanges.of("command: {up: {ping: 1}}", ADD));
		assertThatExceptionOfType(ChangeRefusedException.class)
			.isThrownBy(() -> TestContext.on(this.mongo).up(TestChanges.of("command: {up: {buildInfo: 1}}", ADD)))
			.withMessageContaining("Change 1 was edited after it was made")
			.satisfies((ex) -> assertThat(ex.getAction()).contains("Put the change back"));
	}

	@Test
	void anEditNeverForgetsADroppedCollectionThatIsThereAgain() {
		this.mongo.collection("old").insertOne(document("{_id: 1, only: 'copy'}"));
		insert("{_id: 1, a: 1}", "{_id: 2, k: 1}");
		ChangeSet first = TestChanges.of(DROP, REFUSED);
		assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(() -> TestContext.on(this.mongo).up(first));
		this.mongo.collection("old").insertOne(document("{_id: 2, new: true}"));
		for (ChangeSet edited : List.of(TestChanges.of(REMOVE), TestChanges.of(RENAME, DROP), TestChanges.of(ADD))) {
			assertThatExceptionOfType(ChangeRefusedException.class)
				.isThrownBy(() -> TestContext.on(this.mongo).up(edited))
				.withMessageContaining("Change 1 (drop collection 'old') was edited")
				.withMessageContaining("'old': the collection is there again")
				.satisfies((ex) -> assertThat(ex.getAction()).contains("Put the change back as it was"));
			assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, a: 1}"), document("{_id: 2, k: 1}"));
		}
		this.mongo.collection("old").drop();
		TestContext.on(this.mongo).up(TestChanges.of(REMOVE));
		assertThat(this.mongo.collection("old").find()).containsExactly(document("{_id: 1, only: 'copy'}"));
	}

	@Test
	void whatWasEditedCanBePutBackAfterAConflict() {
		this.mongo.collection("old").insertOne(document("{_id: 1, only: 'copy'}"));
		insert("{_id: 1, a: 1}", "{_id: 2, k: 1}");
		ChangeSet changes = TestChanges.of(DROP, REFUSED);
		assertThatExceptionOfType(ChangeRefusedException.class)
			.isThrownBy(() -> TestContext.on(this.mongo).up(changes));
		this.mongo.collection("old").insertOne(document("{_id: 2}"));
		assertThatExceptionOfType(ChangeRefusedException.class)
			.isThrownBy(() -> TestContext.on(this.mongo).up(TestChanges.of(REMOVE)));
		this.mongo.collection("gems").deleteOne(document("{_id: 2}"));
		TestContext.on(this.mongo).up(changes);
		assertThat(gems()).containsExactly(document("{_id: 1, k: 1}"));
		this.mongo.collection("old").drop();
		assertThat(TestContext.on(this.mongo).down(changes).conflicts()).isZero();
		assertThat(this.mongo.collection("old").find()).containsExactly(document("{_id: 1, only: 'copy'}"));
	}

	@ParameterizedTest
	@ValueSource(strings = { REMOVE, "update: {collection: gems, filter: {}, up: {$set: {x: 5}}}",
			"update: {collection: gems, filter: {}, up: {$inc: {x: 5}}}",
			"convertField: {collection: gems, field: x, to: string}" })
	void aChangeThatIsPutBackIsMadeAgainWhereItWasUndone(String change) {
		insert("{_id: 1, x: 1, a: 1}", "{_id: 2, x: 2, k: 1}");
		ChangeSet changes = TestChanges.of(change, REFUSED);
		assertThatExceptionOfType(ChangeRefusedException.class)
			.isThrownBy(() -> TestContext.on(this.mongo).up(changes));
		List<Document> made = gems();
		this.mongo.collection("gems").updateOne(document("{_id: 2}"), document("{$set: {x: 'again'}}"));
		assertThatExceptionOfType(ChangeRefusedException.class)
			.isThrownBy(() -> TestContext.on(this.mongo).up(TestChanges.of(ADD)))
			.withMessageContaining("cannot be undone as a whole");
		assertThat(gems()).contains(document("{_id: 1, x: 1, a: 1}"));
		this.mongo.collection("gems").updateOne(document("{_id: 2}"), document("{$unset: {k: 1}}"));
		TestContext.on(this.mongo).up(changes);
		Document first = new Document(made.get(0));
		first.put("k", first.remove("a"));
		assertThat(gems()).contains(first);
	}

	@Test
	void anEditOfWhatWasIrreversibleIsRefused() {
		insert("{_id: 1, a: 1, x: 1}", "{_id: 2, a: 2}");
		assertThatExceptionOfType(Interruption.Interrupted.class).isThrownBy(() -> TestContext.on(this.mongo)
			.interruption(Interruption.at(2, new Random(1)))
			.up(TestChanges.irreversible(RENAME)));
		String edited = "renameField: {collection: gems, from: a, to: c}";
		for (ChangeSet changes : List.of(TestChanges.irreversible(edited), TestChanges.of(edited))) {
			assertThatExceptionOfType(ChangeRefusedException.class)
				.isThrownBy(() -> TestContext.on(this.mongo).up(changes))
				.withMessageContaining("Change 1 was edited after it was made, and what it has done cannot be undone");
		}
		TestContext.on(this.mongo).up(TestChanges.of(RENAME));
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, b: 1, x: 1}"), document("{_id: 2, b: 2}"));
		assertThat(whyNoUndo(TestChanges.of(RENAME)))
			.isEqualTo("a part of change 1 was made when the migration was 'irreversible'");
	}

	@Test
	void conflictsOfAnUndoThatIsTurnedAroundKeepTheirPreimages() {
		this.mongo.collection("old").insertOne(document("{_id: 1, only: 'copy'}"));
		insert("{_id: 1, a: 1}");
		ChangeSet changes = TestChanges.of(RENAME, DROP);
		TestContext.on(this.mongo).up(changes);
		this.mongo.collection("old").insertOne(document("{_id: 2}"));
		assertThatExceptionOfType(Interruption.Interrupted.class)
			.isThrownBy(() -> TestContext.on(this.mongo).interruption(Interruption.at(3, new Random(1))).down(changes));
		TestContext.on(this.mongo).up(changes);
		this.mongo.collection("old").drop();
		assertThat(TestContext.on(this.mongo).down(changes).conflicts()).isZero();
		assertThat(this.mongo.collection("old").find()).containsExactly(document("{_id: 1, only: 'copy'}"));
		assertThat(gems()).containsExactly(document("{_id: 1, a: 1}"));
	}

	@Test
	void anUndoThatWasInterruptedCanBeTurnedAround() {
		insert("{_id: 1, a: 1, x: 1}", "{_id: 2, x: 2}");
		ChangeSet changes = TestChanges.of(RENAME, REMOVE, ADD);
		TestContext.on(this.mongo).up(changes);
		List<Document> made = gems();
		Interruption counting = Interruption.none();
		TestContext.on(this.mongo).interruption(counting).down(changes);
		TestContext.on(this.mongo).up(changes);
		assertThat(gems()).containsExactlyInAnyOrderElementsOf(made);
		for (int at = 1; at < counting.writes(); at++) {
			Interruption interruption = Interruption.at(at, new Random(at));
			assertThatExceptionOfType(Interruption.Interrupted.class)
				.isThrownBy(() -> TestContext.on(this.mongo).interruption(interruption).down(changes));
			TestContext.on(this.mongo).up(changes);
			assertThat(gems()).as("interrupted at write %d", at).containsExactlyInAnyOrderElementsOf(made);
		}
		assertThat(TestContext.on(this.mongo).down(changes).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, a: 1, x: 1}"), document("{_id: 2, x: 2}"));
	}

	@Test
	void conflictsOfAnInterruptedUndoAreNotForgotten() {
		insert("{_id: 1, a: 1, x: 1}");
		ChangeSet changes = TestChanges.of(RENAME, REMOVE);
		TestContext.on(this.mongo).up(changes);
		this.mongo.collection("gems").updateOne(document("{_id: 1}"), document("{$set: {x: 'again'}}"));
		assertThatExceptionOfType(Interruption.Interrupted.class)
			.isThrownBy(() -> TestContext.on(this.mongo).interruption(Interruption.at(3, new Random(1))).down(changes));
		assertThat(TestContext.on(this.mongo).down(changes).conflictExamples())
			.containsExactly("'gems', document 1: 'x' is there again");
	}

	@Test
	void everyApplicationHasItsOwnMemory() {
		insert("{_id: 1, x: 1}");
		ChangeSet changes = TestChanges.of(REMOVE);
		TestContext.on(this.mongo).rank(1).up(changes);
		TestContext.on(this.mongo).rank(1).down(changes);
		this.mongo.collection("gems").updateOne(document("{_id: 1}"), document("{$set: {x: 2}}"));
		TestContext.on(this.mongo).rank(3).up(changes);
		TestContext.on(this.mongo).rank(3).down(changes);
		assertThat(gems()).containsExactly(document("{_id: 1, x: 2}"));
	}

	@Test
	void whatWasNeverAppliedCannotBeUndone() {
		assertThat(whyNoUndo(TestChanges.of(REMOVE))).isEqualTo("nothing is remembered of its application");
		assertThatExceptionOfType(ChangeRefusedException.class)
			.isThrownBy(() -> TestContext.on(this.mongo).down(TestChanges.of(REMOVE)))
			.withMessageContaining("nothing is remembered of its application");
	}

	@Test
	void oldPreimagesAreDeletedAndMissed() {
		insert("{_id: 1, a: 1, x: 1}", "{_id: 2, x: 1}");
		ChangeSet changes = TestChanges.of(RENAME, REMOVE);
		TestContext.on(this.mongo).up(changes);
		assertThat(whyNoUndo(changes)).isNull();
		PreimageRetention retention = new PreimageRetention(this.mongo.collection("migration_preimage"));
		assertThat(retention.deleteBefore(Instant.now().minusSeconds(600))).isZero();
		assertThat(whyNoUndo(changes)).isNull();
		assertThat(retention.deleteBefore(Instant.now().plusSeconds(600))).isEqualTo(2);
		assertThat(whyNoUndo(changes)).isEqualTo("its pre-images were deleted because they had become too old");
		assertThat(this.mongo.collection("migration_preimage").find()).hasSize(1);
	}

	@Test
	void retentionSparesWhatNeedsNoPreimagesAndWhatIsAtWork() {
		insert("{_id: 1, a: 1, x: 1}", "{_id: 2, k: 1}");
		TestContext.on(this.mongo).rank(1).up(TestChanges.of(RENAME));
		assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(() -> TestContext.on(this.mongo)
			.rank(2)
			.up(TestChanges.of(REMOVE, "renameField: {collection: gems, from: b, to: k}")));
		assertThat(new PreimageRetention(this.mongo.collection("migration_preimage"))
			.deleteBefore(Instant.now().plusSeconds(600))).isZero();
		assertThat(TestContext.on(this.mongo).rank(2).down(TestChanges.of(REMOVE)).conflicts()).isZero();
		assertThat(TestContext.on(this.mongo).rank(1).down(TestChanges.of(RENAME)).conflicts()).isZero();
		assertThat(gems()).contains(document("{_id: 1, a: 1, x: 1}"));
	}

	@Test
	void missesPreimagesThatSomebodyDeleted() {
		insert("{_id: 1, x: 1}", "{_id: 2, x: 1}");
		TestContext.on(this.mongo).withoutTransactions().up(TestChanges.of(REMOVE));
		this.mongo.collection("migration_preimage").deleteOne(document("{document: 1}"));
		assertThat(whyNoUndo(TestChanges.of(REMOVE))).isEqualTo("1 of the 2 pre-images of change 1 are gone");
	}

	@Test
	void nothingIsUndoneIfAnEarlierChangeIsRememberedByItsHashOnly() {
		insert("{_id: 1, a: 1}");
		String large = "addField: {collection: gems, field: c, value: '%s'}";
		TestContext.on(this.mongo).up(TestChanges.of(large.formatted("x".repeat(100_000)), RENAME));
		List<Document> made = gems();
		ChangeSet edited = TestChanges.of(large.formatted("y".repeat(100_000)), RENAME);
		String reason = "change 1 was edited since, and it is too long to be remembered, or has a secret";
		assertThat(whyNoUndo(edited)).isEqualTo(reason);
		assertThatExceptionOfType(ChangeRefusedException.class)
			.isThrownBy(() -> TestContext.on(this.mongo).down(edited))
			.withMessageContaining(reason);
		assertThat(gems()).isEqualTo(made);
	}

	private String whyNoUndo(ChangeSet changes) {
		return changes
			.whyNoUndo(this.mongo.collection("migration_preimage"), new ApplyKey(Version.parse("3").orElseThrow(), 7))
			.orElse(null);
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

}
