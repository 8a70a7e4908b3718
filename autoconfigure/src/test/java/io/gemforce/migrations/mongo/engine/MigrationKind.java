package io.gemforce.migrations.mongo.engine;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.UpdateOptions;
import org.bson.Document;

import io.gemforce.migrations.mongo.MongoMigration;
import io.gemforce.migrations.mongo.MongoMigrationContext;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.ReversibleMongoMigration;
import io.gemforce.migrations.mongo.TransactionMode;
import io.gemforce.migrations.support.MongoServers;
import io.gemforce.migrations.support.MongoTestDatabase;

/**
 * Three kinds of migrations that differ in what an interruption means. Each migration is
 * two commands, "1a" and "1b", each of which leaves a document that tells how many times
 * it was executed.
 */
enum MigrationKind {

	/**
	 * In a transaction; a repetition that is not rolled back is seen.
	 */
	TRANSACTIONAL(MigrationKind::count, TransactionMode.REQUIRED, OnInterrupted.RETRY),

	/**
	 * Without a transaction, repeatable.
	 */
	RETRY(MigrationKind::set, TransactionMode.NEVER, OnInterrupted.RETRY),

	/**
	 * Without a transaction; a repetition is seen.
	 */
	STOP(MigrationKind::count, TransactionMode.NEVER, OnInterrupted.STOP);

	private static final String COLLECTION = "applied";

	private static final String TIMES = "times";

	private final Command command;

	private final TransactionMode transaction;

	private final OnInterrupted onInterrupted;

	MigrationKind(Command command, TransactionMode transaction, OnInterrupted onInterrupted) {
		this.command = command;
		this.transaction = transaction;
		this.onInterrupted = onInterrupted;
	}

	/**
	 * Return the kinds that the server can run.
	 */
	static Stream<MigrationKind> all() {
		return Stream.of(values()).filter((kind) -> kind != TRANSACTIONAL || MongoServers.isReplicaSet());
	}

	TestMigration[] migrations(String... versions) {
		return Stream.of(versions)
			.map((version) -> TestMigration.of(version, work(version)).with(this.transaction).with(this.onInterrupted))
			.toArray(TestMigration[]::new);
	}

	private MongoMigration work(String version) {
		return new Work(this.command, version);
	}

	private static void count(MongoCollection<Document> collection, String step) {
		collection.updateOne(new Document("_id", step), new Document("$inc", new Document(TIMES, 1)),
				new UpdateOptions().upsert(true));
	}

	private static void set(MongoCollection<Document> collection, String step) {
		collection.updateOne(new Document("_id", step), new Document("$set", new Document(TIMES, 1)),
				new UpdateOptions().upsert(true));
	}

	/**
	 * Return what was executed.
	 * @return how many times each command was executed
	 */
	static Map<String, Integer> executed(MongoTestDatabase mongo) {
		Map<String, Integer> executed = new TreeMap<>();
		mongo.collection(COLLECTION)
			.find()
			.forEach((document) -> executed.put(document.getString("_id"), document.getInteger(TIMES)));
		return executed;
	}

	/**
	 * Return what is executed when some migrations are applied once.
	 * @return how many times each command is executed
	 */
	static Map<String, Integer> once(String... versions) {
		Map<String, Integer> once = new TreeMap<>();
		Stream.of(versions).forEach((version) -> {
			once.put(version + "a", 1);
			once.put(version + "b", 1);
		});
		return once;
	}

	/**
	 * Do by hand what a migration does, however much of it is done.
	 */
	static void complete(MongoTestDatabase mongo, String version) {
		set(mongo.collection(COLLECTION), version + "a");
		set(mongo.collection(COLLECTION), version + "b");
	}

	/**
	 * Take back by hand what a migration does, however much of it is done.
	 */
	static void takeBack(MongoTestDatabase mongo, String version) {
		mongo.collection(COLLECTION)
			.deleteMany(new Document("_id", new Document("$in", List.of(version + "a", version + "b"))));
	}

	/**
	 * What a migration does, and takes back.
	 *
	 * @param command what it sends
	 * @param version its version
	 */
	private record Work(Command command, String version) implements ReversibleMongoMigration {

		@Override
		public void up(MongoMigrationContext mongo) {
			this.command.send(mongo.collection(COLLECTION), this.version + "a");
			this.command.send(mongo.collection(COLLECTION), this.version + "b");
		}

		@Override
		public void down(MongoMigrationContext mongo) {
			mongo.collection(COLLECTION).deleteOne(new Document("_id", this.version + "a"));
			mongo.collection(COLLECTION).deleteOne(new Document("_id", this.version + "b"));
		}

	}

	/**
	 * One command of a migration.
	 */
	@FunctionalInterface
	private interface Command {

		void send(MongoCollection<Document> collection, String step);

	}

}
