package io.gemforce.migrations.mongo.change.operation;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.bson.BsonDocument;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.gemforce.migrations.mongo.change.ChangeSet;
import io.gemforce.migrations.mongo.change.DatabaseState;
import io.gemforce.migrations.mongo.change.Interruption;
import io.gemforce.migrations.mongo.change.TestChanges;
import io.gemforce.migrations.mongo.change.TestContext;
import io.gemforce.migrations.mongo.change.UndoResult;
import io.gemforce.migrations.support.MongoServers;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for what an update can say besides its filter and its operators.
 */
@ExtendWith(TestDatabases.class)
class UpdateOptionsTests {

	private static final String ELEMENTS = "update: {collection: gems, filter: {kind: ring}, "
			+ "up: {$set: {'stones.$[small].ok': true}}, arrayFilters: [{small.size: {$lt: 5}}]%s}";

	private static final String UPSERT = "update: {collection: settings, filter: {_id: theme}, "
			+ "up: {$set: {color: red}, $setOnInsert: {by: us}}, upsert: true, idempotent: true}";

	private final MongoTestDatabase mongo;

	UpdateOptionsTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = { "``", ", down: {$unset: {'stones.$[small].ok': 1}}",
			", down: {$unset: {'stones.$[].ok': 1}}",
			", down: {$unset: {'stones.$[other].ok': 1}}, downArrayFilters: [{other.ok: true}]",
			", down: [{$set: {stones: {$map: {input: $stones, as: s, in: {size: $$s.size}}}}}], idempotent: true" })
	@RequiresReplicaSet("array filters and update pipelines")
	void updatesTheElementsThatArrayFiltersSelect(String more) {
		for (boolean transactions : new boolean[] { true, false }) {
			insert("gems", "{_id: 1, kind: 'ring', stones: [{size: 1}, {size: 7}, {size: 4}]}",
					"{_id: 2, kind: 'chain', stones: [{size: 1}]}");
			List<BsonDocument> before = documents("gems");
			TestContext.Builder context = TestContext.on(this.mongo)
				.transactions(transactions)
				.rank(transactions ? 1 : 2);
			context.upTwice(TestChanges.of(ELEMENTS.formatted(more)));
			assertThat(documents("gems")).contains(
					json("{_id: 1, kind: 'ring', stones: [{size: 1, ok: true}, {size: 7}, {size: 4, ok: true}]}"),
					before.get(1));
			assertThat(context.down(TestChanges.of(ELEMENTS.formatted(more))).conflictExamples()).isEmpty();
			assertThat(documents("gems")).containsExactlyInAnyOrderElementsOf(before);
			this.mongo.collection("gems").deleteMany(new Document());
		}
	}

	@Test
	@RequiresReplicaSet("variables of updates")
	void passesVariablesToTheFilterAndThePipeline() {
		String update = "update: {collection: gems, filter: {$expr: {$gt: [$size, $$limit]}}, "
				+ "up: [{$set: {over: {$subtract: [$size, $$limit]}}}], let: {limit: 5}, idempotent: true}";
		for (boolean transactions : new boolean[] { true, false }) {
			insert("gems", "{_id: 1, size: 3}", "{_id: 2, size: 8}");
			TestContext.Builder context = TestContext.on(this.mongo)
				.transactions(transactions)
				.rank(transactions ? 1 : 2);
			assertThat(TestChanges.of(update).plan(this.mongo.database(), true).get(0).touches().count()).isOne();
			context.up(TestChanges.of(update));
			assertThat(documents("gems")).containsExactlyInAnyOrder(json("{_id: 1, size: 3}"),
					json("{_id: 2, size: 8, over: 3}"));
			assertThat(context.down(TestChanges.of(update)).conflicts()).isZero();
			assertThat(documents("gems")).containsExactlyInAnyOrder(json("{_id: 1, size: 3}"),
					json("{_id: 2, size: 8}"));
			this.mongo.collection("gems").deleteMany(new Document());
		}
	}

	// No server here takes a collation in an update
	@Test
	void sendsCollationAndHintWithTheUpdate() {
		UpdateDocuments update = (UpdateDocuments) TestChanges
			.of("update: {collection: gems, filter: {a: x}, "
					+ "up: {$set: {b: 1}}, down: {$unset: {b: 1}}, collation: {locale: en, strength: 2}, hint: by_a}")
			.changes()
			.get(0);
		assertThat(update.up().settings().forUpdate()).satisfies((options) -> {
			assertThat(options.getCollation().asDocument()).containsAllEntriesOf(json("{locale: 'en', strength: 2}"));
			assertThat(options.getHintString()).isEqualTo("by_a");
			assertThat(options.isUpsert()).isFalse();
		});
	}

	@Test
	void anUpdateWithACollationIsUndoneByItsDownOnly() {
		ChangeSet changes = TestChanges
			.of("update: {collection: gems, filter: {a: x}, up: {$set: {b: 1}}, collation: {locale: en}}");
		assertThat(changes.irreversible()).hasValueSatisfying(
				(reason) -> assertThat(reason).contains("an update with a 'collation' has no reverse without 'down'"));
		assertThat(changes.changes().get(0).reverse().isAvailable()).isFalse();
	}

	@Test
	void insertsADocumentThatIsNotThereAndDeletesItAgain() {
		DatabaseState before = DatabaseState.of(this.mongo);
		ChangeSet changes = TestChanges.of(UPSERT);
		TestContext.on(this.mongo).upTwice(changes);
		assertThat(documents("settings")).containsExactly(json("{_id: 'theme', color: 'red', by: 'us'}"));
		assertThat(down(changes).conflicts()).isZero();
		assertThat(DatabaseState.of(this.mongo)).isEqualTo(before);
	}

	@Test
	void undoOfAnUpsertKeepsADocumentThatWasChanged() {
		ChangeSet changes = TestChanges.of(UPSERT);
		TestContext.on(this.mongo).up(changes);
		this.mongo.collection("settings").updateOne(new Document(), Document.parse("{$set: {color: 'blue'}}"));
		assertThat(down(changes).conflictExamples())
			.contains("'settings', document \"theme\": stays, as it has been changed since");
		assertThat(documents("settings")).containsExactly(json("{_id: 'theme', color: 'blue', by: 'us'}"));
	}

	@ParameterizedTest
	@ValueSource(strings = { UPSERT,
			"update: {collection: settings, filter: {_id: theme}, up: {$set: {color: red}}, upsert: true}" })
	void anUpsertOfADocumentThatIsThereIsAnUpdate(String upsert) {
		insert("settings", "{_id: 'theme', color: 'blue'}");
		TestContext.on(this.mongo).up(TestChanges.of(upsert));
		assertThat(documents("settings")).containsExactly(json("{_id: 'theme', color: 'red'}"));
		assertThat(down(TestChanges.of(upsert)).conflicts()).isZero();
		assertThat(documents("settings")).containsExactly(json("{_id: 'theme', color: 'blue'}"));
	}

	@Test
	void anUpsertThatIsNotToBeUndoneKeepsNothing() {
		TestContext.on(this.mongo).up(TestChanges.irreversible(UPSERT));
		assertThat(documents("settings")).containsExactly(json("{_id: 'theme', color: 'red', by: 'us'}"));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void anUpsertIsUndoneWhereverItIsInterrupted(boolean transactions) {
		ChangeSet changes = TestChanges.of(UPSERT);
		boolean finished = false;
		for (int at = 1; !finished; at++) {
			TestContext.Builder context = TestContext.on(this.mongo)
				.transactions(transactions && MongoServers.isReplicaSet())
				.rank(at)
				.interruption(Interruption.at(at, new Random(at)));
			try {
				context.up(changes);
				finished = true;
			}
			catch (Interruption.Interrupted ex) {
				context.interruption(Interruption.none()).up(changes);
			}
			assertThat(documents("settings")).containsExactly(json("{_id: 'theme', color: 'red', by: 'us'}"));
			assertThat(context.interruption(Interruption.none()).down(changes).conflicts()).isZero();
			assertThat(documents("settings")).isEmpty();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void aDocumentThatAnInterruptedUpsertHasInsertedIsItsServicesThen(boolean transactions) {
		ChangeSet changes = TestChanges.of(UPSERT);
		boolean finished = false;
		int changed = 0;
		for (int at = 1; !finished; at++) {
			TestContext.Builder context = TestContext.on(this.mongo)
				.transactions(transactions && MongoServers.isReplicaSet())
				.rank(at)
				.interruption(Interruption.at(at, new Random(0)));
			try {
				context.up(changes);
				finished = true;
			}
			catch (Interruption.Interrupted ex) {
				boolean there = !documents("settings").isEmpty();
				changed += there ? 1 : 0;
				this.mongo.collection("settings").updateOne(new Document(), Document.parse("{$set: {color: 'blue'}}"));
				context.interruption(Interruption.none()).up(changes);
				assertThat(documents("settings")).as("interrupted at write %d", at)
					.containsExactly(json("{_id: 'theme', color: '%s', by: 'us'}".formatted(there ? "blue" : "red")));
			}
			this.mongo.collection("settings").deleteMany(new Document());
		}
		assertThat(changed).isPositive();
	}

	@Test
	@RequiresReplicaSet("update pipelines")
	void undoesAnUpsertByAPipelineThatReadsTheId() {
		insert("settings", "{_id: 'other'}");
		ChangeSet changes = TestChanges.of("update: {collection: settings, filter: {_id: theme}, "
				+ "up: [{$set: {name: {$concat: ['my ', $_id]}}}], upsert: true, idempotent: true}");
		TestContext.on(this.mongo).up(changes);
		assertThat(documents("settings")).contains(json("{_id: 'theme', name: 'my theme'}"));
		assertThat(down(changes).conflicts()).isZero();
		assertThat(documents("settings")).containsExactly(json("{_id: 'other'}"));
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void undoesAnUpdateOfAFieldWithTheSignOfElementsInItsName(boolean transactions) {
		insert("gems", "{_id: 1, 'tags[]': 'a', n: 1}");
		ChangeSet changes = TestChanges.of("update: {collection: gems, filter: {n: 1}, up: {$unset: {'tags[]': ''}}}");
		TestContext.Builder context = TestContext.on(this.mongo)
			.transactions(transactions && MongoServers.isReplicaSet());
		context.up(changes);
		assertThat(documents("gems")).containsExactly(json("{_id: 1, n: 1}"));
		assertThat(context.down(changes).conflicts()).isZero();
		assertThat(documents("gems")).containsExactly(json("{_id: 1, n: 1, 'tags[]': 'a'}"));
	}

	@Test
	@RequiresReplicaSet("transactions")
	void readsDocumentsOnceIfItIsKnownWhatTheUpdateMakesOfThem() {
		insert("gems", "{_id: 1, a: 1, b: 2}");
		List<String> methods = new ArrayList<>();
		String update = "update: {collection: gems, filter: {a: 1}, up: {$set: {a: '$b'}, $unset: {b: 1}}}";
		TestContext.on(this.mongo)
			.interruption(Interruption.meanwhile((collection, method) -> methods.add(method)))
			.up(TestChanges.of(update));
		assertThat(methods).containsExactly("countDocuments", "find", "find", "updateMany");
		assertThat(documents("gems")).containsExactly(json("{_id: 1, a: '$b'}"));
		assertThat(down(TestChanges.of(update)).conflicts()).isZero();
		assertThat(documents("gems")).containsExactly(json("{_id: 1, a: 1, b: 2}"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			value = { "{$unset: {x: 1}}|{_id: 1, k: 1}", "{$set: {x: 'NEW'}}|{_id: 1, k: 1, x: 'NEW'}" })
	void whatAnApplicationDoesToAFieldAfterAnInterruptionIsItsOwn(String written, String left) {
		insert("gems", "{_id: 1, k: 1, x: 'old'}");
		ChangeSet changes = TestChanges.of("update: {collection: gems, filter: {k: 1}, up: {$set: {x: 'set'}}}");
		TestContext.Builder context = TestContext.on(this.mongo).withoutTransactions();
		interruptAtUpdate(context, changes);
		this.mongo.collection("gems").updateOne(new Document(), Document.parse(written));
		context.interruption(Interruption.none()).up(changes);
		assertThat(documents("gems")).containsExactly(json("{_id: 1, k: 1, x: 'set'}"));
		assertThat(context.down(changes).conflicts()).isZero();
		assertThat(documents("gems")).containsExactly(json(left));
	}

	private void interruptAtUpdate(TestContext.Builder context, ChangeSet changes) {
		try {
			context.interruption(Interruption.meanwhile((collection, method) -> {
				if (method.equals("findOneAndUpdate")) {
					throw new Stop();
				}
			})).up(changes);
		}
		catch (Stop ex) {
			// As wanted: the document is kept, and not updated
		}
	}

	private UndoResult down(ChangeSet changes) {
		return TestContext.on(this.mongo).down(changes);
	}

	private void insert(String collection, String... documents) {
		for (String document : documents) {
			this.mongo.collection(collection).insertOne(Document.parse(document));
		}
	}

	private List<BsonDocument> documents(String collection) {
		return this.mongo.database().getCollection(collection, BsonDocument.class).find().into(new ArrayList<>());
	}

	private static BsonDocument json(String json) {
		return BsonDocument.parse(json);
	}

	private static final class Stop extends RuntimeException {

		private static final long serialVersionUID = 1L;

	}

}
