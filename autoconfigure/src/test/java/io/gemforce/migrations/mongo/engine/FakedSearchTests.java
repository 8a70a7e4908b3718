package io.gemforce.migrations.mongo.engine;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.gemforce.migrations.MigrationException;
import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.mongo.DeclaredMongoMigration;
import io.gemforce.migrations.support.MongoProxy;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/**
 * Search indexes, which no server here has. Faked replies stand for Atlas: a search index
 * is building when it is first looked at, and ready, or failed, when it is looked at
 * again.
 */
@ExtendWith(TestDatabases.class)
class FakedSearchTests {

	private static final Document DYNAMIC = Document.parse("{mappings: {dynamic: true}}");

	private static final Document STATIC = Document.parse("{mappings: {fields: {a: {type: 'string'}}}}");

	private final MongoTestDatabase mongo;

	private final MongoProxy proxy;

	private final Map<String, BsonDocument> indexes = new LinkedHashMap<>();

	private String end = "READY";

	FakedSearchTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
		this.proxy = MongoProxy.to(mongo);
	}

	@BeforeEach
	void createGems() {
		this.mongo.collection("gems").insertOne(new Document("_id", 1));
	}

	@AfterEach
	void close() {
		this.proxy.close();
	}

	@Test
	@RequiresReplicaSet("errors as a server gives them")
	void aServerWithoutSearchIsSaidSoAndNothingIsMade() {
		assertThat(failure((changes) -> changes.createSearchIndex("other", "texts", DYNAMIC)))
			.hasMessageContaining("the server has no search indexes:")
			.hasMessageContaining("It has written nothing");
		assertThat(this.mongo.database().listCollectionNames()).doesNotContain("other");
	}

	@Test
	void isCreatedWaitedForAndDropped() {
		fakeSearch();
		try (TestRunner runner = runner((changes) -> changes.createSearchIndex("gems", "texts", DYNAMIC))) {
			runner.migrate();
			assertThat(this.indexes.get("texts")).containsEntry("status", new BsonString("READY"))
				.containsEntry("type", new BsonString("search"))
				.containsEntry("latestDefinition", DYNAMIC.toBsonDocument());
			assertThat(runner.rollback("0").notes()).isEmpty();
		}
		assertThat(this.indexes).isEmpty();
	}

	@Test
	void oneThatIsTheSameWithWhatTheServerAddsStays() {
		fakeSearch();
		add("texts", "{mappings: {dynamic: false, fields: {a: {type: 'string'}}}, analyzer: 'lucene.standard'}",
				"READY");
		try (TestRunner runner = runner((changes) -> changes.createSearchIndex("gems", "texts", STATIC))) {
			runner.migrate();
			runner.rollback("0");
		}
		assertThat(this.indexes).containsKey("texts");
		assertThat(sent("createSearchIndexes")).isEmpty();
	}

	@Test
	void anotherOneOfThatNameIsRefused() {
		fakeSearch();
		add("texts", "{mappings: {dynamic: true}}", "READY");
		assertThat(failure((changes) -> changes.createSearchIndex("gems", "texts", STATIC)))
			.hasMessageContaining("search index 'texts' of 'gems' is there with another definition");
	}

	@Test
	void oneThatFailsIsNamedWithTheReason() {
		fakeSearch();
		this.end = "FAILED";
		assertThat(failure((changes) -> changes.createSearchIndex("gems", "texts", DYNAMIC)))
			.hasMessageContaining("search index 'texts' of 'gems' has FAILED: too many fields");
	}

	@Test
	void waitingHasAnEndAndGoesOnAtTheNextStart() {
		fakeSearch();
		this.end = "BUILDING";
		DeclaredMongoMigration migration = (changes) -> changes.createSearchIndex("gems",
				(index) -> index.name("texts").definition(DYNAMIC).waitFor(Duration.ZERO));
		assertThat(failure(migration)).hasMessageContaining("is not READY after 0 s, its status is BUILDING");
		this.end = "READY";
		this.indexes.get("texts").append("status", new BsonString("READY"));
		try (TestRunner runner = runner(migration)) {
			runner.migrate();
			assertThat(runner.state("1")).isEqualTo(MigrationState.APPLIED);
		}
		assertThat(sent("createSearchIndexes")).hasSize(1);
	}

	@Test
	void isUpdatedAndGetsItsPreviousDefinitionBack() {
		fakeSearch();
		add("texts", "{mappings: {dynamic: true}}", "READY");
		try (TestRunner runner = runner((changes) -> changes.updateSearchIndex("gems", "texts", STATIC))) {
			runner.migrate();
			assertThat(this.indexes.get("texts")).containsEntry("latestDefinition", STATIC.toBsonDocument());
			assertThat(runner.rollback("0").notes()).isEmpty();
		}
		assertThat(this.indexes.get("texts")).containsEntry("latestDefinition", DYNAMIC.toBsonDocument())
			.containsEntry("status", new BsonString("READY"));
	}

	@Test
	void oneThatWasChangedSinceTheUpdateStays() {
		fakeSearch();
		add("texts", "{mappings: {dynamic: true}}", "READY");
		try (TestRunner runner = runner((changes) -> changes.updateSearchIndex("gems", "texts", STATIC))) {
			runner.migrate();
			add("texts", "{mappings: {fields: {other: {type: 'date'}}}}", "READY");
			assertThat(runner.rollback("0").notes()).singleElement()
				.satisfies((note) -> assertThat(note.message())
					.contains("search index 'texts' of 'gems' has been changed since, and stays"));
		}
	}

	@Test
	void isDroppedAndCreatedAsItWasOnceTheOldOneIsGone() {
		fakeSearch();
		add("vectors", "{fields: [{type: 'vector', path: 'v', numDimensions: 3, similarity: 'cosine'}]}", "READY");
		this.indexes.get("vectors").append("type", new BsonString("vectorSearch"));
		BsonDocument before = this.indexes.get("vectors").clone();
		try (TestRunner runner = runner((changes) -> changes.dropSearchIndex("gems", "vectors"))) {
			runner.migrate();
			assertThat(this.indexes).isEmpty();
			this.indexes.put("vectors", before.clone().append("status", new BsonString("DELETING")));
			assertThat(runner.rollback("0").notes()).isEmpty();
		}
		assertThat(this.indexes.get("vectors")).containsEntry("type", new BsonString("vectorSearch"))
			.containsEntry("latestDefinition", before.get("latestDefinition"))
			.containsEntry("status", new BsonString("READY"));
	}

	private void add(String name, String definition, String status) {
		this.indexes.put(name,
				new BsonDocument("name", new BsonString(name)).append("type", new BsonString("search"))
					.append("status", new BsonString(status))
					.append("latestDefinition", BsonDocument.parse(definition)));
	}

	private void fakeSearch() {
		this.proxy.alterReplies((sent) -> sent.toJson().contains("$listSearchIndexes"), (reply) -> list());
		this.proxy.alterReplies(this::isWork, (reply) -> BsonDocument.parse("{ok: 1.0}"));
	}

	private boolean isWork(BsonDocument command) {
		String name = command.getString("name", new BsonString("")).getValue();
		switch (command.getFirstKey()) {
			case "createSearchIndexes" -> {
				BsonDocument index = command.getArray("indexes").get(0).asDocument();
				String created = index.getString("name").getValue();
				assertThat(this.indexes).doesNotContainKey(created);
				add(created, index.getDocument("definition").toJson(), "BUILDING");
				this.indexes.get(created).append("type", index.get("type"));
			}
			case "updateSearchIndex" -> this.indexes.get(name)
				.append("latestDefinition", command.get("definition"))
				.append("status", new BsonString("BUILDING"));
			case "dropSearchIndex" -> this.indexes.remove(name);
			default -> {
				return false;
			}
		}
		return true;
	}

	// As it is now, and then time passes
	private BsonDocument list() {
		BsonArray batch = new BsonArray(this.indexes.values().stream().map(BsonDocument::clone).toList());
		this.indexes.values().removeIf((index) -> index.getString("status").getValue().equals("DELETING"));
		this.indexes.values().forEach((index) -> {
			if (index.getString("status").getValue().equals("BUILDING")) {
				index.append("status", new BsonString(this.end))
					.append("statusDetail", BsonArray.parse("[{mainIndex: {message: 'too many fields'}}]"));
			}
		});
		return new BsonDocument("cursor",
				BsonDocument.parse("{id: {$numberLong: '0'}, ns: '%s.gems'}".formatted(this.mongo.name()))
					.append("firstBatch", batch))
			.append("ok", new BsonInt32(1));
	}

	private List<BsonDocument> sent(String command) {
		return this.proxy.commands().stream().filter((sent) -> sent.getFirstKey().equals(command)).toList();
	}

	private TestRunner runner(DeclaredMongoMigration migration) {
		return TestRunner.on(this.mongo).uri(this.proxy.uri()).declaring(migration);
	}

	private MigrationException failure(DeclaredMongoMigration migration) {
		try (TestRunner runner = runner(migration)) {
			return catchThrowableOfType(MigrationException.class, runner::migrate);
		}
	}

}
