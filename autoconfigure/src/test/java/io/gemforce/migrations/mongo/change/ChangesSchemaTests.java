package io.gemforce.migrations.mongo.change;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import io.gemforce.migrations.Version;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the JSON Schema of change files. Where it is not what the family is any more,
 * run these tests with {@code -Dchanges.schema.write=true}.
 */
class ChangesSchemaTests {

	private static final String RESOURCE = "META-INF/gemforce-migrations/changes.schema.json";

	private static final String ALL_CHANGES = """
			description: every change there is
			phase: expand
			requires: [postgres:42, mongo:1.2]
			imports: [mongock:init]
			onInterrupted: retry
			when: {profile: '!test', property: orders.enabled=true}
			irreversible: it is an example
			changes:
			  - renameField: {collection: MyClass, from: a, to: b.c}
			  - moveField: {collection: MyClass, from: a, to: b.c}
			  - nest: {collection: MyClass, fields: [a, b], into: c}
			  - unnest: {collection: MyClass, field: d, fields: [e, f]}
			  - copyDocuments: {from: MyClass, to: Other, filter: {}, pipeline: [{$set: {a: 1}}], onConflict: keep}
			  - moveDocuments: {from: MyClass, to: Other, filter: {a: 1}, onConflict: fail}
			  - extract: {collection: MyClass, field: a.b, into: elements, reference: parent, position: index}
			  - embed: {collection: elements, into: MyClass, field: a, reference: parent, sort: {index: 1}}
			  - copyField: {collection: MyClass, from: a, to: b}
			  - addField: {collection: MyClass, field: status, value: active}
			  - removeField: {collection: MyClass, field: legacy}
			  - convertField: {collection: MyClass, field: n, to: objectId, onError: keep}
			  - mapValues: {collection: MyClass, field: status, values: {open: OPEN, 2nd: null}, others: keep}
			  - mapValues: {collection: MyClass, field: code, values: [{from: 1, to: one}, {from: null, to: 0}]}
			  - createCollection: {collection: audit}
			  - createCollection: {collection: log, capped: {size: 4096, max: 10}, validator: {a: 1}, level: off, action: warn, collation: {locale: en}, changeStreamPreAndPostImages: true}
			  - createCollection: {collection: readings, timeseries: {timeField: at, metaField: m, granularity: hours}, expireAfter: 30d}
			  - createCollection: {collection: spans, timeseries: {timeField: at, bucketSpan: 1h}}
			  - createCollection: {collection: orders, clusteredIndex: {key: {_id: 1}, unique: true, name: by_id}}
			  - alterCollection: {collection: log, capped: {max: 20}, discardOldest: true}
			  - alterCollection: {collection: readings, timeseries: {granularity: hours}, expireAfter: never}
			  - alterCollection: {collection: orders, changeStreamPreAndPostImages: false, expireAfter: 1d, expireExisting: true}
			  - alterCollection: {collection: newest, on: a, pipeline: [{$match: {b: 1}}]}
			  - createView: {view: newest, on: MyClass, pipeline: [{$match: {b: 1}}], collation: {locale: en}}
			  - dropView: {view: oldest}
			  - dropCollection: {collection: old}
			  - renameCollection: {from: a, to: b}
			  - createIndex: {collection: MyClass, name: by_b, keys: {b: 1, c: -1}, unique: true, partialFilter: {b: {$gt: 1}}, collation: {locale: en}, hidden: false}
			  - createIndex: {collection: MyClass, keys: {at: 1}, expireAfter: 30d, expireExisting: true}
			  - createIndex: {collection: MyClass, keys: {title: text, body: text}, weights: {title: 10}, defaultLanguage: german, languageOverride: tongue}
			  - createIndex: {collection: MyClass, keys: {$**: 1}, wildcardProjection: {a: 1, _id: 0}}
			  - alterIndex: {collection: MyClass, name: by_b, hidden: true, expireAfter: 1d, expireExisting: true}
			  - alterIndex: {collection: MyClass, name: by_b, unique: true}
			  - createSearchIndex: {collection: MyClass, name: texts, type: vectorSearch, definition: {fields: []}, waitFor: 1h}
			  - updateSearchIndex: {collection: MyClass, definition: {mappings: {dynamic: true}}}
			  - dropSearchIndex: {collection: MyClass, name: texts}
			  - dropIndex: {collection: MyClass, name: by_a}
			  - setValidator: {collection: MyClass, validator: {$jsonSchema: {}}, level: moderate, action: warn}
			  - insert: {collection: roles, documents: [{_id: admin}]}
			  - update: {collection: MyClass, filter: {}, up: {$set: {x: 1}}, down: {$unset: {x: ""}}, downFilter: {x: 1}, idempotent: true}
			  - update: {collection: MyClass, filter: {}, up: [{$set: {x: $y}}]}
			  - update: {collection: MyClass, filter: {}, up: {$set: {'a.$[e].b': 1}}, arrayFilters: [{e.b: 2}], down: {$set: {'a.$[f].b': 2}}, downArrayFilters: [{f.b: 1}], collation: {locale: en}, hint: by_a, let: {y: 1}}
			  - update: {collection: MyClass, filter: {_id: 1}, up: {$set: {b: 1}}, hint: {_id: 1}, upsert: true}
			  - renameField: {collection: MyClass, from: 'items[].price', to: 'items[].n.cost'}
			  - convertField: {collection: MyClass, field: 'a[].tags[]', to: string}
			  - delete: {collection: MyClass, filter: {x: 1}}
			  - delete: {collection: MyClass, filter: {}, all: true}
			  - command: {up: {ping: 1}, down: {ping: 1}, idempotent: true}
			  - adminCommand: {up: {enableSharding: shop}, idempotent: true}
			""";

	@Test
	void theShippedSchemaIsTheOneOfTheFamily() throws IOException {
		if (Boolean.getBoolean("changes.schema.write")) {
			Path file = Path.of("src/main/resources", RESOURCE);
			Files.createDirectories(file.getParent());
			Files.writeString(file, ChangesSchema.generate());
		}
		assertThat(shipped()).isEqualTo(ChangesSchema.generate());
	}

	@Test
	void everyChangeIsValid() throws IOException {
		assertThat(validate(ALL_CHANGES)).isEmpty();
	}

	@Test
	void theReaderTakesWhatTheSchemaTakes() {
		ChangeFileReader reader = new ChangeFileReader("V1__all.yaml", "V1__all.yaml");
		assertThat(reader.read(ALL_CHANGES.getBytes(StandardCharsets.UTF_8), Version.parse("1").orElseThrow(), "all"))
			.isPresent();
	}

	@ParameterizedTest
	@ValueSource(strings = { "changes: []", "changes: {}", "other: 1", "changes: [{renameFeld: {}}]",
			"changes: [{renameField: {collection: a, from: b}}]",
			"changes: [{renameField: {collection: a, from: b, to: c, too: d}}]",
			"changes: [{renameField: {collection: a, from: _id, to: c}}]",
			"changes: [{removeField: {collection: $a, field: b}}]",
			"changes: [{removeField: {collection: a, field: b..c}}]",
			"changes: [{removeField: {collection: a, field: 'b[]c'}}]",
			"changes: [{removeField: {collection: a, field: 'b[][].c'}}]",
			"changes: [{update: {collection: a, filter: {}, up: {$set: {b: 1}}, arrayFilters: []}}]",
			"changes: [{update: {collection: a, filter: {}, up: {$set: {b: 1}}, let: {B: 1}}}]",
			"changes: [{convertField: {collection: a, field: b, to: text}}]",
			"changes: [{createIndex: {collection: a, keys: {}}}]",
			"changes: [{createIndex: {collection: a, keys: {b: 1}, unique: 'yes'}}]",
			"changes: [{createIndex: {collection: a, keys: {b: 1}, expireAfter: 30 days}}]",
			"changes: [{nest: {collection: a, fields: [], into: b}}]",
			"changes: [{moveDocuments: {from: a, to: b, filter: {}, pipeline: {$set: {c: 1}}}}]",
			"{changes: [{dropCollection: {collection: a}}], when: {}}",
			"{changes: [{dropCollection: {collection: a}}], when: {profiles: a}}",
			"changes: [{createIndex: {collection: a, keys: {b: text}, weights: {b: 0}}}]",
			"changes: [{createCollection: {collection: a, capped: {max: 5}}}]",
			"changes: [{createCollection: {collection: a, capped: {size: 5, mx: 5}}}]",
			"changes: [{createCollection: {collection: a, timeseries: {timeField: t, granularity: days}}}]",
			"changes: [{alterCollection: {collection: a, expireAfter: ever}}]",
			"changes: [{createView: {view: a, on: b, pipeline: [{match: {}}]}}]",
			"changes: [{createSearchIndex: {collection: a, definition: {}}}]",
			"changes: [{insert: {collection: a, documents: [{b: 1}]}}]", "changes: [{delete: {collection: a}}]",
			"changes: [{mapValues: {collection: a, field: b, values: {}}}]",
			"changes: [{mapValues: {collection: a, field: b, values: {'1': c}}}]",
			"changes: [{mapValues: {collection: a, field: b, values: {'': c}}}]",
			"changes: [{mapValues: {collection: a, field: b, values: [{from: c}]}}]",
			"changes: [{update: {collection: a, filter: {}, up: {b: 1}}}]",
			"changes: [{removeField: {collection: a, field: b}, dropCollection: {collection: a}}]",
			"{changes: [{dropCollection: {collection: a}}], phase: contract}",
			"{changes: [{dropCollection: {collection: a}}], requires: [mysql:1]}" })
	void refusesWhatTheReaderRefuses(String yaml) throws IOException {
		assertThat(validate(yaml)).isNotEmpty();
		ChangeFileReader reader = new ChangeFileReader("V1__bad.yaml", "V1__bad.yaml");
		assertThat(reader.read(yaml.getBytes(StandardCharsets.UTF_8), Version.parse("1").orElseThrow(), "bad"))
			.isEmpty();
	}

	@Test
	void everyKeyIsDescribed() {
		assertThat(ChangeKind.values()).allSatisfy((kind) -> {
			assertThat(kind.description()).endsWith(".");
			assertThat(kind.keys()).allSatisfy((key) -> assertThat(key.description()).endsWith("."));
		});
		assertThat(ChangeKind.TOP).allSatisfy((key) -> assertThat(key.description()).endsWith("."));
	}

	private static String shipped() throws IOException {
		try (InputStream stream = ChangesSchemaTests.class.getClassLoader().getResourceAsStream(RESOURCE)) {
			assertThat(stream).as(RESOURCE).isNotNull();
			return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
		}
	}

	private static List<Error> validate(String yaml) throws IOException {
		Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_7).getSchema(shipped());
		return schema.validate(yaml, InputFormat.YAML);
	}

}
