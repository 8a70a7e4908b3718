package io.gemforce.migrations.mongo.change.operation.collection;

import java.util.ArrayList;
import java.util.List;

import com.mongodb.client.model.IndexOptions;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.gemforce.migrations.mongo.change.ChangeSet;
import io.gemforce.migrations.mongo.change.DatabaseState;
import io.gemforce.migrations.mongo.change.InvalidChangesException;
import io.gemforce.migrations.mongo.change.TestChanges;
import io.gemforce.migrations.mongo.change.TestContext;
import io.gemforce.migrations.mongo.change.UndoResult;
import io.gemforce.migrations.mongo.change.contract.ChangeRefusedException;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Options of collections and indexes, and views, on a server that has them.
 */
@ExtendWith(TestDatabases.class)
class CollectionOptionChangeTests {

	private static final String CREATE = "createCollection: {collection: gems, validator: {a: {$exists: true}}, level: moderate}";

	private static final String VIEW = "createView: {view: seen, on: gems, pipeline: [{$match: {a: 1}}]}";

	private static final String DROP_VIEW = "dropView: {view: seen}";

	private static final String ALTER_VIEW = "alterCollection: {collection: seen, pipeline: [{$match: {a: 2}}]}";

	private static final String HIDE = "alterIndex: {collection: gems, name: by_a, hidden: true}";

	private final MongoTestDatabase mongo;

	CollectionOptionChangeTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	@RequiresReplicaSet("validators")
	void aCollectionIsCreatedWithItsOptionsAndDroppedAgain() {
		TestContext.on(this.mongo).upTwice(TestChanges.of(CREATE));
		assertThat(options("gems")).isEqualTo(Document
			.parse("{validator: {a: {$exists: true}}, validationLevel: 'moderate', " + "validationAction: 'error'}"));
		assertThat(down(CREATE).conflicts()).isZero();
		assertThat(collections()).doesNotContain("gems");
	}

	@Test
	@RequiresReplicaSet("validators")
	void aCollectionWithTheSameOptionsStays() {
		this.mongo.database()
			.runCommand(
					Document.parse("{create: 'gems', validator: {a: {$exists: true}}, validationLevel: 'moderate'}"));
		up(CREATE);
		assertThat(down(CREATE).conflicts()).isZero();
		assertThat(collections()).contains("gems");
	}

	@Test
	@RequiresReplicaSet("validators")
	void aCollectionWithOtherOptionsIsRefusedWithTheDifference() {
		this.mongo.database().runCommand(Document.parse("{create: 'gems', validator: {a: {$exists: true}}}"));
		assertRefused(CREATE,
				"'gems' is there with other options: validationLevel is \"strict\", and \"moderate\" is wanted");
	}

	@Test
	@RequiresReplicaSet("validators")
	void withoutOptionsAnyOrdinaryCollectionWillDo() {
		this.mongo.database().runCommand(Document.parse("{create: 'gems', validator: {a: {$exists: true}}}"));
		up("createCollection: {collection: gems}");
		assertThat(options("gems")).containsKey("validator");
	}

	@Test
	@RequiresReplicaSet("views")
	void aCollectionIsNotCreatedWhereThereIsAView() {
		this.mongo.database().createView("gems", "other", List.of());
		assertRefused(CREATE, "'gems' is a view");
	}

	@Test
	@RequiresReplicaSet("views")
	void createsAViewOnceAndDropsIt() {
		insert("{_id: 1, a: 1}", "{_id: 2, a: 2}");
		TestContext.on(this.mongo).upTwice(TestChanges.of(VIEW));
		assertThat(this.mongo.collection("seen").find()).containsExactly(Document.parse("{_id: 1, a: 1}"));
		assertThat(down(VIEW).conflicts()).isZero();
		assertThat(collections()).contains("gems").doesNotContain("seen");
	}

	@Test
	@RequiresReplicaSet("views")
	void aViewThatIsTheSameStays() {
		this.mongo.database().createView("seen", "gems", List.of(Document.parse("{$match: {a: 1.0}}")));
		up(VIEW);
		assertThat(down(VIEW).conflicts()).isZero();
		assertThat(collections()).contains("seen");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "gems|{$match: {a: 2}}|pipeline is", "other|{$match: {a: 1}}|viewOn is" })
	@RequiresReplicaSet("views")
	void anotherViewInItsPlaceIsRefusedWithTheDifference(String on, String stage, String difference) {
		this.mongo.database().createView("seen", on, List.of(Document.parse(stage)));
		assertRefused(VIEW, "'seen' is there as another view: " + difference);
	}

	@ParameterizedTest
	@ValueSource(strings = { VIEW, DROP_VIEW })
	void aCollectionInThePlaceOfAViewIsRefused(String change) {
		this.mongo.database().createCollection("seen");
		assertRefused(change, "'seen' is no view");
	}

	@Test
	@RequiresReplicaSet("views")
	void undoLeavesAViewThatHasBeenChangedSince() {
		up(VIEW);
		this.mongo.database().runCommand(Document.parse("{collMod: 'seen', viewOn: 'gems', pipeline: []}"));
		assertThat(down(VIEW).conflictExamples()).containsExactly("'seen': the view has been changed since, and stays");
	}

	@Test
	@RequiresReplicaSet("views")
	void dropsAViewAndCreatesItAsItWas() {
		up(VIEW);
		DatabaseState before = DatabaseState.of(this.mongo);
		up(DROP_VIEW, 8);
		assertThat(collections()).doesNotContain("seen");
		assertThat(TestContext.on(this.mongo).rank(8).down(TestChanges.of(DROP_VIEW)).conflicts()).isZero();
		assertThat(DatabaseState.of(this.mongo)).isEqualTo(before);
	}

	@Test
	@RequiresReplicaSet("views")
	void undoRestoresNoViewWhereThereIsSomethingElse() {
		up(VIEW);
		up(DROP_VIEW, 8);
		this.mongo.database().createCollection("seen");
		assertThat(TestContext.on(this.mongo).rank(8).down(TestChanges.of(DROP_VIEW)).conflictExamples())
			.containsExactly("'seen': the view is not restored, as there is something else of its name");
	}

	@Test
	@RequiresReplicaSet("views")
	void aPartOfAViewIsChangedAndSetBack() {
		this.mongo.database().createView("seen", "gems", List.of());
		DatabaseState before = DatabaseState.of(this.mongo);
		TestContext.on(this.mongo).upTwice(TestChanges.of(ALTER_VIEW));
		assertThat(options("seen")).isEqualTo(Document.parse("{viewOn: 'gems', pipeline: [{$match: {a: 2}}]}"));
		assertThat(down(ALTER_VIEW).conflicts()).isZero();
		assertThat(DatabaseState.of(this.mongo)).isEqualTo(before);
	}

	@Test
	@RequiresReplicaSet("views")
	void undoLeavesOptionsThatHaveBeenChangedSince() {
		this.mongo.database().createView("seen", "gems", List.of());
		up(ALTER_VIEW);
		this.mongo.database()
			.runCommand(Document.parse("{collMod: 'seen', viewOn: 'gems', pipeline: [{$match: {a: 3}}]}"));
		assertThat(down(ALTER_VIEW).conflictExamples())
			.containsExactly("'seen': the options have been changed since, and stay");
	}

	@ParameterizedTest
	@ValueSource(strings = { ALTER_VIEW, "alterCollection: {collection: seen, capped: {max: 5}}", HIDE, DROP_VIEW })
	void whatIsMissingIsNothingToDo(String change) {
		up(change);
		assertThat(down(change).conflicts()).isZero();
		assertThat(collections()).doesNotContain("seen", "gems");
	}

	@Test
	@RequiresReplicaSet("collMod")
	void hidesAnIndexAndShowsItAgain() {
		index(new IndexOptions());
		DatabaseState before = DatabaseState.of(this.mongo);
		TestContext.on(this.mongo).upTwice(TestChanges.of(HIDE));
		assertThat(index().getBoolean("hidden")).isTrue();
		assertThat(down(HIDE).conflicts()).isZero();
		assertThat(DatabaseState.of(this.mongo)).isEqualTo(before);
	}

	@Test
	void anIndexThatIsNotThereIsRefused() {
		insert("{_id: 1}");
		assertRefused(HIDE, "'gems' has no index 'by_a' but the one of '_id'");
	}

	@Test
	void anIndexByWhichNothingExpiresIsNotMadeOneByWhichDocumentsDo() {
		index(new IndexOptions());
		assertRefused("alterIndex: {collection: gems, name: by_a, expireAfter: 30d}",
				"documents of 'gems' do not expire by index 'by_a'");
	}

	// From the place in the file, before anything is asked of a server
	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = {
			"createCollection: {collection: a, timeseries: {timeField: t}, capped: {size: 5}}|a time series cannot have 'capped'",
			"createCollection: {collection: a, timeseries: {timeField: t}, validator: {a: 1}}|a time series cannot have 'validator'",
			"createCollection: {collection: a, timeseries: {timeField: a.t}}|'timeField' must be a field at the top",
			"createCollection: {collection: a, timeseries: {timeField: t, metaField: t}}|'metaField' cannot be 't'",
			"createCollection: {collection: a, timeseries: {timeField: t, granularity: hours, bucketSpan: 1h}}|exclude each other",
			"createCollection: {collection: a, timeseries: {timeField: t, bucketSpan: 366d}}|'bucketSpan' must be from 1s to 365d",
			"createCollection: {collection: a, timeseries: {metaField: t}}|'timeseries' needs the key 'timeField'",
			"createCollection: {collection: a, timeseries: {timeField: t, granularty: hours}}|did you mean 'granularity'?",
			"createCollection: {collection: a, capped: {max: 5}}|'capped' needs the key 'size'",
			"createCollection: {collection: a, capped: {size: 0}}|'size' must be an integer above 0",
			"createCollection: {collection: a, capped: {size: 5, max: 3000000000}}|'max' is more than",
			"createCollection: {collection: a, capped: true}|'capped' must be a document",
			"createCollection: {collection: a, capped: {size: 5}, clusteredIndex: {}}|a capped collection cannot have 'clusteredIndex'",
			"createCollection: {collection: a, clusteredIndex: {key: {b: 1}}}|a collection is clustered by '_id' alone",
			"createCollection: {collection: a, clusteredIndex: {unique: false}}|a clustered index is always unique",
			"createCollection: {collection: a, expireAfter: 1d}|expire only if it has 'timeseries' or 'clusteredIndex'",
			"createCollection: {collection: a, level: off}|'level' is of no use without 'validator'",
			"createCollection: {collection: system.users}|begins with 'system.'",
			"createView: {view: a, on: a, pipeline: []}|view 'a' is on itself",
			"createView: {view: a$b, on: a, pipeline: []}|the name has a '$'",
			"createView: {view: a, on: b, pipeline: [{$out: c}]}|a view cannot write",
			"createView: {view: a, on: b, pipeline: [{$match: {}, $limit: 1}]}|a stage must be a document of one key",
			"alterCollection: {collection: a}|'alterCollection' changes nothing",
			"alterCollection: {collection: a, timeseries: {}}|'alterCollection' changes nothing",
			"alterCollection: {collection: a, on: b, capped: {size: 5}}|cannot be a view and a capped collection",
			"alterCollection: {collection: a, on: b, changeStreamPreAndPostImages: true}|a view has not all of these options",
			"alterCollection: {collection: a, capped: {size: 5}, expireAfter: 1d}|a capped collection has not all of these options",
			"alterCollection: {collection: a, expireAfter: never, expireExisting: true}|'expireExisting' is of no use",
			"alterCollection: {collection: a, expireAfter: 1d, discardOldest: true}|'discardOldest' is of no use",
			"createIndex: {collection: a, keys: {b: 1}, weights: {b: 5}}|'weights' is of no use without a field with 'text'",
			"createIndex: {collection: a, keys: {b: text}, weights: {c: 5}}|'c' has a weight but is no 'text' field",
			"createIndex: {collection: a, keys: {b: text}, weights: {b: 100000}}|the weight of 'b' cannot be the number 100000",
			"createIndex: {collection: a, keys: {b: hashed, c: hashed}}|an index can have one hashed field only",
			"createIndex: {collection: a, keys: {b: hashed}, unique: true}|an index of this kind cannot have 'unique'",
			"createIndex: {collection: a, keys: {$**: 1}, expireAfter: 1d}|an index of this kind cannot have 'expireAfter'",
			"createIndex: {collection: a, keys: {b: 1}, wildcardProjection: {c: 1}}|'wildcardProjection' is of no use without the key '$**'",
			"createIndex: {collection: a, keys: {$**: 1}, wildcardProjection: {b: 1, c: 0}}|a projection names what is in it or what is not",
			"alterIndex: {collection: a, name: b}|'alterIndex' changes nothing",
			"alterIndex: {collection: a, name: b, unique: false}|a unique index cannot become an ordinary one",
			"alterIndex: {collection: a, name: b, unique: true, hidden: true}|an index becomes unique by a change of its own",
			"alterIndex: {collection: a, name: _id_, hidden: true}|'name' cannot be '_id_'" })
	void optionsThatContradictEachOtherAreRefusedFromTheFile(String change, String message) {
		assertThatExceptionOfType(InvalidChangesException.class).isThrownBy(() -> TestChanges.of(change))
			.withMessageContaining(message)
			.withMessageContaining("test:2:");
	}

	private void insert(String... documents) {
		for (String json : documents) {
			this.mongo.collection("gems").insertOne(Document.parse(json));
		}
	}

	private void index(IndexOptions options) {
		this.mongo.collection("gems").createIndex(new Document("a", 1), options.name("by_a"));
	}

	private Document index() {
		return this.mongo.collection("gems")
			.listIndexes()
			.into(new ArrayList<>())
			.stream()
			.filter((index) -> index.getString("name").equals("by_a"))
			.findFirst()
			.orElseThrow();
	}

	private Document options(String collection) {
		return this.mongo.database()
			.listCollections()
			.filter(new Document("name", collection))
			.first()
			.get("options", Document.class);
	}

	private List<String> collections() {
		return this.mongo.database().listCollectionNames().into(new ArrayList<>());
	}

	private void up(String change) {
		up(change, 7);
	}

	private void up(String change, long rank) {
		TestContext.on(this.mongo).rank(rank).up(TestChanges.of(change));
	}

	private UndoResult down(String change) {
		return TestContext.on(this.mongo).down(TestChanges.of(change));
	}

	private void assertRefused(String change, String message) {
		ChangeSet changes = TestChanges.of(change);
		assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(() -> TestContext.on(this.mongo).up(changes))
			.withMessageContaining(message)
			.withMessageContaining("It has written nothing")
			.satisfies((ex) -> assertThat(ex.getAction()).isNotBlank());
	}

}
