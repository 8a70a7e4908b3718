package io.gemforce.migrations.mongo.change;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.bson.BsonDocument;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for the conversion of fields.
 */
@ExtendWith(TestDatabases.class)
class ConvertFieldTests {

	private static final String TO_INT = "convertField: {collection: gems, field: n, to: int}";

	private static final String KEEP = "convertField: {collection: gems, field: n, to: int, onError: keep}";

	private static final String UNSET = "convertField: {collection: gems, field: n, to: int, onError: unset}";

	private final MongoTestDatabase mongo;

	ConvertFieldTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	void convertsWhatIsThereAndLeavesNullAndMissing() {
		insert("{_id: 1, n: '5'}", "{_id: 2, n: null}", "{_id: 3}", "{_id: 4, n: '-7'}");
		List<BsonDocument> before = gems();
		up(TO_INT);
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, n: 5}"), document("{_id: 2, n: null}"),
				document("{_id: 3}"), document("{_id: 4, n: -7}"));
		assertThat(down(TO_INT).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrderElementsOf(before);
	}

	@Test
	void remembersOnlyTheTypeWhereConvertingBackIsExact() {
		insert("{_id: 1, n: '5'}", "{_id: 2, n: '6'}");
		TestContext.on(this.mongo).limit(0).up(TestChanges.of(TO_INT));
		assertThat(this.mongo.collection("migration_preimage").find()).hasSize(1);
		this.mongo.collection("gems").insertOne(Document.parse("{_id: 3, n: 9}"));
		assertThat(down(TO_INT).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, n: '5'}"), document("{_id: 2, n: '6'}"),
				document("{_id: 3, n: '9'}"));
	}

	@Test
	void keepsPreimagesWhereConvertingBackIsNotExact() {
		insert("{_id: 1, n: 5.0}", "{_id: 2, n: '6'}", "{_id: 3, n: 7}");
		List<BsonDocument> before = gems();
		TestContext.on(this.mongo).withoutTransactions().up(TestChanges.of(TO_INT));
		assertThat(this.mongo.collection("migration_preimage").find()).hasSize(3);
		assertThat(down(TO_INT).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrderElementsOf(before);
	}

	@Test
	void failsBeforeTheFirstWriteWithCountTypesAndExamples() {
		insert("{_id: 1, n: '5'}", "{_id: 2, n: 'five'}", "{_id: 3, n: 1.5}", "{_id: 4, n: [1]}",
				"{_id: 5, n: ['x', 5]}");
		assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(() -> up(TO_INT))
			.withMessageContaining("4 values of 'n' cannot be converted to int without loss")
			.withMessageContaining("1 of type string")
			.withMessageContaining("1 of type double")
			.withMessageContaining("2 of type array")
			.withMessageContaining("\"five\" in document 2")
			.withMessageContaining("It has written nothing")
			.satisfies((ex) -> assertThat(ex.getAction()).contains("onError: keep"));
		assertThat(gems()).contains(document("{_id: 1, n: '5'}"));
	}

	@Test
	void keepsWhatCannotBeConverted() {
		insert("{_id: 1, n: '5'}", "{_id: 2, n: 'five'}");
		List<BsonDocument> before = gems();
		up(KEEP);
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, n: 5}"), document("{_id: 2, n: 'five'}"));
		assertThat(down(KEEP).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrderElementsOf(before);
	}

	@Test
	void removesWhatCannotBeConvertedAndRestoresIt() {
		insert("{_id: 1, n: '5'}", "{_id: 2, n: 'five'}");
		List<BsonDocument> before = gems();
		up(UNSET);
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, n: 5}"), document("{_id: 2}"));
		assertThat(down(UNSET).conflicts()).isZero();
		assertThat(gems()).containsExactlyInAnyOrderElementsOf(before);
	}

	@Test
	void undoListsWhatCannotBeConvertedBackAndWhatWasChanged() {
		insert("{_id: 1, n: '5'}", "{_id: 2, n: 'six'}");
		up(UNSET);
		this.mongo.collection("gems").updateOne(Document.parse("{_id: 2}"), Document.parse("{$set: {n: 6}}"));
		assertThat(down(UNSET).conflictExamples()).containsExactly("'gems', document 2: 'n' is there again");
		assertThat(gems()).containsExactlyInAnyOrder(document("{_id: 1, n: '5'}"), document("{_id: 2, n: 6}"));
	}

	private void insert(String... documents) {
		this.mongo.database()
			.getCollection("gems", BsonDocument.class)
			.insertMany(Stream.of(documents).map(BsonDocument::parse).toList());
	}

	private static BsonDocument document(String json) {
		return BsonDocument.parse(json);
	}

	private List<BsonDocument> gems() {
		return this.mongo.database().getCollection("gems", BsonDocument.class).find().into(new ArrayList<>());
	}

	private void up(String change) {
		TestContext.on(this.mongo).up(TestChanges.of(change));
	}

	private UndoResult down(String change) {
		return TestContext.on(this.mongo).down(TestChanges.of(change));
	}

}
