package io.gemforce.migrations.mongo.change.operation;

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
import io.gemforce.migrations.mongo.change.TestChanges;
import io.gemforce.migrations.mongo.change.TestContext;
import io.gemforce.migrations.mongo.change.UndoResult;
import io.gemforce.migrations.mongo.change.contract.Change;
import io.gemforce.migrations.mongo.change.contract.ChangeRefusedException;
import io.gemforce.migrations.support.MongoServers;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for inserts, updates and commands.
 */
@ExtendWith(TestDatabases.class)
class DocumentChangeTests {

	private static final String INSERT = "insert: {collection: gems, documents: [{_id: 1, a: 5}, {_id: two}]}";

	private static final String UPDATE = "update: {collection: gems, filter: {a: {$gt: 1}}, up: {$set: {b: 1}, $unset: {c: 1}}}";

	private static final String COUNT = "update: {collection: gems, filter: {}, up: {$inc: {n: 1}}, down: {$inc: {n: -1}}}";

	private static final String COUNT_ONLY_UP = "update: {collection: gems, filter: {}, up: {$inc: {n: 1}}}";

	private static final String PIPELINE = "update: {collection: gems, filter: {}, idempotent: true, "
			+ "up: [{$set: {b: {$add: [$a, 1]}}}, {$unset: [c]}]}";

	private final MongoTestDatabase mongo;

	DocumentChangeTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	void insertsWhatIsNotThereAndDeletesIt() {
		insert("{_id: 1.0, a: 5.0}");
		TestContext.on(this.mongo).upTwice(TestChanges.of(INSERT));
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1.0, a: 5.0}"), document("{_id: 'two'}"));
		assertThat(down(INSERT).conflicts()).isZero();
		assertThat(gems()).containsExactly(document("{_id: 1.0, a: 5.0}"));
	}

	@Test
	void anInsertIsRefusedWhereAnotherDocumentIsThere() {
		insert("{_id: 1, a: 6}");
		assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(() -> up(INSERT))
			.withMessageContaining("1 document of 'gems' is there with other content, for example 1");
		assertThat(gems()).containsExactly(document("{_id: 1, a: 6}"));
	}

	@Test
	void undoOfAnInsertKeepsWhatWasChangedAndTheCollectionWithIt() {
		up(INSERT);
		this.mongo.collection("gems").updateOne(document("{_id: 'two'}"), document("{$set: {a: 1}}"));
		assertThat(down(INSERT).conflictExamples()).containsExactly(
				"'gems', document \"two\": stays, as it has been changed since",
				"'gems': the collection stays, as it has 1 document");
		assertThat(gems()).containsExactly(document("{_id: 'two', a: 1}"));
	}

	@Test
	void aCollectionThatAnInsertMadeGoesWithIt() {
		up(INSERT);
		down(INSERT);
		assertThat(this.mongo.database().listCollectionNames()).doesNotContain("gems");
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void updatesAndRestoresTheFieldsThatWereChanged(boolean transactions) {
		insert("{_id: 1, a: 5, b: 2, c: [1]}", "{_id: 2, a: 1, b: 2}", "{_id: 3, a: 7, b: 1}");
		List<Document> before = gems();
		TestContext.Builder context = TestContext.on(this.mongo);
		if (!transactions) {
			context.withoutTransactions();
		}
		context.up(TestChanges.of(UPDATE));
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, a: 5, b: 1}"), document("{_id: 2, a: 1, b: 2}"),
				document("{_id: 3, a: 7, b: 1}"));
		assertThat(this.mongo.collection("migration_preimage")
			.find(document(
					(transactions && MongoServers.isReplicaSet()) ? "{count: 1}" : "{document: {$exists: true}}")))
			.hasSize(1);
		this.mongo.collection("gems").updateOne(document("{_id: 1}"), document("{$set: {other: 1}}"));
		assertThat(context.down(TestChanges.of(UPDATE)).conflicts()).isZero();
		this.mongo.collection("gems").updateOne(document("{_id: 1}"), document("{$unset: {other: 1}}"));
		assertThat(gems()).containsExactlyInAnyOrderElementsOf(before);
	}

	@Test
	void anUpdateThatChangesNothingCanBeUndoneWithoutTransactions() {
		insert("{_id: 1, a: 5, b: 1}");
		TestContext.on(this.mongo).withoutTransactions().up(TestChanges.of(UPDATE));
		assertThat(TestContext.on(this.mongo).withoutTransactions().down(TestChanges.of(UPDATE)).conflicts()).isZero();
		assertThat(gems()).containsExactly(document("{_id: 1, a: 5, b: 1}"));
	}

	@Test
	void undoOfAnUpdateListsWhatWasChanged() {
		insert("{_id: 1, a: 5}", "{_id: 2, a: 6}");
		up(UPDATE);
		this.mongo.collection("gems").updateOne(document("{_id: 2}"), document("{$set: {b: 9}}"));
		assertThat(down(UPDATE).conflictExamples()).containsExactly("'gems', document 2: 'b' has been changed since");
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, a: 5}"), document("{_id: 2, a: 6, b: 9}"));
	}

	@Test
	void updatesByAPipelineAlsoWhereTheServerHasNone() {
		insert("{_id: 1, a: 5, c: 1}", "{_id: 2, a: 6}");
		List<Document> before = gems();
		TestContext.on(this.mongo).upTwice(TestChanges.of(PIPELINE));
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, a: 5, b: 6}"),
				document("{_id: 2, a: 6, b: 7}"));
		assertThat(down(PIPELINE).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrderElementsOf(before);
	}

	@ParameterizedTest
	@ValueSource(strings = { COUNT, COUNT_ONLY_UP })
	@RequiresReplicaSet("transactions")
	void countsOnceWhereverItIsInterrupted(String change) {
		insert("{_id: 1, n: 1}", "{_id: 2, n: 2}");
		ChangeSet changes = TestChanges.of(change);
		assertThat(changes.isRepeatable(true)).isTrue();
		assertThat(changes.isRepeatable(false)).isFalse();
		for (int at = 1, rank = 1; at > 0; at++, rank++) {
			Interruption interruption = Interruption.at(at, new Random(at));
			TestContext.Builder context = TestContext.on(this.mongo).rank(rank);
			try {
				context.interruption(interruption).up(changes);
				at = -1;
			}
			catch (Interruption.Interrupted ex) {
				context.interruption(Interruption.none()).up(changes);
			}
			assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, n: 2}"), document("{_id: 2, n: 3}"));
			context.interruption(Interruption.none()).down(changes);
			assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, n: 1}"), document("{_id: 2, n: 2}"));
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = {
			"update: {collection: a, filter: {}, up: {$set: {b: 1}, $unset: {c: 1}, $rename: {d: e}, $min: {f: 1}, $max: {g: 1}, $addToSet: {h: 1}, $pull: {i: 1}}}|true",
			"update: {collection: a, filter: {}, up: {$inc: {b: 1}}}|false",
			"update: {collection: a, filter: {}, up: {$push: {b: 1}}}|false",
			"update: {collection: a, filter: {b: 1}, up: {$set: {'b.$': 2}}}|false",
			"update: {collection: a, filter: {b.c: 1}, up: {$unset: {'b.$.c': 1}}}|false",
			"update: {collection: a, filter: {}, up: {$set: {'b.$[]': 2}}}|true",
			"update: {collection: a, filter: {}, up: {$set: {'b.$[x].c': 2, 'b.$[x].d': 3, e: 1}}, arrayFilters: [{x.d: 1}]}|true",
			"update: {collection: a, filter: {}, up: {$set: {'b.$[x].c': 2, 'b.$[y].d': 3}}, arrayFilters: [{x.d: 3}, {y.c: 1}]}|false",
			"update: {collection: a, filter: {}, up: {$set: {'b.$[x].c': 2}, $unset: {'b.$[].d': 3}}, arrayFilters: [{x.d: 3}]}|false",
			"update: {collection: a, filter: {}, up: {$set: {'b.$[x].c.$[y].d': 2}}, arrayFilters: [{x.d: 3}, {y.d: 1}]}|true",
			"update: {collection: a, filter: {}, up: {$inc: {'b.$[x].c': 2}}, arrayFilters: [{x: 3}]}|false",
			"update: {collection: a, filter: {_id: 1}, up: {$set: {b: 1}}, upsert: true}|true",
			"update: {collection: a, filter: {}, up: {$set: {b: 1}}, down: {$inc: {b: 1}}}|false",
			"update: {collection: a, filter: {}, up: [{$set: {b: 1}}]}|false",
			"update: {collection: a, filter: {}, up: {$inc: {b: 1}}, idempotent: true}|true",
			"command: {up: {ping: 1}}|false", "command: {up: {ping: 1}, idempotent: true}|true",
			"createIndex: {collection: a, keys: {b: 1}}|true" })
	void knowsWhatIsIdempotent(String change, boolean idempotent) {
		ChangeSet changes = TestChanges.of(change);
		assertThat(changes.changes()).singleElement().extracting(Change::isIdempotent).isEqualTo(idempotent);
		assertThat(changes.isRepeatable(false)).isEqualTo(idempotent);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", ", $inc: {n: 1}" })
	void aDownThatFindsNothingOfTheUpdateIsAConflict(String more) {
		insert("{_id: 1, kind: 'old'}", "{_id: 2, kind: 'old'}");
		String update = "update: {collection: gems, filter: {kind: old}, up: {$set: {kind: new}%s}, ".formatted(more)
				+ "down: {$set: {kind: old}}}";
		assertThat(TestChanges.of(update).changes().get(0).reverse().text())
			.contains("which finds none of the documents that 'up' has changed: add a 'downFilter' that does");
		up(update);
		assertThat(down(update).conflictExamples()).containsExactly(
				"'gems': 'down' has found none of the 2 documents that 'up' has changed, where {\"kind\": \"old\"}");
	}

	@Test
	void aDownThatFindsTheDocumentsOfTheUpdateIsNone() {
		insert("{_id: 1, kind: 'old'}");
		String update = "update: {collection: gems, filter: {kind: old}, up: {$set: {kind: new}}, "
				+ "down: {$set: {kind: old}}, downFilter: {kind: new}}";
		assertThat(TestChanges.of(update).changes().get(0).reverse().text()).doesNotContain("finds none");
		up(update);
		assertThat(down(update).conflicts()).isZero();
		assertThat(gems()).containsExactly(document("{_id: 1, kind: 'old'}"));
	}

	@Test
	void runsACommandAndItsDown() {
		ChangeSet changes = TestChanges.of("command: {up: {insert: gems, documents: [{_id: 1}]}, "
				+ "down: {delete: gems, deletes: [{q: {_id: 1}, limit: 1}]}}");
		TestContext.on(this.mongo).up(changes);
		assertThat(gems()).containsExactly(document("{_id: 1}"));
		assertThat(TestContext.on(this.mongo).down(changes).conflicts()).isZero();
		assertThat(gems()).isEmpty();
	}

	@Test
	void aCommandThatCouldNotWriteFails() {
		insert("{_id: 1}");
		assertThatIllegalStateException().isThrownBy(() -> up("command: {up: {insert: gems, documents: [{_id: 1}]}}"))
			.withMessageContaining("Command 'insert' could not write all")
			.withMessageContaining("11000");
	}

	@Test
	void aCommandWithoutDownIsNotUndone() {
		ChangeSet changes = TestChanges.of("createCollection: {collection: gems}", "command: {up: {ping: 1}}");
		assertThat(changes.irreversible()).contains("a command without 'down' has no reverse");
		TestContext.on(this.mongo).up(changes);
		assertThatExceptionOfType(ChangeRefusedException.class)
			.isThrownBy(() -> TestContext.on(this.mongo).down(changes))
			.withMessageContaining("a command without 'down' has no reverse")
			.withMessageContaining("Nothing was written");
		assertThat(this.mongo.database().listCollectionNames()).contains("gems");
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
