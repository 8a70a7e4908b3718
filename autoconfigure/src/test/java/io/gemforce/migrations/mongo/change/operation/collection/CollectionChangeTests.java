package io.gemforce.migrations.mongo.change.operation.collection;

import java.util.ArrayList;
import java.util.List;

import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import org.bson.BsonDocument;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.gemforce.migrations.mongo.change.ChangeSet;
import io.gemforce.migrations.mongo.change.DatabaseState;
import io.gemforce.migrations.mongo.change.TestChanges;
import io.gemforce.migrations.mongo.change.TestContext;
import io.gemforce.migrations.mongo.change.UndoResult;
import io.gemforce.migrations.mongo.change.catalog.CollectionInfo;
import io.gemforce.migrations.mongo.change.contract.ChangeRefusedException;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for changes of collections, indexes and validators.
 */
@ExtendWith(TestDatabases.class)
class CollectionChangeTests {

	private static final String CREATE = "createCollection: {collection: gems}";

	private static final String DROP = "dropCollection: {collection: gems}";

	private static final String RENAME = "renameCollection: {from: gems, to: stones}";

	private static final String INDEX = "createIndex: {collection: gems, name: by_a, keys: {a: 1}, sparse: true}";

	private static final String UNIQUE = "createIndex: {collection: gems, name: by_a, keys: {a: 1}, unique: true}";

	private static final String DROP_INDEX = "dropIndex: {collection: gems, name: by_a}";

	private static final String VALIDATOR = "setValidator: {collection: gems, validator: {a: {$exists: true}}, "
			+ "level: moderate, action: warn}";

	private final MongoTestDatabase mongo;

	CollectionChangeTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	void createsACollectionAndDropsItAgain() {
		up(CREATE);
		assertThat(collections()).contains("gems");
		assertThat(down(CREATE).conflicts()).isZero();
		assertThat(collections()).doesNotContain("gems");
	}

	@Test
	void aCollectionThatWasThereStays() {
		this.mongo.database().createCollection("gems");
		up(CREATE);
		assertThat(down(CREATE).conflicts()).isZero();
		assertThat(collections()).contains("gems");
	}

	@Test
	void aCollectionThatHasDocumentsStays() {
		up(CREATE);
		insert("{_id: 1}");
		assertThat(down(CREATE).conflictExamples())
			.containsExactly("'gems': the collection stays, as it has 1 document");
		assertThat(collections()).contains("gems");
	}

	@Test
	void dropsACollectionAndRestoresItWithItsIndexes() {
		insert("{_id: 1, a: 5}", "{_id: 'two', a: {b: []}}");
		this.mongo.collection("gems")
			.createIndex(Indexes.descending("a"), new IndexOptions().name("by_a").sparse(true));
		DatabaseState before = DatabaseState.of(this.mongo);
		up(DROP);
		assertThat(collections()).doesNotContain("gems");
		assertThat(down(DROP).conflicts()).isZero();
		assertThat(DatabaseState.of(this.mongo)).isEqualTo(before);
	}

	@Test
	@RequiresReplicaSet("validators")
	void restoresTheValidatorOfADroppedCollectionAndWhatDoesNotPassIt() {
		insert("{_id: 1, a: 5}", "{_id: 2}");
		this.mongo.database().runCommand(Document.parse("{collMod: 'gems', validator: {a: {$gt: 1}}}"));
		DatabaseState before = DatabaseState.of(this.mongo);
		up(DROP);
		assertThat(down(DROP).conflicts()).isZero();
		assertThat(DatabaseState.of(this.mongo)).isEqualTo(before);
	}

	@Test
	void aDroppedCollectionThatIsThereAgainIsNotRestored() {
		insert("{_id: 1, a: 5}");
		up(DROP);
		insert("{_id: 1, a: 6}");
		assertThat(down(DROP).conflictExamples())
			.containsExactly("'gems': the collection is there again, with 1 documents, and is not restored");
		assertThat(this.mongo.collection("gems").find()).containsExactly(Document.parse("{_id: 1, a: 6}"));
	}

	@Test
	void aMissingCollectionNeedsNoDrop() {
		up(DROP);
		assertThat(down(DROP).conflicts()).isZero();
		assertThat(collections()).doesNotContain("gems");
	}

	@Test
	void renamesACollectionAndBack() {
		insert("{_id: 1}");
		up(RENAME);
		assertThat(collections()).contains("stones").doesNotContain("gems");
		assertThat(down(RENAME).conflicts()).isZero();
		assertThat(collections()).contains("gems").doesNotContain("stones");
	}

	@Test
	void refusesToRenameOntoAnotherCollection() {
		insert("{_id: 1}");
		this.mongo.database().createCollection("stones");
		assertRefused(RENAME, "'gems' and 'stones' are both there");
	}

	@Test
	void aRenameThatFoundNothingUndoesNothing() {
		this.mongo.database().createCollection("stones");
		up(RENAME);
		assertThat(down(RENAME).conflicts()).isZero();
		assertThat(collections()).contains("stones");
	}

	@Test
	void undoOfARenameLeavesBothWhereTheOldNameIsThereAgain() {
		insert("{_id: 1}");
		up(RENAME);
		insert("{_id: 2}");
		assertThat(down(RENAME).conflictExamples()).containsExactly("'stones': stays, as 'gems' is there again");
	}

	@Test
	void createsAnIndexOnceAndDropsIt() {
		insert("{_id: 1, a: 5}");
		TestContext.on(this.mongo).upTwice(TestChanges.of(INDEX));
		assertThat(indexNames()).contains("by_a");
		assertThat(down(INDEX).conflicts()).isZero();
		assertThat(indexNames()).doesNotContain("by_a");
	}

	@Test
	void anIndexThatIsTheSameStays() {
		insert("{_id: 1, a: 5}");
		this.mongo.collection("gems")
			.createIndex(Document.parse("{a: 1.0}"), new IndexOptions().name("other").sparse(true));
		up(INDEX);
		assertThat(indexNames()).contains("other").doesNotContain("by_a");
		down(INDEX);
		assertThat(indexNames()).contains("other");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "{a: 1}|other|false", "{b: 1}|by_a|true" })
	void anotherIndexInItsPlaceIsAnErrorThatShowsBoth(String keys, String name, boolean sparse) {
		insert("{_id: 1, a: 5}");
		this.mongo.collection("gems").createIndex(Document.parse(keys), new IndexOptions().name(name).sparse(sparse));
		assertRefused(INDEX, "'gems' has another index in its place", "\"name\": \"%s\"".formatted(name),
				"\"name\": \"by_a\", \"sparse\": true} is wanted");
	}

	@Test
	void listsDuplicatesBeforeAUniqueIndexIsBuilt() {
		insert("{_id: 1, a: 5}", "{_id: 2, a: 5.0}", "{_id: 3, a: [7, 8]}", "{_id: 4, a: 8}", "{_id: 5}",
				"{_id: 6, a: null}", "{_id: 7, a: [9, 9]}");
		assertRefused(UNIQUE, "documents of 'gems' have the same values", "{\"a\": 8} in 2 documents",
				"{\"a\": null} in 2 documents", "\"a\": 5");
		assertThat(indexNames()).doesNotContain("by_a");
	}

	@Test
	@RequiresReplicaSet("partial indexes")
	void duplicatesBeyondAPartialFilterDoNotMatter() {
		insert("{_id: 1, a: 5, x: 1}", "{_id: 2, a: 5}");
		up("createIndex: {collection: gems, name: by_a, keys: {a: 1}, unique: true, partialFilter: {x: {$exists: true}}}");
		assertThat(indexNames()).contains("by_a");
	}

	@Test
	void aCollectionThatAnIndexMadeGoesWithIt() {
		up(UNIQUE);
		assertThat(collections()).contains("gems");
		assertThat(down(UNIQUE).conflicts()).isZero();
		assertThat(collections()).doesNotContain("gems");
	}

	@Test
	void dropsAnIndexAndCreatesItAsItWas() {
		insert("{_id: 1, a: 5}");
		this.mongo.collection("gems")
			.createIndex(Document.parse("{a: -1, b: 1}"),
					new IndexOptions().name("by_a").partialFilterExpression(Document.parse("{a: {$gt: 1}}")));
		DatabaseState before = DatabaseState.of(this.mongo);
		up(DROP_INDEX);
		assertThat(indexNames()).doesNotContain("by_a");
		assertThat(down(DROP_INDEX).conflicts()).isZero();
		assertThat(DatabaseState.of(this.mongo)).isEqualTo(before);
	}

	@Test
	void aUniqueIndexStaysAwayWhereThereAreDuplicatesNow() {
		insert("{_id: 1, a: 5}");
		this.mongo.collection("gems")
			.createIndex(Document.parse("{a: 1}"), new IndexOptions().name("by_a").unique(true));
		up(DROP_INDEX);
		insert("{_id: 2, a: 5}");
		assertThat(down(DROP_INDEX).conflictExamples()).singleElement()
			.asString()
			.contains("unique index 'by_a' stays away", "{\"a\": 5} in 2 documents");
		assertThat(indexNames()).doesNotContain("by_a");
	}

	@Test
	void aMissingIndexNeedsNoDrop() {
		insert("{_id: 1, a: 5}");
		up(DROP_INDEX);
		assertThat(down(DROP_INDEX).conflicts()).isZero();
	}

	@Test
	@RequiresReplicaSet("collMod")
	void setsAValidatorAndThePreviousOneAgain() {
		insert("{_id: 1, a: 5}");
		this.mongo.database()
			.runCommand(
					Document.parse("{collMod: 'gems', validator: {b: {$exists: false}}, validationLevel: 'strict'}"));
		DatabaseState before = DatabaseState.of(this.mongo);
		TestContext.on(this.mongo).upTwice(TestChanges.of(VALIDATOR));
		assertThat(options()).isEqualTo(BsonDocument
			.parse("{validator: {a: {$exists: true}}, validationLevel: 'moderate', validationAction: 'warn'}"));
		assertThat(down(VALIDATOR).conflicts()).isZero();
		assertThat(DatabaseState.of(this.mongo)).isEqualTo(before);
	}

	@Test
	@RequiresReplicaSet("collMod")
	void aValidatorMakesItsCollection() {
		up(VALIDATOR);
		assertThat(collections()).contains("gems");
		assertThat(down(VALIDATOR).conflicts()).isZero();
		assertThat(collections()).doesNotContain("gems");
	}

	@Test
	@RequiresReplicaSet("collMod")
	void aValidatorThatWasChangedStays() {
		insert("{_id: 1, a: 5}");
		up(VALIDATOR);
		this.mongo.database().runCommand(Document.parse("{collMod: 'gems', validator: {c: 1}}"));
		assertThat(down(VALIDATOR).conflictExamples())
			.containsExactly("'gems': the validator has been changed since, and stays");
	}

	@Test
	void aChangeThatTheValidatorWouldNotLetPassIsRefusedBeforeItWrites() {
		up("setValidator: {collection: gems, validator: {$jsonSchema: {required: [a]}}}");
		insert("{_id: 1, a: 1}", "{_id: 2, a: 2, b: 2}");
		for (String change : List.of("renameField: {collection: gems, from: a, to: c}",
				"removeField: {collection: gems, field: a}")) {
			TestContext.Builder context = TestContext.on(this.mongo).rank(change.length());
			assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(() -> context.up(TestChanges.of(change)))
				.withMessageContaining(
						"the validator of 'gems' would not let pass what it makes of documents, for " + "example 1, 2")
				.withMessageContaining("It has written nothing");
		}
	}

	@Test
	void aChangeThatTheValidatorDoesNotLetPassSaysSo() {
		up("setValidator: {collection: gems, validator: {a: {$type: int}}}");
		insert("{_id: 1, a: 1}");
		assertThatExceptionOfType(ChangeRefusedException.class)
			.isThrownBy(() -> TestContext.on(this.mongo)
				.rank(8)
				.up(TestChanges.of("convertField: {collection: gems, field: a, to: string}")))
			.withMessageContaining("the validator of the collection does not let pass what it makes of a document");
	}

	@Test
	void documentsAreUndoneUnderTheValidatorThatTheyHadBefore() {
		insert("{_id: 1, a: 1}");
		ChangeSet changes = TestChanges.of(
				"setValidator: {collection: gems, validator: {$jsonSchema: {required: [b]}}}",
				"renameField: {collection: gems, from: a, to: b}");
		BsonDocument before = options();
		TestContext.on(this.mongo).up(changes);
		assertThat(TestContext.on(this.mongo).down(changes).conflicts()).isZero();
		assertThat(this.mongo.collection("gems").find()).containsExactly(Document.parse("{_id: 1, a: 1}"));
		assertThat(options()).isEqualTo(before);
	}

	@Test
	@RequiresReplicaSet("collMod")
	void validatorsThatWereLiftedForDocumentsAreNoConflict() {
		insert("{_id: 1, a: 1}");
		ChangeSet changes = TestChanges.of("setValidator: {collection: gems, validator: {a: {$exists: true}}}",
				"setValidator: {collection: gems, validator: {b: {$exists: true}}}",
				"renameField: {collection: gems, from: a, to: b}");
		DatabaseState before = DatabaseState.of(this.mongo);
		TestContext.on(this.mongo).up(changes);
		assertThat(TestContext.on(this.mongo).down(changes).conflictExamples()).isEmpty();
		assertThat(DatabaseState.of(this.mongo)).isEqualTo(before);
	}

	@ParameterizedTest
	@ValueSource(strings = { "renameField: {collection: %s, from: a, to: b}",
			"copyField: {collection: %s, from: a, to: b}", "addField: {collection: %s, field: a, value: 1}",
			"removeField: {collection: %s, field: a}", "convertField: {collection: %s, field: a, to: int}",
			"createCollection: {collection: %s}", "renameCollection: {from: %s, to: other}",
			"renameCollection: {from: other, to: %s}", "createIndex: {collection: %s, keys: {a: 1}}",
			"dropIndex: {collection: %s, name: by_a}", "setValidator: {collection: %s, validator: {}}",
			"insert: {collection: %s, documents: [{_id: 1}]}",
			"update: {collection: %s, filter: {}, up: {$set: {a: 1}}}", "delete: {collection: %s, filter: {a: 1}}",
			"mapValues: {collection: %s, field: a, values: {b: c}}" })
	@RequiresReplicaSet("views")
	void refusesAView(String change) {
		this.mongo.database().createView("view", "gems", List.of());
		assertRefused(change.formatted("view"), "'view' is a view, which declared changes do not touch",
				"It has written nothing");
	}

	// No server here can make them: as a server lists them
	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = {
			"{name: 'c', type: 'collection', options: {capped: true, size: 4096}, info: {readOnly: false}}|a capped collection",
			"{name: 'c', type: 'timeseries', options: {timeseries: {timeField: 't'}}, info: {readOnly: false}}|a time-series collection",
			"{name: 'c', type: 'view', options: {viewOn: 'a', pipeline: []}, info: {readOnly: true}}|a view" })
	void knowsWhatIsNoOrdinaryCollection(String listed, String peculiarity) {
		assertThat(CollectionInfo.of(BsonDocument.parse(listed)).peculiarity()).isEqualTo(peculiarity);
		assertThat(CollectionInfo.of(BsonDocument.parse("{name: 'c', type: 'collection', options: {}}")).peculiarity())
			.isNull();
	}

	private void insert(String... documents) {
		for (String json : documents) {
			this.mongo.collection("gems").insertOne(Document.parse(json));
		}
	}

	private List<String> collections() {
		return this.mongo.database().listCollectionNames().into(new ArrayList<>());
	}

	private List<String> indexNames() {
		return this.mongo.collection("gems")
			.listIndexes()
			.into(new ArrayList<>())
			.stream()
			.map((index) -> index.getString("name"))
			.toList();
	}

	private BsonDocument options() {
		return DatabaseState.of(this.mongo).collections().get("gems").options();
	}

	private void up(String change) {
		TestContext.on(this.mongo).up(TestChanges.of(change));
	}

	private UndoResult down(String change) {
		return TestContext.on(this.mongo).down(TestChanges.of(change));
	}

	private void assertRefused(String change, String... messages) {
		assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(() -> up(change))
			.satisfies((ex) -> assertThat(ex.getMessage()).contains(messages))
			.satisfies((ex) -> assertThat(ex.getAction()).isNotBlank());
	}

}
