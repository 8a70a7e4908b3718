package io.gemforce.migrations.mongo.engine;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.connection.ClusterConnectionMode;
import com.mongodb.connection.ClusterDescription;
import com.mongodb.connection.ClusterType;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.mongo.DeclaredMongoMigration;
import io.gemforce.migrations.mongo.MongoChanges;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.support.MongoProxy;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Answers to commands of declared changes that the server here does not give by itself.
 */
@ExtendWith(TestDatabases.class)
class DeclaredChangeFaultTests {

	private static final BsonDocument NOT_YET_MAJORITY = BsonDocument
		.parse("{code: 11602, codeName: 'InterruptedDueToReplStateChange', errmsg: 'operation was interrupted'}");

	private static final BsonDocument SIMPLE = BsonDocument.parse("{locale: 'simple'}");

	private static final BsonString NO_NAME = new BsonString("");

	private final MongoTestDatabase mongo;

	private final MongoProxy proxy;

	DeclaredChangeFaultTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
		this.proxy = MongoProxy.to(mongo);
	}

	@AfterEach
	void close() {
		this.proxy.close();
	}

	static Stream<Arguments> changes() {
		return Stream.of(arguments("create", (changes) -> changes.createCollection("other")),
				arguments("drop", (changes) -> changes.dropCollection("gems")),
				arguments("renameCollection", (changes) -> changes.renameCollection("gems", "other")),
				arguments("createIndexes",
						(changes) -> changes.createIndex("gems", Indexes.ascending("b"), new IndexOptions())),
				arguments("dropIndexes", (changes) -> changes.dropIndex("gems", "by_a")),
				arguments("convertToCapped", (changes) -> changes.command(
						(command) -> command.up(Document.parse("{convertToCapped: 'gems', size: 9}")).idempotent())),
				arguments("insert",
						(changes) -> changes
							.command((command) -> command.up(Document.parse("{insert: 'other', documents: [{_id: 1}]}"))
								.idempotent())));
	}

	private static Arguments arguments(String command, Consumer<MongoChanges> changes) {
		return Arguments.of(command, (DeclaredMongoMigration) changes::accept);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("changes")
	void commandThatIsNotKnownToLastIsNotTakenForDone(String command, DeclaredMongoMigration changes) {
		gems();
		MigrationException ex = failure(command, changes);
		assertThat(ex.getDatabaseState()).contains("the outcome of its last command is unknown");
		assertThat(this.mongo.history().find().first()).containsEntry("state", "FAILED");
		assertThat(this.mongo.lock().find().first().getString("owner")).as("the lock is not released").isNotNull();
	}

	@Test
	@RequiresReplicaSet("collMod")
	void validatorThatIsNotKnownToLastIsNotTakenForDone() {
		gems();
		assertThat(failure("collMod", (changes) -> changes.setValidator("gems", Filters.exists("a"))))
			.hasMessageContaining("operation was interrupted");
		giveUpTheLock();
		try (TestRunner runner = runner().declaring((changes) -> changes.setValidator("gems", Filters.exists("a")))) {
			assertThat(runner.migrate().executed()).containsExactly("1");
		}
	}

	@Test
	void commandOfABeanThatIsNotKnownToLastIsNotTakenForDone() {
		gems();
		this.proxy.alterReplies(once("create"), DeclaredChangeFaultTests::withWriteConcernError);
		TestMigration bean = TestMigration
			.of("1", (context) -> context.database().runCommand(new Document("create", "other")))
			.with(TransactionMode.NEVER);
		try (TestRunner runner = runner().uri(this.proxy.uri()).with(bean)) {
			assertThat(catchThrowableOfType(MigrationException.class, runner::migrate).getDatabaseState())
				.contains("the outcome of its last command is unknown");
		}
	}

	// An index that is being built is listed like any other
	@Test
	void indexThatAnInterruptedAttemptWasBuildingIsWaitedFor() {
		gems();
		DeclaredMongoMigration migration = (changes) -> changes.createIndex("gems", Indexes.ascending("b"));
		this.proxy.alterReplies(once("createIndexes"), DeclaredChangeFaultTests::withWriteConcernError);
		try (TestRunner runner = runner().uri(this.proxy.uri()).declaring(migration)) {
			catchThrowableOfType(MigrationException.class, runner::migrate);
			assertThat(indexNames()).contains("b_1");
			giveUpTheLock();
			runner.migrate();
			assertThat(runner.state("1")).isEqualTo(MigrationState.APPLIED);
		}
		assertThat(sent("createIndexes")).hasSize(2);
	}

	@Test
	void indexThatSomebodyElseIsBuildingIsWaitedFor() {
		gems();
		this.mongo.collection("gems").createIndex(Indexes.ascending("b"), new IndexOptions().name("other"));
		try (TestRunner runner = runner().uri(this.proxy.uri())
			.declaring((changes) -> changes.createIndex("gems", Indexes.ascending("b")))) {
			runner.migrate();
		}
		assertThat(sent("createIndexes")).singleElement()
			.satisfies((command) -> assertThat(command.getArray("indexes").get(0).asDocument()).containsEntry("name",
					new BsonString("other")));
		assertThat(indexNames()).containsExactlyInAnyOrder("_id_", "by_a", "other");
	}

	@Test
	void undoWaitsForAnIndexThatAnInterruptedUndoWasBuilding() {
		gems();
		this.proxy.alterReplies(once("createIndexes"), DeclaredChangeFaultTests::withWriteConcernError);
		try (TestRunner runner = runner().uri(this.proxy.uri())
			.declaring((changes) -> changes.dropIndex("gems", "by_a"))) {
			runner.migrate();
			catchThrowableOfType(MigrationException.class, () -> runner.rollback("0"));
			assertThat(indexNames()).contains("by_a");
			giveUpTheLock();
			runner.rollback("0");
			assertThat(runner.state("1")).isEqualTo(MigrationState.HELD);
		}
		assertThat(sent("createIndexes")).hasSize(2);
	}

	// Somebody has written it since the change was checked
	@Test
	void duplicateThatTheServerMeetsWhileItBuildsAnIndexIsNamed() {
		gems();
		this.proxy.alterReplies(once("createIndexes"),
				(reply) -> BsonDocument.parse("{ok: 0.0, code: 11000, codeName: 'DuplicateKey', "
						+ "errmsg: 'E11000 duplicate key error', keyPattern: {b: 1}, keyValue: {b: 7}}"));
		try (TestRunner runner = runner().uri(this.proxy.uri())
			.declaring((changes) -> changes.createIndex("gems", Indexes.ascending("b"),
					new IndexOptions().unique(true)))) {
			MigrationException ex = catchThrowableOfType(MigrationException.class, runner::migrate);
			assertThat(ex).hasMessageContaining("documents of 'gems' have the same values: {\"b\": 7}");
			assertThat(ex.getAction()).startsWith("Change these documents first");
			assertThat(this.mongo.lock().find().first().getString("owner")).as("nothing is unknown").isNull();
		}
	}

	@Test
	void indexesOfACollectionWithACollationAreCreatedAsTheyWere() {
		gems();
		this.proxy.alterReplies((sent) -> sent.getFirstKey().equals("listCollections"),
				(reply) -> withOptions(reply, "{collation: {locale: 'en', strength: 2}}"));
		try (TestRunner runner = runner().uri(this.proxy.uri())
			.declaring((changes) -> changes.dropIndex("gems", "by_a"))) {
			runner.migrate();
			this.proxy.alterReplies((sent) -> sent.getFirstKey().equals("createIndexes"),
					(reply) -> BsonDocument.parse("{ok: 1.0}"));
			runner.rollback("0");
		}
		assertThat(sent("createIndexes")).singleElement()
			.satisfies((command) -> assertThat(command.getArray("indexes").get(0).asDocument())
				.containsEntry("collation", BsonDocument.parse("{locale: 'simple'}")));
	}

	// No server here has collections with a collation, or updates with one
	@Test
	void aCollationOfTheCollectionHasNoSayInWhatIsMappedOrDeleted() {
		gems();
		this.proxy.alterReplies((sent) -> sent.getFirstKey().equals("listCollections"),
				(reply) -> withOptions(reply, "{collation: {locale: 'en', strength: 2}}"));
		this.proxy.alterReplies((sent) -> isSentToGems(sent, "update"),
				(reply) -> BsonDocument.parse("{ok: 1.0, n: 1, nModified: 1}"));
		try (MongoClient client = MongoClients.create(this.proxy.uri());
				TestRunner runner = runner().client(asStandalone(client))
					.declaring((changes) -> changes.mapValues("gems", "a", Map.of(5, "five"))
						.mapValues("gems", "a", Map.of(5, "x", 6, "x"))
						.deleteAll("gems"))) {
			runner.migrate();
		}
		assertThat(this.mongo.collection("gems").find()).isEmpty();
		assertThat(sentToGems("find")).filteredOn((find) -> find.toJson().contains("$nin"))
			.hasSize(4)
			.allSatisfy((find) -> assertThat(find).containsEntry("collation", SIMPLE));
		assertThat(Stream.of("update", "delete").flatMap((command) -> writes(command).stream())).hasSize(4)
			.allSatisfy((write) -> assertThat(write).containsEntry("collation", SIMPLE));
	}

	// No server here has collections with a collation
	@Test
	void aCollationOfTheCollectionHasNoSayInWhatIsMovedAndMovedBack() {
		gems();
		long count = this.mongo.collection("gems").countDocuments();
		this.mongo.database().createCollection("others");
		this.proxy.alterReplies((sent) -> sent.getFirstKey().equals("listCollections"),
				(reply) -> withOptions(reply, "{collation: {locale: 'en', strength: 2}}"));
		try (MongoClient client = MongoClients.create(this.proxy.uri());
				TestRunner runner = runner().client(asStandalone(client))
					.declaring((changes) -> changes.moveDocuments("gems", "others", new Document()))) {
			runner.migrate();
			assertThat(this.mongo.collection("gems").countDocuments()).isZero();
			runner.rollback("0");
		}
		assertThat(this.mongo.collection("gems").countDocuments()).isEqualTo(count);
		assertThat(this.proxy.commands()
			.stream()
			.filter((sent) -> sent.getFirstKey().equals("delete")
					&& List.of("gems", "others").contains(sent.getString("delete").getValue()))
			.flatMap((sent) -> sent.getArray("deletes").stream())
			.map(BsonValue::asDocument)).hasSize((int) (2 * count))
			.allSatisfy((write) -> assertThat(write).containsEntry("collation", SIMPLE));
	}

	// Without transactions each write has to find out by itself whether it may be done
	private static MongoClient asStandalone(MongoClient client) {
		ClusterDescription standalone = new ClusterDescription(ClusterConnectionMode.SINGLE, ClusterType.STANDALONE,
				client.getClusterDescription().getServerDescriptions());
		return (MongoClient) Proxy.newProxyInstance(MongoClient.class.getClassLoader(),
				new Class<?>[] { MongoClient.class },
				(proxy, method, args) -> method.getName().equals("getClusterDescription") ? standalone
						: method.invoke(client, args));
	}

	private List<BsonDocument> writes(String command) {
		return sentToGems(command).stream()
			.flatMap((sent) -> sent.getArray(command + "s").stream())
			.map(BsonValue::asDocument)
			.toList();
	}

	static Stream<Arguments> peculiarities() {
		return Stream.of(Arguments.of("{capped: true, size: 4096}", "a capped collection"),
				Arguments.of("{timeseries: {timeField: 't'}}", "a time-series collection"));
	}

	@ParameterizedTest(name = "{1}")
	@MethodSource("peculiarities")
	void refusesWhatIsNoOrdinaryCollection(String options, String peculiarity) {
		gems();
		this.proxy.alterReplies((sent) -> sent.getFirstKey().equals("listCollections"),
				(reply) -> withOptions(reply, options));
		List<DeclaredMongoMigration> migrations = List.of((changes) -> changes.renameCollection("gems", "other"),
				(changes) -> changes.removeField("gems", "a"),
				(changes) -> changes.setValidator("gems", Filters.exists("a")),
				(changes) -> changes.insert("gems", new Document("_id", 7)), (changes) -> changes.deleteAll("gems"),
				(changes) -> changes.mapValues("gems", "a", Map.of(5, 6)));
		for (DeclaredMongoMigration migration : migrations) {
			try (TestRunner runner = runner().uri(this.proxy.uri()).declaring(migration)) {
				assertThat(catchThrowableOfType(MigrationException.class, runner::migrate))
					.hasMessageContaining("'gems' is %s, which declared changes do not touch".formatted(peculiarity));
			}
		}
		assertThat(this.mongo.collection("gems").find()).containsExactly(Document.parse("{_id: 1, a: 5, b: 6}"));
	}

	@Test
	void restoresWithoutBypassingAValidatorThatIsNotThere() {
		gems();
		dropAndRestore();
		assertThat(sentToGems("insert")).isNotEmpty()
			.noneMatch((command) -> command.containsKey("bypassDocumentValidation"));
	}

	@Test
	@RequiresReplicaSet("validators")
	void restoresPastAValidator() {
		gems();
		this.mongo.database().runCommand(Document.parse("{collMod: 'gems', validator: {a: {$gt: 7}}}"));
		dropAndRestore();
		assertThat(sentToGems("insert")).isNotEmpty()
			.allSatisfy((command) -> assertThat(command).containsEntry("bypassDocumentValidation", BsonBoolean.TRUE));
	}

	private void dropAndRestore() {
		try (TestRunner runner = runner().uri(this.proxy.uri())
			.declaring((changes) -> changes.dropCollection("gems"))) {
			runner.migrate();
			runner.rollback("0");
		}
		assertThat(this.mongo.collection("gems").find()).containsExactly(Document.parse("{_id: 1, a: 5, b: 6}"));
	}

	private static BsonDocument withOptions(BsonDocument reply, String options) {
		reply.getDocument("cursor")
			.getArray("firstBatch")
			.forEach((listed) -> listed.asDocument().append("options", BsonDocument.parse(options)));
		return reply;
	}

	private List<BsonDocument> sentToGems(String command) {
		return this.proxy.commands().stream().filter((sent) -> isSentToGems(sent, command)).toList();
	}

	private static boolean isSentToGems(BsonDocument sent, String command) {
		return sent.getFirstKey().equals(command) && sent.getString(command).getValue().equals("gems");
	}

	private void gems() {
		this.mongo.collection("gems").insertOne(Document.parse("{_id: 1, a: 5, b: 6}"));
		this.mongo.collection("gems").createIndex(Indexes.ascending("a"), new IndexOptions().name("by_a"));
	}

	private TestRunner.Builder runner() {
		return TestRunner.on(this.mongo);
	}

	// As after a lease without a sign of life
	private void giveUpTheLock() {
		this.mongo.lock().updateOne(new Document(), new Document("$set", new Document("owner", null)));
	}

	private MigrationException failure(String command, DeclaredMongoMigration migration) {
		this.proxy.alterReplies(once(command), DeclaredChangeFaultTests::withWriteConcernError);
		try (TestRunner runner = runner().uri(this.proxy.uri()).declaring(migration)) {
			return catchThrowableOfType(MigrationException.class, runner::migrate);
		}
	}

	private static Predicate<BsonDocument> once(String command) {
		AtomicBoolean met = new AtomicBoolean();
		return (sent) -> sent.getFirstKey().equals(command)
				&& !sent.getString(command, NO_NAME).getValue().startsWith("migration_") && !met.getAndSet(true);
	}

	// Whatever the server here says of the command itself
	private static BsonDocument withWriteConcernError(BsonDocument reply) {
		return BsonDocument.parse("{n: 1, ok: 1.0}").append("writeConcernError", NOT_YET_MAJORITY);
	}

	private List<BsonDocument> sent(String command) {
		return this.proxy.commands().stream().filter((sent) -> sent.getFirstKey().equals(command)).toList();
	}

	private List<String> indexNames() {
		return this.mongo.collection("gems")
			.listIndexes()
			.into(new ArrayList<>())
			.stream()
			.map((index) -> index.getString("name"))
			.toList();
	}

}
