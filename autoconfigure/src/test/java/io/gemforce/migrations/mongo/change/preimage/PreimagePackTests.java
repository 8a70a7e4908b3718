package io.gemforce.migrations.mongo.change.preimage;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import com.mongodb.client.MongoCollection;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.gemforce.migrations.Version;
import io.gemforce.migrations.mongo.change.ChangeSet;
import io.gemforce.migrations.mongo.change.Interruption;
import io.gemforce.migrations.mongo.change.TestChanges;
import io.gemforce.migrations.mongo.change.TestContext;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for pre-images that are stored together.
 */
@ExtendWith(TestDatabases.class)
class PreimagePackTests {

	private static final ChangeSet REMOVE = TestChanges.of("removeField: {collection: gems, field: a}");

	private static final ChangeSet DROP = TestChanges.of("dropCollection: {collection: gems}");

	private final MongoTestDatabase mongo;

	PreimagePackTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@RequiresReplicaSet("transactions")
	@ParameterizedTest
	@ValueSource(strings = { "removeField: {collection: gems, field: a}",
			"update: {collection: gems, filter: {}, up: {$set: {a: x}}}",
			"convertField: {collection: gems, field: a, to: string, onError: unset}" })
	void aBatchOfOneTransactionHasOne(String change) {
		insert(1500);
		gems().insertOne(Document.parse("{_id: 9999, a: 1.50}"));
		TestContext.on(this.mongo).up(TestChanges.of(change));
		assertThat(packs()).extracting((pack) -> pack.getInteger("count")).containsExactly(1000, 501);
		assertThat(memory().countDocuments()).isEqualTo(3);
		TestContext.on(this.mongo).down(TestChanges.of(change));
		assertThat(gems().countDocuments(Document.parse("{a: {$type: ['int', 'double']}}"))).isEqualTo(1501);
	}

	@Test
	void aDroppedCollectionIsRestoredFromThem() {
		insert(1500);
		List<Document> before = gems().find().into(new ArrayList<>());
		TestContext.on(this.mongo).up(DROP);
		assertThat(packs()).extracting((pack) -> pack.getInteger("count")).containsExactly(1000, 500);
		assertThat(TestContext.on(this.mongo).down(DROP).conflicts()).isZero();
		assertThat(gems().find()).containsExactlyInAnyOrderElementsOf(before);
	}

	@Test
	void largeOnesAreSpreadOverSeveralPacks() {
		Preimage large = Preimage
			.whole(new BsonDocument("_id", new BsonInt32(1)).append("a", new BsonString("x".repeat(900_000))));
		Preimage huge = Preimage
			.whole(new BsonDocument("_id", new BsonInt32(2)).append("a", new BsonString("x".repeat(5_000_000))));
		List<PreimagePack> packs = PreimagePack.of(List.of(large, large, large, huge, large));
		assertThat(packs).extracting(PreimagePack::count).containsExactly(2, 1, 1, 1);
		assertThat(packs.stream().flatMap((pack) -> pack.preimages().stream())).containsExactly(large, large, large,
				huge, large);
	}

	@RequiresReplicaSet("transactions")
	@Test
	void aDocumentThatIsChangedAgainAfterAnInterruptionIsRestoredAsItWasLast() {
		insert(1500);
		interruptSecondBatch();
		assertThat(packs()).hasSize(1);
		assertThat(gems()
			.updateOne(Document.parse("{_id: 3, a: {$exists: false}}"), Document.parse("{$set: {a: 'later'}}"))
			.getModifiedCount()).isEqualTo(1);
		TestContext.on(this.mongo).up(REMOVE);
		assertThat(gems().countDocuments(Document.parse("{a: {$exists: true}}"))).isZero();
		assertThat(whyNoUndo()).isNull();
		assertThat(TestContext.on(this.mongo).down(REMOVE).conflicts()).isZero();
		assertThat(gems().find(Document.parse("{_id: 3}"))).containsExactly(Document.parse("{_id: 3, a: 'later'}"));
		assertThat(gems().countDocuments(Document.parse("{a: {$type: 'int'}}"))).isEqualTo(1499);
	}

	@RequiresReplicaSet("transactions")
	@Test
	void anUpdateThatIsResumedDoesNotTouchWhatItHasUpdated() {
		ChangeSet increment = TestChanges.of("update: {collection: gems, filter: {}, up: {$inc: {a: 1}}}");
		insert(1500);
		assertThatExceptionOfType(Interruption.Interrupted.class)
			.isThrownBy(() -> TestContext.on(this.mongo).interruption(Interruption.at(5, new Random(1))).up(increment));
		assertThat(packs()).hasSize(1);
		TestContext.on(this.mongo).up(increment);
		IntStream.of(0, 999, 1000, 1499)
			.forEach((id) -> assertThat(gems().find(new Document("_id", id)))
				.containsExactly(new Document("_id", id).append("a", id + 1)));
		assertThat(TestContext.on(this.mongo).down(increment).conflicts()).isZero();
		IntStream.of(0, 999, 1000, 1499)
			.forEach((id) -> assertThat(gems().find(new Document("_id", id)))
				.containsExactly(new Document("_id", id).append("a", id)));
	}

	@RequiresReplicaSet("transactions")
	@Test
	void oneThatIsGoneIsMissed() {
		insert(1500);
		TestContext.on(this.mongo).up(REMOVE);
		assertThat(whyNoUndo()).isNull();
		memory().deleteOne(Document.parse("{count: 1000}"));
		assertThat(whyNoUndo()).isEqualTo("1000 of the 1500 pre-images of change 1 are gone");
	}

	@RequiresReplicaSet("transactions")
	@Test
	void whatATransactionWroteInVainIsNotCounted() {
		insert(10);
		TestContext.on(this.mongo).conflicts().up(REMOVE);
		assertThat(packs()).extracting((pack) -> pack.getInteger("count")).containsExactly(10);
		assertThat(whyNoUndo()).isNull();
		assertThat(TestContext.on(this.mongo).conflicts().down(REMOVE).conflicts()).isZero();
		assertThat(gems().countDocuments(Document.parse("{a: {$type: 'int'}}"))).isEqualTo(10);
	}

	private void interruptSecondBatch() {
		Interruption counting = Interruption.none();
		MongoTestDatabase copy = TestDatabases.createMongo();
		copy.collection("gems").insertMany(gems().find().into(new ArrayList<>()));
		TestContext.on(copy).interruption(counting).up(REMOVE);
		copy.database().drop();
		// After it come the commit, and the note that all is done
		assertThatExceptionOfType(Interruption.Interrupted.class).isThrownBy(() -> TestContext.on(this.mongo)
			.interruption(Interruption.at(counting.writes() - 2, new Random(1)))
			.up(REMOVE));
	}

	private void insert(int count) {
		gems().insertMany(IntStream.range(0, count).mapToObj((id) -> new Document("_id", id).append("a", id)).toList());
	}

	private MongoCollection<Document> gems() {
		return this.mongo.collection("gems");
	}

	private MongoCollection<Document> memory() {
		return this.mongo.collection("migration_preimage");
	}

	private List<Document> packs() {
		return memory().find(Document.parse("{packed: {$exists: true}}"))
			.sort(Document.parse("{_id: 1}"))
			.into(new ArrayList<>());
	}

	private String whyNoUndo() {
		return REMOVE.whyNoUndo(memory(), new ApplyKey(Version.parse("3").orElseThrow(), 7)).orElse(null);
	}

}
