package io.gemforce.migrations.mongo.change.operation.collection;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.concurrent.TimeUnit;

import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import org.bson.BsonDocument;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import io.gemforce.migrations.mongo.change.TestChanges;
import io.gemforce.migrations.mongo.change.TestContext;
import io.gemforce.migrations.mongo.change.contract.ChangeRefusedException;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.support.MongoTestDatabase;
import io.gemforce.migrations.support.RequiresReplicaSet;
import io.gemforce.migrations.support.TestDatabases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * What is looked for before an index is built.
 */
@ExtendWith(TestDatabases.class)
class IndexChangeTests {

	private static final String EXPIRE = "createIndex: {collection: gems, name: by_at, keys: {at: 1}, expireAfter: 30d}";

	private static final String EXPIRE_EXISTING = "createIndex: {collection: gems, name: by_at, keys: {at: 1}, "
			+ "expireAfter: 30d, expireExisting: true}";

	private final MongoTestDatabase mongo;

	IndexChangeTests(MongoTestDatabase mongo) {
		this.mongo = mongo;
	}

	@Test
	void anIndexByWhichDocumentsHaveExpiredAlreadyIsRefused() {
		insert(at(1, 31), at(2, 29), new Document("_id", 3).append("at", "long ago"), new Document("_id", 4),
				new Document("_id", 5).append("at", List.of(daysAgo(1), daysAgo(40))));
		assertThatExceptionOfType(ChangeRefusedException.class).isThrownBy(() -> up(EXPIRE))
			.withMessageContaining(
					"2 document(s) of 'gems' have expired already: the server would delete them, and no undo restores them")
			.withMessageContaining("It has written nothing")
			.satisfies((ex) -> assertThat(ex.getAction()).contains("'expireExisting: true'"));
		assertThat(indexNames()).doesNotContain("by_at");
	}

	@Test
	void anIndexByWhichNothingHasExpiredYetIsBuilt() {
		insert(at(1, 29));
		up(EXPIRE);
		assertThat(indexNames()).contains("by_at");
	}

	@Test
	void documentsMayExpireByTheWordOfTheAuthor() {
		insert(at(1, 31));
		up(EXPIRE_EXISTING);
		assertThat(indexNames()).contains("by_at");
	}

	@Test
	void anIndexByWhichDocumentsExpireIsNotRefusedWhereItIsThereAlready() {
		insert(at(1, 31));
		this.mongo.collection("gems")
			.createIndex(new Document("at", 1), new IndexOptions().expireAfter(30L, TimeUnit.DAYS));
		assertThatNoException().isThrownBy(() -> up(EXPIRE));
	}

	@Test
	void planCountsWhatHasExpired() {
		insert(at(1, 31), at(2, 29));
		assertThat(losses(EXPIRE, true)).containsExactly(
				"1 document(s) have expired already: refused, as they would be deleted, and no undo restores them");
		assertThat(losses(EXPIRE_EXISTING, true))
			.containsExactly("1 document(s) have expired already: they are deleted, and no undo restores them");
		assertThat(losses(EXPIRE, false))
			.containsExactly("documents that have expired already are deleted, and no undo restores them");
		assertThat(losses("createIndex: {collection: gems, keys: {at: 1}}", true)).isEmpty();
	}

	@Test
	void undoSaysThatItRestoresNoDocumentThatHasExpired() {
		assertThat(TestChanges.of(EXPIRE).changes().get(0).reverse().text())
			.endsWith("if it was not there before; restores no document that has expired");
	}

	private List<String> losses(String change, boolean counted) {
		return TestChanges.of(change).plan(this.mongo.database(), counted).get(0).losses();
	}

	@Test
	@RequiresReplicaSet("text indexes")
	void aTextIndexThatIsTheSameStays() {
		insert(new Document("_id", 1).append("a", "words"));
		this.mongo.collection("gems").createIndex(Indexes.text("a"), new IndexOptions().name("words"));
		String change = "createIndex: {collection: gems, name: other, keys: {a: text}}";
		up(change);
		TestContext.on(this.mongo).down(TestChanges.of(change));
		assertThat(indexNames()).containsExactlyInAnyOrder("_id_", "words");
	}

	// As MongoDB's manual says, and a server does
	@ParameterizedTest
	@CsvSource(delimiter = '|', nullValues = "-", value = { "{a: 1}|{}|{a: []}|-", "{a: 1}|{a: []}|{a: []}|{\"a\": []}",
			"{a: 1}|{a: null}|{}|{\"a\": null}", "{a: 1}|{a: [1, 1]}|{a: 2}|-", "{a: 1}|{a: [1, 2]}|{a: 2}|{\"a\": 2}",
			"{a: 1}|{a: [[1, 2]]}|{a: 1}|-", "{a: 1}|{a: [[1, 2]]}|{a: [[1, 2], 3]}|{\"a\": [1, 2]}",
			"{a: 1}|{a: {b: 1}}|{a: {b: 1}}|{\"a\": {\"b\": 1}}", "{a: 1}|{a: 'x'}|{a: 'X'}|-",
			"{'a.b': 1}|{a: []}|{}|{\"a.b\": null}", "{'a.b': 1}|{a: [{b: 1}, {b: 1}]}|{a: {b: 2}}|-",
			"{'a.b': 1}|{a: [{b: 1}, {b: 2}]}|{a: {b: 2}}|{\"a.b\": 2}",
			"{'a.b': 1}|{a: [1, 2]}|{a: 3}|{\"a.b\": null}", "{'a.b': 1}|{a: [[{b: 1}]]}|{a: {b: 1}}|-",
			"{'a.b': 1}|{a: {b: []}}|{a: [{b: []}]}|{\"a.b\": []}", "{'a.b': 1}|{a: {b: []}}|{}|-",
			"{a: 1, b: 1}|{a: [1, 2], b: 3}|{a: 2, b: 4}|-",
			"{a: 1, b: 1}|{a: [1, 2], b: 3}|{a: 2, b: 3}|{\"a\": 2, \"b\": 3}",
			"{'a.b': 1, 'a.c': 1}|{a: [{b: 1, c: 2}, {b: 2, c: 1}]}|{a: {b: 2, c: 2}}|-",
			"{'a.b': 1, 'a.c': 1}|{a: [{b: 1, c: 2}, {b: 2, c: 1}]}|{a: {b: 2, c: 1}}|{\"a.b\": 2, \"a.c\": 1}" })
	void findsTheDuplicatesThatAServerWouldFind(String keys, String first, String second, String duplicate) {
		String change = "createIndex: {collection: gems, unique: true, keys: %s}".formatted(keys);
		insert(Document.parse(first), Document.parse(second));
		assertThat(found(change)).isEqualTo(duplicate);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', nullValues = "-",
			value = { "{a: 1}|{}|{}|-", "{a: 1}|{a: null}|{a: null}|{\"a\": null}",
					"{a: 1}|{a: []}|{a: []}|{\"a\": []}", "{a: 1, b: 1}|{a: 1}|{a: 1}|{\"a\": 1, \"b\": null}",
					"{a: 1, b: 1}|{c: 1}|{c: 1}|-", "{'a.b': 1}|{a: [1, {b: 2}]}|{a: 3}|-" })
	void findsTheDuplicatesOfASparseIndexThatAServerWouldFind(String keys, String first, String second,
			String duplicate) {
		String change = "createIndex: {collection: gems, unique: true, sparse: true, keys: %s}".formatted(keys);
		insert(Document.parse(first), Document.parse(second));
		assertThat(found(change)).isEqualTo(duplicate);
	}

	private String found(String change) {
		Duplicates duplicates = duplicates(change);
		BsonDocument found = this.mongo.database()
			.getCollection("gems", BsonDocument.class)
			.aggregate(duplicates.pipeline())
			.first();
		return (found != null) ? BsonFormatter.show(duplicates.values(found.getDocument("_id"))) : null;
	}

	private static Duplicates duplicates(String change) {
		CreateIndex index = (CreateIndex) TestChanges.of(change).changes().get(0);
		return new Duplicates(index.collection(), index.index());
	}

	// They are left to the server
	@ParameterizedTest
	@ValueSource(strings = { "'a.0': 1", "'a.0.b': 1", "a: hashed", "'a.$**': 1" })
	void looksForNoDuplicatesWhereKeysAreNotJustTheValuesOfFields(String keys) {
		assertThat(duplicates("createIndex: {collection: gems, keys: {%s}}".formatted(keys)).isOfFields()).isFalse();
	}

	private void insert(Document... documents) {
		this.mongo.collection("gems").insertMany(List.of(documents));
	}

	private static Document at(int id, int days) {
		return new Document("_id", id).append("at", daysAgo(days));
	}

	private static Date daysAgo(int days) {
		return Date.from(Instant.now().minus(days, ChronoUnit.DAYS));
	}

	private void up(String change) {
		TestContext.on(this.mongo).up(TestChanges.of(change));
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
