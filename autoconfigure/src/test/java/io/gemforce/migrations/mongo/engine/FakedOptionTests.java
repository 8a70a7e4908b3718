package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;

import com.mongodb.client.model.CreateCollectionOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.TimeSeriesGranularity;
import com.mongodb.client.model.TimeSeriesOptions;
import org.bson.BsonArray;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.Problem;
import io.gemforce.migrations.mongo.DeclaredMongoMigration;
import io.gemforce.migrations.store.RehearsalScope;
import io.gemforce.migrations.support.MongoProxy;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Options of collections and indexes that no server here has: capped and time-series
 * collections, pre- and post-images, indexes that become unique. Faked replies stand for
 * a server that has them, and remembers what it was told.
 */
@ExtendWith(TestDatabases.class)
@RequiresReplicaSet("collMod")
class FakedOptionTests {

	private static final BsonDocument OK = BsonDocument.parse("{ok: 1.0}");

	private final MongoTestDatabase mongo;

	private final MongoProxy proxy;

	private String type = "collection";

	private BsonDocument options = new BsonDocument();

	private BsonDocument index = BsonDocument.parse("{v: 2, key: {b: 1}, name: 'by_b'}");

	FakedOptionTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
		this.proxy = MongoProxy.to(mongo);
	}

	@BeforeEach
	void createGems() {
		this.mongo.collection("gems").insertOne(Document.parse("{_id: 1, b: 6}"));
		this.mongo.collection("gems").createIndex(Indexes.ascending("b"));
	}

	@AfterEach
	void close() {
		this.proxy.close();
	}

	@Test
	void createsACappedCollection() {
		fake("create", (command) -> {
		});
		migrate((changes) -> changes.createCollection("log",
				new CreateCollectionOptions().capped(true).sizeInBytes(5000).maxDocuments(10)));
		assertThat(sent("create", "log")).singleElement()
			.satisfies((command) -> assertThat(command).containsAllEntriesOf(
					BsonDocument.parse("{capped: true, size: {$numberLong: '5000'}, max: {$numberLong: '10'}}")));
	}

	@Test
	void aServerThatDoesNotTakeAnOptionIsSaidSoAndNothingIsMade() {
		assertThat(failure((changes) -> changes.createCollection("log",
				new CreateCollectionOptions().capped(true).sizeInBytes(5000))))
			.hasMessageContaining("the server does not take these options:")
			.hasMessageContaining("It has written nothing");
		assertThat(this.mongo.database().listCollectionNames()).doesNotContain("log");
	}

	@Test
	void aServerThatIsTooOldForAnOptionIsNotEvenAsked() {
		this.proxy.alterReplies(named("buildInfo"),
				(reply) -> BsonDocument.parse("{versionArray: [4, 4, 29, 0], ok: 1.0}"));
		assertThat(failure((changes) -> changes.createCollection("readings",
				new CreateCollectionOptions().timeSeriesOptions(new TimeSeriesOptions("at")))))
			.hasMessageContaining("time-series collections need MongoDB 5.0, and the server is of version 4.4.29");
		assertThat(sent("create", "readings")).isEmpty();
	}

	@Test
	void anEmptyTimeSeriesIsDroppedWithoutBeingRenamedWhichNoServerDoes() {
		this.mongo.collection("gems").drop();
		fake("create", (command) -> list("timeseries", "{timeseries: {timeField: 'at', granularity: 'seconds'}}"));
		try (TestRunner runner = runner((changes) -> changes.createCollection("gems",
				new CreateCollectionOptions().timeSeriesOptions(new TimeSeriesOptions("at"))))) {
			runner.migrate();
			fakeListing();
			assertThat(runner.rollback("0").notes()).isEmpty();
		}
		assertThat(sent("drop", "gems")).hasSize(1);
		assertThat(this.proxy.commands()).noneMatch(named("renameCollection"));
	}

	@Test
	void boundsOfACappedCollectionAreSetAndSetBack() {
		list("collection", "{capped: true, size: 4096}");
		fakeListing();
		fakeSize(100);
		fakeCollMod();
		DeclaredMongoMigration migration = (changes) -> changes.alterCollection("gems",
				(gems) -> gems.cappedSize(8000).cappedMax(50));
		try (TestRunner runner = runner(migration)) {
			runner.migrate();
			assertThat(this.options)
				.containsAllEntriesOf(BsonDocument.parse("{size: {$numberLong: '8192'}, max: {$numberLong: '50'}}"));
			assertThat(runner.rollback("0").notes()).isEmpty();
		}
		assertThat(this.options)
			.isEqualTo(BsonDocument.parse("{capped: true, size: {$numberLong: '4096'}, max: {$numberLong: '0'}}"));
	}

	@Test
	void boundsThatWouldDiscardDocumentsNeedTheWordOfTheAuthor() {
		list("collection", "{capped: true, size: 16384}");
		fakeListing();
		fakeSize(9000);
		fakeCollMod();
		assertThat(failure((changes) -> changes.alterCollection("gems", (gems) -> gems.cappedSize(8192))))
			.hasMessageContaining("'gems' has 7 documents of 9000 bytes")
			.extracting((ex) -> ((MigrationException) ex).getAction())
			.asString()
			.contains("'discardOldest: true'");
		assertThat(sent("collMod", "gems")).isEmpty();
		migrate((changes) -> changes.alterCollection("gems", (gems) -> gems.cappedSize(8192).discardOldest()));
		assertThat(sent("collMod", "gems")).hasSize(1);
	}

	@Test
	void anUndoDoesNotDiscardWhatAShorterBoundHasNoRoomFor() {
		list("collection", "{capped: true, size: 4096}");
		fakeListing();
		fakeSize(5000);
		fakeCollMod();
		assertStays((changes) -> changes.alterCollection("gems", (gems) -> gems.cappedSize(8192).cappedMax(50)),
				"'gems' has 7 documents of 5000 bytes");
		assertThat(this.options.getNumber("size").longValue()).isEqualTo(8192);
	}

	@Test
	void anUndoLetsNoDocumentOfATimeSeriesExpire() {
		this.mongo.collection("gems").insertOne(new Document("_id", 2).append("at", new Date(0)));
		list("timeseries", "{timeseries: {timeField: 'at', granularity: 'seconds'}, expireAfterSeconds: 60}");
		fakeListing();
		fakeCollMod();
		assertStays((changes) -> changes.alterCollection("gems", (gems) -> gems.expireNever()),
				"1 document(s) of 'gems' have expired already");
		assertThat(this.options.get("expireAfterSeconds")).isEqualTo(new BsonString("off"));
	}

	@Test
	void anUndoLetsNoDocumentExpireByAnIndex() {
		Date at = Date.from(Instant.now().minus(Duration.ofDays(2)));
		this.mongo.collection("gems").insertOne(new Document("_id", 2).append("b", at));
		this.index.append("expireAfterSeconds", new BsonInt32(86_400));
		fakeIndexes();
		fakeCollMod();
		assertStays((changes) -> changes.alterIndex("gems", "by_b", (index) -> index.expireAfter(Duration.ofDays(3))),
				"1 document(s) of 'gems' have expired already");
		assertThat(this.index.getNumber("expireAfterSeconds").longValue()).isEqualTo(259_200);
	}

	private void assertStays(DeclaredMongoMigration migration, String reason) {
		try (TestRunner runner = runner(migration)) {
			runner.migrate();
			assertThat(runner.rollback("0").notes()).singleElement()
				.satisfies((note) -> assertThat(note.message()).contains(reason));
		}
		assertThat(sent("collMod", "gems")).hasSize(1);
	}

	@Test
	void imagesAreSetAndSetBack() {
		fakeListing();
		fakeCollMod();
		try (TestRunner runner = runner(
				(changes) -> changes.alterCollection("gems", (gems) -> gems.changeStreamPreAndPostImages(true)))) {
			runner.migrate();
			assertThat(this.options).isEqualTo(BsonDocument.parse("{changeStreamPreAndPostImages: {enabled: true}}"));
			runner.rollback("0");
		}
		assertThat(this.options).isEqualTo(BsonDocument.parse("{changeStreamPreAndPostImages: {enabled: false}}"));
	}

	@Test
	void documentsOfATimeSeriesExpireOnlyByTheWordOfTheAuthor() {
		this.mongo.collection("gems").insertOne(new Document("_id", 2).append("at", new Date(0)));
		list("timeseries", "{timeseries: {timeField: 'at', granularity: 'seconds'}}");
		fakeListing();
		fakeCollMod();
		DeclaredMongoMigration refused = (changes) -> changes.alterCollection("gems",
				(gems) -> gems.expireAfter(Duration.ofDays(1)));
		assertThat(failure(refused)).hasMessageContaining("1 document(s) of 'gems' have expired already");
		DeclaredMongoMigration allowed = (changes) -> changes.alterCollection("gems",
				(gems) -> gems.expireAfter(Duration.ofDays(1)).expireExisting());
		try (TestRunner runner = runner(allowed)) {
			runner.migrate();
			assertThat(this.options.getNumber("expireAfterSeconds").longValue()).isEqualTo(86_400);
			runner.rollback("0");
		}
		assertThat(this.options.get("expireAfterSeconds")).isEqualTo(new BsonString("off"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "collection", "timeseries", "view" })
	void optionsThatAKindOfCollectionHasNotAreRefused(String kind) {
		list(kind, kind.equals("timeseries") ? "{timeseries: {timeField: 'at'}}"
				: kind.equals("view") ? "{viewOn: 'other', pipeline: []}" : "{}");
		fakeListing();
		String reason = switch (kind) {
			case "view" -> "'gems' is a view, which has none of these options";
			default -> "'gems' is not capped";
		};
		assertThat(failure((changes) -> changes.alterCollection("gems", (gems) -> gems.cappedMax(5))))
			.hasMessageContaining(reason);
		if (!kind.equals("timeseries")) {
			assertThat(failure((changes) -> changes.alterCollection("gems",
					(gems) -> gems.granularity(TimeSeriesGranularity.HOURS))))
				.hasMessageContaining(kind.equals("view") ? reason : "'gems' is no time series");
		}
		assertThat(sent("collMod", "gems")).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "{capped: true, size: 4096}", "{timeseries: {timeField: 't'}}" })
	void whatAnUndoCouldNotRestoreIsDroppedOnlyForGood(String listed) {
		list("collection", listed);
		fakeListing();
		assertThat(failure((changes) -> changes.dropCollection("gems")))
			.hasMessageContaining("which an undo could not restore");
		migrate((changes) -> changes.dropCollection("gems").irreversible("it is of no use"));
		assertThat(this.mongo.database().listCollectionNames()).doesNotContain("gems");
	}

	@Test
	void aCappedCollectionIsIndexed() {
		list("collection", "{capped: true, size: 4096}");
		fakeListing();
		migrate((changes) -> changes.createIndex("gems", Indexes.descending("b")));
		assertThat(this.mongo.collection("gems").listIndexes()).extracting((listed) -> listed.getString("name"))
			.contains("b_-1");
	}

	@ParameterizedTest
	@ValueSource(strings = { "{capped: true, size: 4096, max: 5}",
			"{clusteredIndex: {v: 2, key: {_id: 1}, name: 'by_id', unique: true}}",
			"{timeseries: {timeField: 'at', granularity: 'seconds', bucketMaxSpanSeconds: 3600}, expireAfterSeconds: 60}" })
	void aRehearsalCopiesTheOptions(String listed) {
		list(listed.contains("timeseries") ? "timeseries" : "collection", listed);
		fakeListing();
		fake("create", (command) -> {
		});
		try (TestRunner runner = runner((changes) -> changes.createIndex("gems", Indexes.descending("b")))) {
			assertThat(runner.store().rehearse(RehearsalScope.scratch(5))).hasSize(1);
		}
		assertThat(sent("create", "gems")).first()
			.satisfies((command) -> assertThat(command).containsAllEntriesOf(BsonDocument.parse(listed)));
	}

	@Test
	void anIndexBecomesUniqueAndIsBuiltAnewByTheUndo() {
		fakeIndexes();
		fakeCollMod();
		fake("dropIndexes", (command) -> this.index = null);
		fake("createIndexes", (command) -> this.index = command.getArray("indexes").get(0).asDocument());
		try (TestRunner runner = runner((changes) -> changes.alterIndex("gems", "by_b", (index) -> index.unique()))) {
			runner.migrate();
			assertThat(sent("collMod", "gems")).extracting((command) -> command.getDocument("index").toJson())
				.containsExactly("{\"name\": \"by_b\", \"prepareUnique\": true}",
						"{\"name\": \"by_b\", \"unique\": true}");
			assertThat(runner.rollback("0").notes()).isEmpty();
		}
		assertThat(this.index).isEqualTo(BsonDocument.parse("{key: {b: 1}, name: 'by_b'}"));
	}

	@Test
	void aConversionThatWasInterruptedGoesOnAndSoDoesItsUndo() {
		fakeIndexes();
		failOnce("collMod");
		fakeCollMod();
		fake("dropIndexes", (command) -> this.index = null);
		failOnce("createIndexes");
		fake("createIndexes", (command) -> this.index = command.getArray("indexes").get(0).asDocument());
		try (TestRunner runner = runner((changes) -> changes.alterIndex("gems", "by_b", (index) -> index.unique()))) {
			assertThat(catchThrowableOfType(MigrationException.class, runner::migrate)).isNotNull();
			this.index.append("prepareUnique", BsonBoolean.TRUE);
			giveUpTheLock();
			runner.migrate();
			assertThat(this.index).containsEntry("unique", BsonBoolean.TRUE);
			assertThat(catchThrowableOfType(MigrationException.class, () -> runner.rollback("0"))).isNotNull();
			assertThat(this.index).isNull();
			giveUpTheLock();
			assertThat(runner.rollback("0").notes()).isEmpty();
		}
		assertThat(this.index).isEqualTo(BsonDocument.parse("{key: {b: 1}, name: 'by_b'}"));
	}

	// The server does not know whether it will last
	private void failOnce(String name) {
		AtomicBoolean met = new AtomicBoolean();
		this.proxy.alterReplies((sent) -> named(name).test(sent) && !met.getAndSet(true),
				(reply) -> BsonDocument.parse("{ok: 1.0, writeConcernError: {code: 11602, "
						+ "codeName: 'InterruptedDueToReplStateChange', errmsg: 'operation was interrupted'}}"));
	}

	// As after a lease without a sign of life
	private void giveUpTheLock() {
		this.mongo.lock().updateOne(new Document(), new Document("$set", new Document("owner", null)));
	}

	@Test
	void duplicatesAreListedBeforeAnIndexIsToBecomeUnique() {
		this.mongo.collection("gems").insertOne(Document.parse("{_id: 2, b: 6}"));
		fakeIndexes();
		assertThat(failure((changes) -> changes.alterIndex("gems", "by_b", (index) -> index.unique())))
			.hasMessageContaining("documents of 'gems' have the same values: {\"b\": 6} in 2 documents");
		assertThat(sent("collMod", "gems")).isEmpty();
	}

	// Another client has written it between the look and the command
	@Test
	void anIndexThatCannotBecomeUniqueLetsDuplicatesInAgain() {
		fakeIndexes();
		Predicate<BsonDocument> unique = (command) -> command.getDocument("index", OK).containsKey("unique");
		this.proxy.alterReplies(named("collMod").and(unique),
				(reply) -> BsonDocument.parse("{ok: 0.0, code: 359, codeName: 'CannotConvertIndexToUnique', "
						+ "errmsg: 'Cannot convert the index to unique'}"));
		fakeCollMod();
		assertThat(failure((changes) -> changes.alterIndex("gems", "by_b", (index) -> index.unique())))
			.hasMessageContaining("documents of 'gems' have the same values");
		assertThat(sent("collMod", "gems")).last()
			.extracting((command) -> command.getDocument("index").toJson())
			.isEqualTo("{\"name\": \"by_b\", \"prepareUnique\": false}");
	}

	private void list(String listedType, String listedOptions) {
		this.type = listedType;
		this.options = BsonDocument.parse(listedOptions);
	}

	private void fakeListing() {
		this.proxy.alterReplies(named("listCollections"), (reply) -> {
			BsonDocument cursor = reply.getDocument("cursor");
			BsonArray batch = new BsonArray(cursor.getArray("firstBatch"));
			batch.removeIf((listed) -> listed.asDocument().getString("name").getValue().equals("gems"));
			batch.add(new BsonDocument("name", new BsonString("gems")).append("type", new BsonString(this.type))
				.append("options", this.options));
			return reply.append("cursor", cursor.append("firstBatch", batch));
		});
	}

	private void fakeIndexes() {
		this.proxy
			.alterReplies(
					named("listIndexes"), (
							reply) -> reply
								.append("cursor",
										BsonDocument
											.parse("{id: {$numberLong: '0'}, ns: '%s.gems'}"
												.formatted(this.mongo.name()))
											.append("firstBatch",
													(this.index != null) ? new BsonArray(List.of(this.index))
															: new BsonArray()))
								.append("ok", new BsonInt32(1)));
	}

	private void fakeSize(int bytes) {
		this.proxy.alterReplies(
				(sent) -> sent.getFirstKey().equals("aggregate") && sent.toJson().contains("$collStats"),
				(reply) -> BsonDocument
					.parse("{cursor: {id: {$numberLong: '0'}, ns: '%s.gems', ".formatted(this.mongo.name())
							+ "firstBatch: [{storageStats: {size: %d, count: 7}}]}, ok: 1.0}".formatted(bytes)));
	}

	private void fakeCollMod() {
		fake("collMod", (command) -> {
			if (command.containsKey("index")) {
				this.index.putAll(command.getDocument("index"));
				if (this.index.containsKey("unique")) {
					this.index.remove("prepareUnique");
				}
				return;
			}
			command.forEach((name, value) -> {
				switch (name) {
					case "cappedSize" -> this.options.append("size", value);
					case "cappedMax" -> this.options.append("max", value);
					case "changeStreamPreAndPostImages", "expireAfterSeconds", "timeseries" ->
						this.options.append(name, value);
					default -> {
						// Not an option
					}
				}
			});
		});
	}

	private void fake(String name, Consumer<BsonDocument> work) {
		this.proxy.alterReplies((sent) -> {
			boolean met = sent.getFirstKey().equals(name) && !isOurs(sent);
			if (met) {
				work.accept(sent);
			}
			return met;
		}, (reply) -> OK);
	}

	private static boolean isOurs(BsonDocument command) {
		return command.get(command.getFirstKey()) instanceof BsonString collection
				&& collection.getValue().startsWith("migration_");
	}

	private static Predicate<BsonDocument> named(String name) {
		return (sent) -> sent.getFirstKey().equals(name) && !isOurs(sent);
	}

	private List<BsonDocument> sent(String command, String collection) {
		return this.proxy.commands()
			.stream()
			.filter(named(command))
			.filter((sent) -> sent.get(command).equals(new BsonString(collection)))
			.toList();
	}

	private TestRunner runner(DeclaredMongoMigration migration) {
		return TestRunner.on(this.mongo).uri(this.proxy.uri()).declaring(migration);
	}

	private void migrate(DeclaredMongoMigration migration) {
		try (TestRunner runner = runner(migration)) {
			List<Problem> problems = runner.migrate().notes();
			assertThat(problems).isEmpty();
		}
	}

	private MigrationException failure(DeclaredMongoMigration migration) {
		try (TestRunner runner = runner(migration)) {
			return catchThrowableOfType(MigrationException.class, runner::migrate);
		}
	}

}
