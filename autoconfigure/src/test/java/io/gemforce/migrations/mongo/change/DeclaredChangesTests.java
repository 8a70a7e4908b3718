package io.gemforce.migrations.mongo.change;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import com.mongodb.client.model.Aggregates;
import com.mongodb.client.model.ChangeStreamPreAndPostImagesOptions;
import com.mongodb.client.model.ClusteredIndexOptions;
import com.mongodb.client.model.Collation;
import com.mongodb.client.model.CreateCollectionOptions;
import com.mongodb.client.model.Field;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.TimeSeriesGranularity;
import com.mongodb.client.model.TimeSeriesOptions;
import com.mongodb.client.model.Updates;
import com.mongodb.client.model.ValidationAction;
import com.mongodb.client.model.ValidationLevel;
import com.mongodb.client.model.ValidationOptions;
import org.bson.BsonBinary;
import org.bson.Document;
import org.junit.jupiter.api.Test;

import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.mongo.DeclaredMongoMigration;
import io.gemforce.migrations.mongo.EpochUnit;
import io.gemforce.migrations.mongo.FieldType;
import io.gemforce.migrations.mongo.OnConflict;
import io.gemforce.migrations.mongo.OnConversionError;
import io.gemforce.migrations.mongo.OnOtherValue;
import io.gemforce.migrations.mongo.change.operation.AddField;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for changes that are declared in Java.
 */
class DeclaredChangesTests {

	@Test
	void javaSaysTheSameAsAFile() {
		ChangeSet declared = declare((changes) -> changes.renameField("gems", "a", "b")
			.copyField("gems", "a", "b")
			.addField("gems", "status", "active")
			.removeField("gems", "legacy")
			.convertField("gems", "n", FieldType.OBJECT_ID, OnConversionError.KEEP)
			.convertToDate("gems", "at", EpochUnit.S)
			.mapValues("gems", "status", Map.of("open", "OPEN", 1, true))
			.mapValues("gems", "status", Collections.singletonMap(null, "none"), OnOtherValue.KEEP)
			.createCollection("audit")
			.dropCollection("old")
			.renameCollection("x", "y")
			.createIndex("gems", Indexes.ascending("b"),
					new IndexOptions().name("by_b")
						.unique(true)
						.partialFilterExpression(Filters.gt("b", 1))
						.collation(Collation.builder().locale("en").build()))
			.createIndex("gems", Indexes.ascending("at"),
					new IndexOptions().expireAfter(30L, TimeUnit.DAYS).sparse(true).hidden(true))
			.createIndexExpiringExisting("gems", Indexes.ascending("at"),
					new IndexOptions().expireAfter(1L, TimeUnit.DAYS))
			.dropIndex("gems", "by_a")
			.setValidator("gems", Filters.exists("a"), ValidationLevel.MODERATE, ValidationAction.WARN)
			.insert("roles", new Document("_id", "admin"))
			.update("gems", Filters.empty(), Updates.set("x", 1), Updates.unset("x"))
			.update("gems", Filters.empty(),
					(update) -> update.up(List.of(Aggregates.set(new Field<>("x", "$y"))))
						.down(List.of(Aggregates.unset("x")))
						.downFilter(Filters.exists("x"))
						.idempotent())
			.delete("gems", Filters.eq("x", 1))
			.deleteAll("gems")
			.command(new Document("ping", 1), new Document("ping", 1)));
		ChangeSet read = TestChanges.of("renameField: {collection: gems, from: a, to: b}",
				"copyField: {collection: gems, from: a, to: b}",
				"addField: {collection: gems, field: status, value: active}",
				"removeField: {collection: gems, field: legacy}",
				"convertField: {collection: gems, field: n, to: objectId, onError: keep}",
				"convertField: {collection: gems, field: at, to: date, onError: fail, unit: s}",
				"mapValues: {collection: gems, field: status, values: [{from: open, to: OPEN}, {from: 1, to: true}]}",
				"mapValues: {collection: gems, field: status, values: [{from: null, to: none}], others: keep}",
				"createCollection: {collection: audit}", "dropCollection: {collection: old}",
				"renameCollection: {from: x, to: y}",
				"createIndex: {collection: gems, keys: {b: 1}, name: by_b, unique: true, partialFilter: {b: {$gt: 1}}, "
						+ "collation: {locale: en}}",
				"createIndex: {collection: gems, keys: {at: 1}, expireAfter: 30d, sparse: true, hidden: true}",
				"createIndex: {collection: gems, keys: {at: 1}, expireAfter: 1d, expireExisting: true}",
				"dropIndex: {collection: gems, name: by_a}",
				"setValidator: {collection: gems, validator: {a: {$exists: true}}, level: moderate, action: warn}",
				"insert: {collection: roles, documents: [{_id: admin}]}",
				"update: {collection: gems, filter: {}, up: {$set: {x: 1}}, down: {$unset: {x: ''}}}",
				"update: {collection: gems, filter: {}, up: [{$set: {x: $y}}], down: [{$unset: x}], "
						+ "downFilter: {x: {$exists: true}}, idempotent: true}",
				"delete: {collection: gems, filter: {x: 1}}", "delete: {collection: gems, filter: {}, all: true}",
				"command: {up: {ping: 1}, down: {ping: 1}}");
		assertThat(declared.changes()).isEqualTo(read.changes());
	}

	@Test
	void optionsOfCollectionsAndIndexesAreTheSameAsInAFile() {
		ChangeSet declared = declare((changes) -> changes
			.createCollection("log",
					new CreateCollectionOptions().capped(true)
						.sizeInBytes(4096)
						.maxDocuments(10)
						.collation(Collation.builder().locale("en").build())
						.validationOptions(new ValidationOptions().validator(Filters.exists("a"))
							.validationLevel(ValidationLevel.OFF)
							.validationAction(ValidationAction.WARN)))
			.createCollection("readings",
					new CreateCollectionOptions()
						.timeSeriesOptions(new TimeSeriesOptions("at").metaField("m")
							.bucketMaxSpan(60L, TimeUnit.SECONDS)
							.bucketRounding(60L, TimeUnit.SECONDS))
						.expireAfter(5, TimeUnit.SECONDS))
			.createCollection("orders",
					new CreateCollectionOptions()
						.clusteredIndexOptions(new ClusteredIndexOptions(new Document("_id", 1), true).name("by_id"))
						.changeStreamPreAndPostImagesOptions(new ChangeStreamPreAndPostImagesOptions(true)))
			.alterCollection("orders", (orders) -> orders.changeStreamPreAndPostImages(false).expireNever())
			.alterCollection("log", (log) -> log.cappedSize(8192).cappedMax(5).discardOldest())
			.alterCollection("readings", (readings) -> readings.granularity(TimeSeriesGranularity.HOURS))
			.alterCollection("newest", (newest) -> newest.on("a").pipeline(List.of(Aggregates.limit(1))))
			.createView("newest", "gems", List.of(Aggregates.limit(1)), Collation.builder().locale("en").build())
			.dropView("newest")
			.createIndex("gems", Indexes.text("a"),
					new IndexOptions().weights(new Document("a", 5)).defaultLanguage("german").languageOverride("l"))
			.createIndex("gems", Indexes.ascending("$**"), new IndexOptions().wildcardProjection(new Document("a", 0)))
			.alterIndex("gems", "by_a",
					(index) -> index.hidden(true).expireAfter(Duration.ofSeconds(9)).expireExisting())
			.alterIndex("gems", "by_a", (index) -> index.unique())
			.createSearchIndex("gems",
					(index) -> index.name("v")
						.vectorSearch()
						.definition(new Document("fields", List.of()))
						.waitFor(Duration.ofSeconds(9)))
			.updateSearchIndex("gems", "v", new Document("fields", List.of()))
			.dropSearchIndex("gems", "v")
			.adminCommand((command) -> command.up(new Document("enableSharding", "shop")).idempotent()));
		ChangeSet read = TestChanges.of(
				"createCollection: {collection: log, validator: {a: {$exists: true}}, level: off, action: warn, "
						+ "collation: {locale: en}, capped: {size: {$numberLong: '4096'}, max: {$numberLong: '10'}}}",
				"createCollection: {collection: readings, timeseries: {timeField: at, metaField: m, "
						+ "bucketSpan: {$numberLong: '60'}}, expireAfter: {$numberLong: '5'}}",
				"createCollection: {collection: orders, clusteredIndex: {key: {_id: 1}, unique: true, name: by_id}, "
						+ "changeStreamPreAndPostImages: true}",
				"alterCollection: {collection: orders, changeStreamPreAndPostImages: false, expireAfter: never}",
				"alterCollection: {collection: log, capped: {size: {$numberLong: '8192'}, max: {$numberLong: '5'}}, "
						+ "discardOldest: true}",
				"alterCollection: {collection: readings, timeseries: {granularity: hours}}",
				"alterCollection: {collection: newest, on: a, pipeline: [{$limit: 1}]}",
				"createView: {view: newest, on: gems, pipeline: [{$limit: 1}], collation: {locale: en}}",
				"dropView: {view: newest}",
				"createIndex: {collection: gems, keys: {a: text}, weights: {a: 5}, defaultLanguage: german, "
						+ "languageOverride: l}",
				"createIndex: {collection: gems, keys: {$**: 1}, wildcardProjection: {a: 0}}",
				"alterIndex: {collection: gems, name: by_a, hidden: true, expireAfter: 9s, expireExisting: true}",
				"alterIndex: {collection: gems, name: by_a, unique: true}",
				"createSearchIndex: {collection: gems, name: v, type: vectorSearch, definition: {fields: []}, waitFor: 9s}",
				"updateSearchIndex: {collection: gems, name: v, definition: {fields: []}}",
				"dropSearchIndex: {collection: gems, name: v}",
				"adminCommand: {up: {enableSharding: shop}, idempotent: true}");
		assertThat(declared.changes()).isEqualTo(read.changes());
	}

	@Test
	void javaMovesFieldsAndDocumentsAsAFileDoes() {
		ChangeSet declared = declare((changes) -> changes.moveField("gems", "a", "b.c")
			.nest("gems", List.of("d", "e"), "f")
			.unnest("gems", "g", List.of("h"))
			.unnest("gems", "i")
			.copyDocuments("gems", "copies", Filters.eq("k", 1))
			.moveDocuments("gems", "others", Filters.empty(),
					(transfer) -> transfer.pipeline(List.of(Aggregates.set(new Field<>("x", "$y"))))
						.onConflict(OnConflict.KEEP))
			.extract("gems", "facets", "facets", "gem")
			.extract("gems", "cuts", "cuts", "gem", "at")
			.embed("facets", "gems", "facets", "gem")
			.embed("cuts", "gems", "cuts", "gem", Indexes.ascending("at")));
		ChangeSet read = TestChanges.of("moveField: {collection: gems, from: a, to: b.c}",
				"nest: {collection: gems, fields: [d, e], into: f}",
				"unnest: {collection: gems, field: g, fields: [h]}", "unnest: {collection: gems, field: i}",
				"copyDocuments: {from: gems, to: copies, filter: {k: 1}}",
				"moveDocuments: {from: gems, to: others, filter: {}, pipeline: [{$set: {x: $y}}], onConflict: keep}",
				"extract: {collection: gems, field: facets, into: facets, reference: gem}",
				"extract: {collection: gems, field: cuts, into: cuts, reference: gem, position: at}",
				"embed: {collection: facets, into: gems, field: facets, reference: gem}",
				"embed: {collection: cuts, into: gems, field: cuts, reference: gem, sort: {at: 1}}");
		assertThat(declared.changes()).isEqualTo(read.changes());
	}

	@Test
	void optionsOfTheDriverThatNoFileHasAreRefused() {
		assertThatExceptionOfType(InvalidChangesException.class)
			.isThrownBy(() -> declare((changes) -> changes.createCollection("gems",
					new CreateCollectionOptions().encryptedFields(new Document()))))
			.withMessageContaining("'createCollection' has no key 'encryptedFields'");
	}

	// The driver sends them to no server
	@Test
	void boundsOfWhatIsNotCappedAreRefused() {
		CreateCollectionOptions size = new CreateCollectionOptions().sizeInBytes(4096);
		CreateCollectionOptions max = new CreateCollectionOptions().maxDocuments(10);
		assertThatExceptionOfType(InvalidChangesException.class)
			.isThrownBy(() -> declare((changes) -> changes.createCollection("a", size).createCollection("b", max)))
			.withMessageContaining("'createCollection' has no key 'sizeInBytes'")
			.withMessageContaining("'createCollection' has no key 'maxDocuments'");
	}

	@Test
	void reportsAllThatIsWrong() {
		assertThatExceptionOfType(InvalidChangesException.class)
			.isThrownBy(() -> declare((changes) -> changes.renameField("gems", "a", "a")
				.dropCollection("$")
				.createIndex("gems", Indexes.text("a"), new IndexOptions().bits(26))
				.insert("gems", new Document("a", 1))
				.update("gems", Filters.empty(), new Document("a", 1))))
			.satisfies((ex) -> assertThat(ex.getProblems()).extracting(Problem::code)
				.containsOnly(ProblemCode.INVALID_DEFINITION))
			.satisfies((ex) -> assertThat(ex.getProblems()).extracting(Problem::message)
				.containsExactly("Bean 'test', changes[0].renameField.to: 'a' is renamed to itself",
						"Bean 'test', changes[1].dropCollection.collection: 'collection' cannot be '$': the name has a '$'",
						"Bean 'test', changes[2].createIndex.bits: 'createIndex' has no key 'bits'",
						"Bean 'test', changes[3].insert.documents[0]: the document has no '_id', by which a second attempt "
								+ "would know it",
						"Bean 'test', changes[4].update.up.a: 'a' is no update operator: it would replace the whole "
								+ "document"));
	}

	@Test
	void refusesAMigrationThatDeclaresNothing() {
		assertThatExceptionOfType(InvalidChangesException.class).isThrownBy(() -> declare((changes) -> {
		})).withMessageContaining("'changes' is empty");
	}

	@Test
	void checksumFollowsTheChanges() {
		String checksum = declare((changes) -> changes.addField("gems", "a", 1)).checksum();
		assertThat(checksum).matches("changes:[0-9a-f]{64}");
		assertThat(declare((changes) -> changes.addField("gems", "a", 1)).checksum()).isEqualTo(checksum);
		assertThat(declare((changes) -> changes.addField("gems", "a", 1L)).checksum()).isNotEqualTo(checksum);
		assertThat(declare((changes) -> changes.addField("gems", "a", 1).irreversible("no")).checksum())
			.isNotEqualTo(checksum);
	}

	@Test
	void encodesWhatTheDriverCanEncode() {
		UUID id = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");
		AddField change = (AddField) declare((changes) -> changes.addField("gems", "id", id)).changes().get(0);
		assertThat(change.value()).isEqualTo(new BsonBinary(id));
	}

	@Test
	void isRepeatableWithoutTransactions() {
		ChangeSet changes = declare((declaration) -> declaration.removeField("gems", "a").dropCollection("old"));
		assertThat(changes.isRepeatable(false)).isTrue();
		assertThat(changes.irreversible()).isEmpty();
	}

	@Test
	void showsTheChangesAsAFileWould() {
		assertThat(Document
			.parse(declare((changes) -> changes.dropCollection("old").irreversible("nobody misses it")).toJson()))
			.isEqualTo(Document
				.parse("{changes: [{dropCollection: {collection: 'old'}}], irreversible: 'nobody misses it'}"));
	}

	private static ChangeSet declare(DeclaredMongoMigration migration) {
		return ChangeSet.declaredBy(migration, "Bean 'test'");
	}

}
