package io.gemforce.migrations.mongo.engine;

import java.io.ByteArrayInputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;
import java.util.stream.Stream;

import com.mongodb.ReadPreference;
import com.mongodb.WriteConcern;
import com.mongodb.client.FindIterable;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.gridfs.GridFSBucket;
import com.mongodb.client.gridfs.GridFSBuckets;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.Updates;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.context.support.StaticApplicationContext;
import org.springframework.data.mapping.model.SnakeCaseFieldNamingStrategy;
import org.springframework.data.mongodb.core.convert.DefaultMongoTypeMapper;
import org.springframework.data.mongodb.core.convert.MappingMongoConverter;
import org.springframework.data.mongodb.core.convert.NoOpDbRefResolver;
import org.springframework.data.mongodb.core.mapping.MongoMappingContext;
import org.springframework.data.mongodb.core.query.Criteria;
import org.springframework.data.mongodb.core.query.Query;
import org.springframework.data.mongodb.core.query.Update;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.support.FailPoint;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.SentCommands;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for what a migration gets.
 */
@ExtendWith(TestDatabases.class)
class MigrationContextTests {

	private final MongoTestDatabase mongo;

	MigrationContextTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	static Stream<MongoMigration> writers() {
		return Stream.of((mongo) -> mongo.database().getCollection("gems").insertOne(new Document("_id", 1)),
				(mongo) -> mongo.collection("gems").insertOne(new Document("_id", 1)),
				(mongo) -> mongo.collection("gems")
					.withDocumentClass(BsonDocument.class)
					.insertMany(List.of(new BsonDocument("_id", new BsonString("1")))),
				(mongo) -> mongo.database()
					.runCommand(new Document("insert", "gems").append("documents", List.of(new Document("_id", 1)))),
				(mongo) -> mongo.template().insert(new Document("_id", 1), "gems"),
				(mongo) -> mongo.template()
					.upsert(Query.query(Criteria.where("_id").is(1)), Update.update("name", "ruby"), "gems"),
				(mongo) -> mongo.template()
					.execute("gems", (collection) -> collection.insertOne(new Document("_id", 1))));
	}

	@ParameterizedTest
	@MethodSource("writers")
	@RequiresReplicaSet("transactions")
	void everyWayToWriteTakesPartInTheTransaction(MongoMigration writer) {
		SentCommands sent = new SentCommands();
		try (TestRunner runner = TestRunner.on(this.mongo).listener(sent).with(TestMigration.of("1", (context) -> {
			writer.up(context);
			throw new IllegalStateException("roll it back");
		}))) {
			assertThatExceptionOfType(MigrationException.class).isThrownBy(runner::migrate);
			assertThat(this.mongo.collection("gems").countDocuments()).isZero();
			assertThat(sent.commands()).filteredOn(MigrationContextTests::isAboutGems)
				.isNotEmpty()
				.allSatisfy((command) -> assertThat(command).containsKeys("lsid", "txnNumber", "autocommit"));
		}
	}

	@ParameterizedTest
	@MethodSource("writers")
	void everyWayToWriteOutsideOfATransactionIsMajority(MongoMigration writer) {
		SentCommands sent = new SentCommands();
		try (TestRunner runner = TestRunner.on(this.mongo)
			.listener(sent)
			.with(TestMigration.of("1", writer).with(TransactionMode.NEVER))) {
			runner.migrate();
			assertThat(sent.commands()).filteredOn(MigrationContextTests::isAboutGems)
				.isNotEmpty()
				.allSatisfy((command) -> assertThat(command.getDocument("writeConcern", new BsonDocument()))
					.containsEntry("w", new BsonString("majority")));
			assertThat(this.mongo.collection("gems").countDocuments()).isOne();
		}
	}

	private static boolean isAboutGems(BsonDocument command) {
		return command.get(command.getFirstKey()) instanceof BsonString collection
				&& collection.getValue().equals("gems");
	}

	@Test
	void writesWithMajorityAndReadsFromThePrimary() {
		migrate(TransactionMode.NEVER, (context) -> {
			MongoCollection<Document> collection = context.collection("gems");
			assertThat(collection.getWriteConcern()).isEqualTo(WriteConcern.MAJORITY);
			assertThat(collection.getReadPreference()).isEqualTo(ReadPreference.primary());
			assertThat(context.database().getWriteConcern()).isEqualTo(WriteConcern.MAJORITY);
			assertThat(context.template().getCollection("gems").getWriteConcern()).isEqualTo(WriteConcern.MAJORITY);
		});
	}

	@Test
	@RequiresReplicaSet("transactions")
	void readsItsOwnWritesInTheTransaction() {
		migrate(TransactionMode.REQUIRED, (context) -> {
			context.collection("gems").insertOne(new Document("_id", 1));
			assertThat(context.template().findById(1, Document.class, "gems")).isNotNull();
			assertThat(context.database().getCollection("gems").find().into(new ArrayList<>())).hasSize(1);
			assertThat(this.mongo.collection("gems").countDocuments()).isZero();
		});
		assertThat(this.mongo.collection("gems").countDocuments()).isOne();
	}

	// The first insert is the history's
	private FailPoint slow(TransactionMode transaction, String name) {
		FailPoint failPoint = (transaction == TransactionMode.NEVER)
				? FailPoint.on(this.mongo.client(), name, 1, "insert").after(1)
				: FailPoint.on(this.mongo.client(), name, 1, "update");
		return failPoint.blockingFor(1000);
	}

	static Stream<MongoMigration> definitions() {
		return Stream.of((mongo) -> mongo.collection("gems").createIndex(Indexes.ascending("name")),
				(mongo) -> mongo.collection("gems").createIndex(Indexes.ascending("name"), new IndexOptions()),
				(mongo) -> mongo.collection("gems").dropIndexes(), (mongo) -> mongo.collection("gems").drop(),
				(mongo) -> mongo.database().createCollection("gems"), (mongo) -> mongo.database().drop(),
				(mongo) -> mongo.database().runCommand(new Document("collMod", "gems")),
				(mongo) -> mongo.database().runCommand(new Document("count", "gems")),
				(mongo) -> mongo.database().runCommand(new Document("listCollections", 1)),
				(mongo) -> mongo.database().listCollectionNames().first(),
				(mongo) -> mongo.collection("gems").listIndexes().first(),
				(mongo) -> mongo.collection("gems").aggregate(List.of(new Document("$out", "stones"))).first(),
				(mongo) -> mongo.database()
					.runCommand(new Document("aggregate", "gems").append("cursor", new Document())
						.append("pipeline", List.of(new Document("$merge", new Document("into", "stones"))))),
				(mongo) -> mongo.template().createCollection("gems"),
				(mongo) -> mongo.template().dropCollection("gems"));
	}

	@ParameterizedTest
	@MethodSource("definitions")
	@RequiresReplicaSet("transactions")
	void refusesDefinitionsInATransactionBeforeTheyAreSent(MongoMigration definition) {
		SentCommands sent = new SentCommands();
		try (TestRunner runner = TestRunner.on(this.mongo).listener(sent).with(TestMigration.of("1", definition))) {
			assertThatExceptionOfType(MigrationException.class).isThrownBy(runner::migrate)
				.withMessageContaining(
						"cannot be part of a transaction: declare " + "@Migration(transaction = TransactionMode.NEVER)")
				.withMessageContaining("what migration 1 did was rolled back");
			assertThat(sent.names()).doesNotContain("createIndexes", "dropIndexes", "drop", "dropDatabase", "create",
					"collMod", "count", "listCollections", "listIndexes", "aggregate");
		}
	}

	@Test
	@RequiresReplicaSet("transactions")
	void refusesAWriteConcernInATransactionBeforeItIsSent() {
		SentCommands sent = new SentCommands();
		try (TestRunner runner = TestRunner.on(this.mongo)
			.listener(sent)
			.with(TestMigration.of("1",
					(mongo) -> mongo.database()
						.runCommand(new Document("insert", "gems").append("documents", List.of(new Document("_id", 1)))
							.append("writeConcern", new Document("w", "majority")))))) {
			assertThatExceptionOfType(MigrationException.class).isThrownBy(runner::migrate)
				.withMessageContaining("'insert' cannot carry a writeConcern in a transaction");
			assertThat(sent.commands()).noneMatch(MigrationContextTests::isAboutGems);
		}
	}

	@Test
	@RequiresReplicaSet("sessions")
	void threadsHaveSessionsOfTheirOwnOutsideOfATransaction() {
		SentCommands sent = new SentCommands();
		try (TestRunner runner = TestRunner.on(this.mongo)
			.listener(sent)
			.with(TestMigration.of("1", (context) -> inThreads(8, (thread) -> {
				for (int number = 0; number < 50; number++) {
					context.collection("gems").insertOne(new Document("_id", 50 * thread + number));
				}
			})).with(TransactionMode.NEVER))) {
			runner.migrate();
		}
		assertThat(this.mongo.collection("gems").countDocuments()).isEqualTo(400);
		List<BsonDocument> inserts = sent.commands().stream().filter(MigrationContextTests::isAboutGems).toList();
		assertThat(inserts.stream().map((command) -> command.get("lsid")).distinct()).hasSize(8);
		assertThat(inserts.stream().map((command) -> List.of(command.get("lsid"), command.get("txnNumber"))))
			.doesNotHaveDuplicates();
	}

	@Test
	@RequiresReplicaSet("sessions")
	void threadReadsWhatTheMigrationHasWrittenBefore() {
		migrate(TransactionMode.NEVER, (context) -> {
			context.collection("gems").insertOne(new Document("_id", 1));
			inThreads(1, (thread) -> assertThat(context.template().findById(1, Document.class, "gems")).isNotNull());
		});
	}

	@Test
	@RequiresReplicaSet("transactions")
	void otherThreadsAreRefusedInATransaction() {
		try (TestRunner runner = TestRunner.on(this.mongo).with(TestMigration.of("1", (context) -> {
			context.collection("gems").insertOne(new Document("_id", 0));
			inThreads(2, (thread) -> context.collection("gems").insertOne(new Document("_id", thread + 1)));
		}))) {
			assertThatExceptionOfType(MigrationException.class).isThrownBy(runner::migrate)
				.withMessageContaining("cannot take part in the migration's transaction")
				.withMessageContaining("TransactionMode.NEVER");
		}
		assertThat(this.mongo.collection("gems").countDocuments()).isZero();
	}

	@Test
	void resultIsReadByTheThreadThatAskedForIt() {
		this.mongo.collection("gems").insertOne(new Document("_id", 1));
		migrate(TransactionMode.NEVER, (context) -> {
			FindIterable<Document> found = context.collection("gems").find();
			assertThatIllegalStateException().isThrownBy(() -> inThreads(1, (thread) -> found.first()))
				.withMessageContaining("cannot read a result that thread");
			assertThat(found.first()).isNotNull();
		});
	}

	private static void inThreads(int threads, IntConsumer work) throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(threads);
		try {
			List<Future<?>> futures = new ArrayList<>();
			for (int thread = 0; thread < threads; thread++) {
				int number = thread;
				futures.add(executor.submit(() -> work.accept(number)));
			}
			for (Future<?> future : futures) {
				future.get();
			}
		}
		catch (ExecutionException ex) {
			throw (ex.getCause() instanceof RuntimeException failure) ? failure : ex;
		}
		finally {
			executor.shutdownNow();
		}
	}

	@ParameterizedTest
	@EnumSource(value = TransactionMode.class, names = { "REQUIRED", "NEVER" })
	@RequiresReplicaSet("fail points")
	void limitOfTimeForTheApplicationsRequestsIsNoneForMigrations(TransactionMode transaction) {
		String name = "patient-" + transaction;
		this.mongo.database().createCollection("gems");
		try (TestRunner runner = TestRunner.on(this.mongo)
			.uri(this.mongo.uri() + (this.mongo.uri().contains("?") ? "&" : "?") + "timeoutMS=700")
			.appName(name)
			.with(TestMigration.of("1", (mongo) -> {
				mongo.collection("gems").updateOne(new Document("_id", 1), Updates.set("name", "ruby"));
				mongo.collection("gems").insertOne(new Document("_id", 1));
			}).with(transaction).with(OnInterrupted.RETRY)); FailPoint slow = slow(transaction, name)) {
			runner.migrate();
			assertThat(this.mongo.collection("gems").countDocuments()).isOne();
		}
	}

	@Test
	void allowsDefinitionsOutsideOfATransaction() {
		migrate(TransactionMode.NEVER, (context) -> context.collection("gems").createIndex(Indexes.ascending("name")));
	}

	@Test
	void isOfNoUseWhenTheMigrationIsOver() {
		AtomicReference<MongoMigrationContext> kept = new AtomicReference<>();
		AtomicReference<MongoCollection<Document>> keptCollection = new AtomicReference<>();
		migrate(TransactionMode.NEVER, (context) -> {
			kept.set(context);
			keptCollection.set(context.collection("gems"));
		});
		assertThatIllegalStateException().isThrownBy(() -> keptCollection.get().insertOne(new Document()))
			.withMessage("The migration that this object was given to is over");
		assertThatIllegalStateException().isThrownBy(() -> kept.get().template().insert(new Document(), "gems"));
		assertThat(this.mongo.collection("gems").countDocuments()).isZero();
	}

	@Test
	void filesAreGuardedLikeDocuments() {
		AtomicReference<GridFSBucket> kept = new AtomicReference<>();
		migrate(TransactionMode.NEVER, (context) -> {
			kept.set(GridFSBuckets.create(context.database()));
			kept.get().uploadFromStream("a.txt", new ByteArrayInputStream(new byte[10]));
		});
		assertThat(this.mongo.collection("fs.files").countDocuments()).isOne();
		assertThatIllegalStateException()
			.isThrownBy(() -> kept.get().uploadFromStream("b.txt", new ByteArrayInputStream(new byte[10])))
			.withMessage("The migration that this object was given to is over");
		assertThatIllegalStateException().isThrownBy(() -> kept.get().find().first());
	}

	@Test
	void usesTheNamesAndTypesOfTheApplicationsMapping() {
		MongoMappingContext mapping = new MongoMappingContext();
		mapping.setFieldNamingStrategy(new SnakeCaseFieldNamingStrategy());
		MappingMongoConverter converter = new MappingMongoConverter(NoOpDbRefResolver.INSTANCE, mapping);
		converter.setTypeMapper(new DefaultMongoTypeMapper("kind"));
		StaticApplicationContext application = new StaticApplicationContext();
		application.getBeanFactory().registerSingleton("converter", converter);
		try (TestRunner runner = TestRunner.on(this.mongo)
			.context(application)
			.with(TestMigration.of("1", (context) -> {
				context.template().insert(new Gem(1, "ruby"));
				assertThat(context.template().findAll(Gem.class)).containsExactly(new Gem(1, "ruby"));
			}))) {
			runner.migrate();
		}
		assertThat(this.mongo.collection("gem").find().first())
			.isEqualTo(new Document("_id", 1).append("full_name", "ruby").append("kind", Gem.class.getName()));
	}

	@Test
	void mapsAsSpringDataDoesWhereTheApplicationHasNoMapping() {
		migrate(TransactionMode.NEVER, (context) -> {
			context.template().insert(new Gem(1, "ruby"));
			assertThat(context.template().findAll(Gem.class)).containsExactly(new Gem(1, "ruby"));
		});
	}

	private void migrate(TransactionMode transaction, MongoMigration work) {
		try (TestRunner runner = TestRunner.on(this.mongo)
			.lease(Duration.ofMinutes(1))
			.with(TestMigration.of("1", work).with(transaction).with(OnInterrupted.RETRY))) {
			runner.migrate();
		}
	}

	/**
	 * A document.
	 *
	 * @param id the id
	 * @param fullName the name
	 */
	record Gem(int id, String fullName) {

	}

}
