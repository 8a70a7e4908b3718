package io.gemforce.migrations.mongo.change.operation.collection;

import java.util.List;

import com.mongodb.MongoNamespace;
import org.bson.BsonDocument;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.gemforce.migrations.mongo.change.ChangeSet;
import io.gemforce.migrations.mongo.change.TestChanges;
import io.gemforce.migrations.mongo.change.TestContext;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the commands of an author.
 */
@ExtendWith(TestDatabases.class)
class RunCommandTests {

	private final MongoTestDatabase mongo;

	RunCommandTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@ParameterizedTest
	@ValueSource(strings = { "$out: copy", "$merge: copy", "$merge: {into: copy}" })
	void anAggregationThatWritesIsNeverInATransaction(String stage) {
		this.mongo.collection("gems").insertOne(Document.parse("{_id: 1, a: 5}"));
		ChangeSet changes = TestChanges
			.of("command: {up: {aggregate: gems, pipeline: [{%s}], cursor: {}}}".formatted(stage));
		TestContext.on(this.mongo).up(changes);
		assertThat(this.mongo.collection("copy").find()).containsExactly(Document.parse("{_id: 1, a: 5}"));
		assertThat(changes.isRepeatable(true)).as("an interruption stops the next run").isFalse();
	}

	@Test
	@RequiresReplicaSet("transactions")
	void inATransactionTheWriteConcernIsThatOfTheCommit() {
		String command = "command: {up: {insert: gems, documents: [{_id: 1}], writeConcern: {w: 1}}}";
		TestContext.on(this.mongo).up(TestChanges.of(command));
		assertThat(this.mongo.collection("gems").find()).containsExactly(Document.parse("{_id: 1}"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "{aggregate: 'a', pipeline: [{$match: {}}], cursor: {}}|true",
					"{aggregate: 'a', pipeline: [{$collStats: {}}], cursor: {}}|false",
					"{aggregate: 'a', pipeline: [{$unionWith: 'b'}], cursor: {}}|false",
					"{findAndModify: 'a', remove: true}|true", "{update: 'a', updates: []}|true", "{count: 'a'}|false",
					"{collMod: 'a'}|false" })
	void knowsWhatCanBePartOfATransaction(String command, boolean can) {
		assertThat(new CommandReach(BsonDocument.parse(command)).canBeInTransaction()).isEqualTo(can);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "{insert: 'a', documents: []}|true", "{collMod: 'a'}|true", "{drop: 'a'}|true",
					"{createIndexes: 'a', indexes: []}|true",
					"{aggregate: 'a', pipeline: [{$out: 'b'}], cursor: {}}|true",
					"{aggregate: 'a', pipeline: [], cursor: {}}|false", "{ping: 1}|false", "{find: 'a'}|false" })
	void knowsWhatNeedsAWriteConcern(String command, boolean needs) {
		assertThat(new CommandReach(BsonDocument.parse(command)).isWrite()).isEqualTo(needs);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', nullValues = "-", value = { "{insert: 'a', documents: []}|-",
			"{aggregate: 'a', pipeline: [{$merge: 'b'}], cursor: {}}|-",
			"{aggregate: 'a', pipeline: [{$merge: {into: {coll: 'b'}}}], cursor: {}}|-", "{create: 'a'}|-",
			"{aggregate: 'a', pipeline: [{$merge: {into: {db: 'real', coll: 'b'}}}], cursor: {}}|names the database 'real'",
			"{aggregate: 'a', pipeline: [{$match: {}}, {$out: {db: 'real', coll: 'b'}}], cursor: {}}|names the database 'real'",
			"{renameCollection: 'real.a', to: 'real.b'}|names the database 'real'",
			"{mapReduce: 'a', out: {merge: 'b', db: 'real'}}|names the database 'real'",
			"{bulkWrite: 1, ops: [], nsInfo: [{ns: 'real.a'}]}|names the database 'real'",
			"{createUser: 'a', roles: []}|is not known to stay within one database",
			"{dropDatabase: 1}|is not known to stay within one database",
			"{setParameter: 1}|is not known to stay within one database" })
	void knowsWhatReachesBeyondADatabase(String command, String reason) {
		String found = new CommandReach(BsonDocument.parse(command)).beyond().orElse(null);
		if (reason == null) {
			assertThat(found).isNull();
		}
		else {
			assertThat(found).contains(reason);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "dropCollection: {collection: history}", "renameCollection: {from: gems, to: history}",
			"renameField: {collection: history, from: a, to: b}",
			"insert: {collection: history, documents: [{_id: 1}]}", "command: {up: {drop: history}}",
			"command: {up: {ping: 1}, down: {delete: history, deletes: []}}",
			"command: {up: {aggregate: gems, pipeline: [{$out: history}], cursor: {}}}",
			"command: {up: {aggregate: gems, pipeline: [{$merge: {into: {db: shop, coll: history}}}], cursor: {}}}",
			"command: {up: {renameCollection: shop.gems, to: shop.history}}", "command: {up: {dropDatabase: 1}}" })
	void knowsWhatWritesToACollection(String change) {
		MongoNamespace history = new MongoNamespace("shop", "history");
		assertThat(TestChanges.of(change).writing("shop", history)).singleElement().asString().startsWith("change 1 (");
	}

	@ParameterizedTest
	@ValueSource(strings = { "dropCollection: {collection: history}", "command: {up: {drop: history}}",
			"command: {up: {dropDatabase: 1}}" })
	void aCollectionOfThatNameInAnotherDatabaseIsAnother(String change) {
		assertThat(TestChanges.of(change).writing("shop", new MongoNamespace("ops", "history"))).isEqualTo(List.of());
	}

	@ParameterizedTest
	@ValueSource(strings = { "command: {up: {find: history}}",
			"command: {up: {aggregate: history, pipeline: [{$out: gems}], cursor: {}}}" })
	void whatOnlyReadsACollectionDoesNotWriteToIt(String change) {
		assertThat(TestChanges.of(change).writing("shop", new MongoNamespace("shop", "history"))).isEmpty();
	}

}
