package io.gemforce.migrations.mongo.change;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

import org.bson.BsonArray;
import org.bson.BsonDateTime;
import org.bson.BsonDecimal128;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonObjectId;
import org.bson.BsonString;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.env.Environment;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.mock.env.MockEnvironment;

import io.gemforce.migrations.Problem;
import io.gemforce.migrations.ProblemCode;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.change.contract.Change;
import io.gemforce.migrations.mongo.change.operation.AddField;
import io.gemforce.migrations.mongo.change.operation.InsertDocuments;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for finding and reading change files.
 */
class ChangeFilesTests {

	@TempDir
	private Path folder;

	@Test
	void readsAFileWithEverything() throws IOException {
		String text = """
				# a comment
				description: rename and more
				phase: EXPAND
				requires: [postgres:42]
				imports: ["migrate-mongo:1-init.js"]
				onInterrupted: stop
				changes:
				  - renameField: {collection: MyClass, from: a, to: b}
				  - dropIndex:
				      collection: MyClass
				      name: by_a
				""";
		write("sub/V3_1__Index_new_field.yaml", text);
		ChangeFiles found = find();
		assertThat(found.problems()).isEmpty();
		ChangeFile file = found.files().get(0);
		assertThat(file.version()).hasToString("3.1");
		assertThat(file.descriptor().description()).isEqualTo("rename and more");
		assertThat(file.descriptor().script()).isEqualTo("V3_1__Index_new_field.yaml");
		assertThat(file.location()).endsWith("sub/V3_1__Index_new_field.yaml");
		assertThat(file.requires()).containsExactly("postgres:42");
		assertThat(file.imports()).containsExactly("migrate-mongo:1-init.js");
		assertThat(file.onInterrupted()).isEqualTo(OnInterrupted.STOP);
		assertThat(file.text()).isEqualTo(text);
		assertThat(file.changes().changes()).extracting(Change::kind).containsExactly("renameField", "dropIndex");
	}

	@Test
	void theTextThatIsShownHasNoPassword() throws IOException {
		write("V3__x.yaml", changes("adminCommand: {up: {createUser: app, pwd: hunter2, roles: []}}"));
		assertThat(find().files().get(0).text()).contains("createUser", "app").doesNotContain("hunter2");
	}

	@Test
	void takesTheDescriptionFromTheName() throws IOException {
		write("V3__Index_new_field.json", "{\"changes\": [{\"createCollection\": {\"collection\": \"a\"}}]}");
		assertThat(find().files()).singleElement()
			.extracting((file) -> file.descriptor().description())
			.isEqualTo("Index new field");
	}

	@Test
	void sortsByVersion() throws IOException {
		write("V10__c.yaml", changes("createCollection: {collection: c}"));
		write("V9__b.yml", changes("createCollection: {collection: b}"));
		write("V2.1__a.json", "{\"changes\": [{\"createCollection\": {\"collection\": \"a\"}}]}");
		assertThat(find().files()).extracting((file) -> file.version().toString()).containsExactly("2.1", "9", "10");
	}

	@Test
	void checksumDependsNeitherOnLineEndsNorOnAByteOrderMark() throws IOException {
		write("V1__a.yaml", "changes:\n  - createCollection: {collection: a}\n");
		write("V2__b.yaml", "\uFEFFchanges:\r\n  - createCollection: {collection: a}\r\n");
		write("V3__c.yaml", "changes:\n  - createCollection: {collection: b}\n");
		List<ChangeFile> files = find().files();
		assertThat(files).extracting((file) -> file.descriptor().checksum())
			.allMatch((checksum) -> checksum.matches("sha256:[0-9a-f]{64}"));
		assertThat(files.get(0).descriptor().checksum()).isEqualTo(files.get(1).descriptor().checksum())
			.isNotEqualTo(files.get(2).descriptor().checksum());
	}

	@Test
	void searchesAllClassPathRoots() throws IOException {
		write("one/db/mongo/V1__a.yaml", changes("createCollection: {collection: a}"));
		write("two/db/mongo/sub/V2__b.yaml", changes("createCollection: {collection: b}"));
		URL[] roots = { this.folder.resolve("one/").toUri().toURL(), this.folder.resolve("two/").toUri().toURL() };
		try (URLClassLoader loader = new URLClassLoader(roots, null)) {
			ChangeFiles found = ChangeFiles.find(new PathMatchingResourcePatternResolver(loader),
					List.of("classpath:db/mongo"), false);
			assertThat(found.problems()).isEmpty();
			assertThat(found.files()).extracting(ChangeFile::location)
				.containsExactly("db/mongo/V1__a.yaml", "db/mongo/sub/V2__b.yaml");
		}
	}

	@Test
	void aLocationThatWasNamedMustExist() {
		List<Problem> problems = ChangeFiles
			.find(new PathMatchingResourcePatternResolver(), List.of("classpath:db/none", "file:" + this.folder), true)
			.problems();
		assertThat(problems).singleElement()
			.satisfies((problem) -> assertThat(problem.code()).isEqualTo(ProblemCode.NO_MIGRATIONS_FOUND))
			.satisfies((problem) -> assertThat(problem.message()).contains("'classpath:db/none'"));
	}

	@Test
	void aDefaultLocationNeedNotExist() {
		assertThat(ChangeFiles.find(new PathMatchingResourcePatternResolver(), List.of("classpath:db/none"), false))
			.isEqualTo(new ChangeFiles(List.of(), Map.of(), List.of()));
	}

	@ParameterizedTest
	@CsvSource({ "R__again.yaml", "V1.yaml", "V__a.yaml", "Vx__a.yaml", "V1_a.yaml", "notes.json", "V1__a.YAML" })
	void refusesOtherNames(String name) throws IOException {
		write(name, changes("createCollection: {collection: a}"));
		write("README.md", "anything");
		assertThat(find().problems()).singleElement()
			.satisfies((problem) -> assertThat(problem.code()).isEqualTo(ProblemCode.MALFORMED_NAME))
			.satisfies((problem) -> assertThat(problem.message()).contains(name))
			.satisfies((problem) -> assertThat(problem.action()).contains("V<version>__<description>.yaml"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			value = { "no|'no'", "on|'on'", "012|12", "0o14|12", "0xC|12", "12:30:45|'12:30:45'",
					"2020-01-01|'2020-01-01'", "1_000|'1_000'", "~|null", "null|null", "1e3|1000.0", ".5|0.5", "+1|1",
					"\"1\"|'1'", "!!str 5|'5'", "TRUE|true", "y|'y'", "4294967296|{$numberLong: '4294967296'}",
					"{$oid: 507f1f77bcf86cd799439011}|{$oid: '507f1f77bcf86cd799439011'}",
					"{$numberDecimal: 1.50}|{$numberDecimal: '1.50'}",
					"{$numberLong: 99999999999}|{$numberLong: '99999999999'}",
					"{$date: 2020-01-01T00:00:00Z}|{$date: '2020-01-01T00:00:00Z'}", "{\"<<\": 1}|{'<<': 1}",
					"{$oid: 111111111111111111111111}|{$oid: '111111111111111111111111'}",
					"{a: {$binary: {base64: AQID, subType: 04}}}|{a: {$binary: {base64: 'AQID', subType: '04'}}}" })
	void readsValuesByTheCoreSchemaAndAsExtendedJson(String yaml, String json) throws IOException {
		write("V1__a.yaml", changes("addField: {collection: a, field: b, value: %s}".formatted(yaml)));
		ChangeFiles found = find();
		assertThat(found.problems()).isEmpty();
		AddField change = (AddField) found.files().get(0).changes().changes().get(0);
		assertThat(change.value()).isEqualTo(RandomChanges.value(json));
	}

	@Test
	void readsTypesOfJson() throws IOException {
		write("V1__a.json",
				"""
						{"changes": [{"insert": {"collection": "a", "documents": [{"_id": {"$oid": "507f1f77bcf86cd799439011"},
						"i": 1, "l": 5000000000, "d": {"$numberDecimal": "1.50"}, "at": {"$date": "2020-01-01T00:00:00Z"}, "n": null}]}}]}
						""");
		InsertDocuments change = (InsertDocuments) find().files().get(0).changes().changes().get(0);
		assertThat(change.documents())
			.containsExactly(new BsonDocument("_id", new BsonObjectId(new ObjectId("507f1f77bcf86cd799439011")))
				.append("i", new BsonInt32(1))
				.append("l", new BsonInt64(5_000_000_000L))
				.append("d", new BsonDecimal128(Decimal128.parse("1.50")))
				.append("at", new BsonDateTime(1_577_836_800_000L))
				.append("n", BsonNull.VALUE));
	}

	@Test
	void resolvesAliases() throws IOException {
		write("V1__a.yaml", """
				changes:
				  - addField: {collection: a, field: b, value: &value {x: 1}}
				  - addField: {collection: a, field: c, value: *value}
				""");
		AddField change = (AddField) find().files().get(0).changes().changes().get(1);
		assertThat(change.value()).isEqualTo(new BsonDocument("x", new BsonInt32(1)));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("badFiles")
	void saysWhatIsWrongAndWhere(String what, String suffix, Supplier<byte[]> content, String position, String message)
			throws IOException {
		Path file = this.folder.resolve("V1__bad." + suffix);
		Files.write(file, content.get());
		List<Problem> problems = find().problems();
		assertThat(problems).singleElement().satisfies((problem) -> {
			assertThat(problem.code()).isEqualTo(ProblemCode.INVALID_DEFINITION);
			assertThat(problem.message())
				.contains("V1__bad.%s:%s".formatted(suffix, position.isEmpty() ? "" : position + ": "))
				.contains(message);
			assertThat(problem.action()).isNotBlank();
		});
	}

	static Stream<Arguments> badFiles() {
		return Stream.of(yaml("an empty file", "", "", "is empty"),
				yaml("a comment only", "# nothing\n", "", "is empty"), json("an empty JSON file", "", "", "is empty"),
				yaml("no changes", "description: x\n", "1:1", "needs the key 'changes'"),
				yaml("a list at the top", "- a\n", "1:1", "there must be 'changes:' at the top but there is a list"),
				yaml("an unknown key at the top",
						"change:\n  - dropCollection: {collection: a}\nchanges: [dropCollection: {collection: a}]\n",
						"1:1", "the file has no key 'change'; did you mean 'changes'?"),
				yaml("an unknown change", changes("renameFeild: {collection: a, from: b, to: c}"), "2:5",
						"there is no change 'renameFeild'; did you mean 'renameField'?"),
				yaml("an unknown key of a change", changes("renameField: {collection: a, form: b, from: b, to: c}"),
						"2:34", "'renameField' has no key 'form'; did you mean 'from'?"),
				yaml("a missing key", changes("renameField: {collection: a, from: b}"), "2:5",
						"'renameField' needs the key 'to'"),
				yaml("two changes in one item",
						changes("dropCollection: {collection: a}\n    createCollection: {collection: b}"), "2:5",
						"a change must be one key with its parameters but this is a document of 2 keys"),
				yaml("a change without parameters", changes("dropCollection:"), "2:20",
						"'dropCollection' needs 'collection' but has nothing"),
				yaml("a wrong type", changes("createIndex: {collection: a, keys: {b: 1}, unique: yes}"), "2:56",
						"'unique' must be true or false but is the string 'yes'"),
				yaml("a number for a name", changes("dropCollection: {collection: 5}"), "2:34",
						"'collection' must be the name of a collection but is the number 5"),
				yaml("an unknown type", changes("convertField: {collection: a, field: b, to: strng}"), "2:49",
						"'to' cannot be 'strng'; did you mean 'string'?"),
				yaml("a doubled key", changes("dropCollection: {collection: a, collection: b}"), "2:37",
						"the key 'collection' is there twice"),
				json("a doubled key of JSON",
						"{\"changes\": [{\"dropCollection\": {\"collection\": \"a\"}}],\n \"changes\": []}", "2:2",
						"the key 'changes' is there twice"),
				yaml("a tab", "changes:\n\t- dropCollection: {collection: a}\n", "2:1", "TAB"),
				yaml("broken YAML", "changes: [", "1:11", "not well-formed YAML"),
				json("broken JSON", "{\"changes\": [}", "1:14", "not well-formed JSON"),
				json("something after the end", "{\"changes\": []} x", "1:17", "not well-formed JSON"),
				yaml("a second document", changes("dropCollection: {collection: a}") + "---\na: 1\n", "3:1",
						"second YAML document"),
				yaml("an alias to nothing", changes("addField: {collection: a, field: b, value: *x}"), "2:48",
						"the alias '*x' stands for nothing"),
				yaml("an alias to what it is in", changes("addField: {collection: a, field: b, value: &x [*x]}"),
						"2:52", "the alias '*x' stands for nothing that is complete here"),
				yaml("an alias bomb", bomb(), "", "aliases make more of the file than it has characters"),
				yaml("an unknown tag", changes("addField: {collection: a, field: b, value: !!set {x}}"), "2:48", "tag"),
				yaml("too deep",
						changes("addField: {collection: a, field: b, value: " + "[".repeat(120) + "]".repeat(120)
								+ "}"),
						"", "nested deeper than the 100 levels"),
				file("not UTF-8", "yaml",
						() -> "changes:\n  - addField: {name: größe}".getBytes(StandardCharsets.ISO_8859_1), "2:24",
						"is not encoded in UTF-8: byte 33 of the file is 0xF6"),
				file("cut off", "yaml", () -> new byte[] { 'a', (byte) 0xC3 }, "1:2",
						"is not encoded in UTF-8: byte 2 of the file is 0xC3"),
				yaml("a merge key", "x: &x {a: 1}\n" + changes("addField: {collection: a, field: b, value: {<<: *x}}"),
						"3:49", "the merge key '<<' is not part of YAML 1.2"),
				yaml("a tagged merge key", changes("addField: {collection: a, field: b, value: {!!merge x: {a: 1}}}"),
						"2:49", "the merge key '<<' is not part of YAML 1.2"),
				yaml("a key that is no text", changes("addField: {collection: a, field: b, value: {!!int 5: 1}}"),
						"2:49", "the tag 'tag:yaml.org,2002:int' is not known"),
				file("too large", "yaml", () -> " ".repeat(10_000_001).getBytes(StandardCharsets.UTF_8), "",
						"is larger than 10000000 bytes"),
				yaml("a huge number", changes("addField: {collection: a, field: b, value: 123456789012345678901}"),
						"2:48", "has no place in 64 bits"),
				yaml("an object id that is none", changes("addField: {collection: a, field: b, value: {$oid: 12}}"),
						"2:48", "is not a value of the type '$oid'"),
				yaml("a phase of later", "phase: contract\n" + changes("dropCollection: {collection: a}"), "1:8",
						"the phase 'contract' is not executed by this version"),
				yaml("a requirement that is none", "requires: [mysql:1]\n" + changes("dropCollection: {collection: a}"),
						"1:12", "requires 'mysql:1', which names no migration"),
				yaml("an empty collection name", changes("dropCollection: {collection: ''}"), "2:34",
						"the name is empty"),
				yaml("a collection of the server", changes("dropCollection: {collection: system.users}"), "2:34",
						"the name begins with 'system.'"),
				yaml("a collection with a dollar", changes("dropCollection: {collection: a$b}"), "2:34",
						"the name has a '$'"),
				yaml("a collection with NUL", changes("dropCollection: {collection: \"a\\0b\"}"), "2:34",
						"the name has a NUL character"),
				yaml("a field with an empty part", changes("removeField: {collection: a, field: b..c}"), "2:41",
						"the path has an empty part"),
				yaml("a field with a dollar", changes("removeField: {collection: a, field: $b}"), "2:41",
						"the path has a part that begins with '$'"),
				yaml("a field with NUL", changes("removeField: {collection: a, field: \"b\\0\"}"), "2:41",
						"the path has a NUL character"),
				yaml("the id", changes("renameField: {collection: a, from: _id, to: b}"), "2:40",
						"MongoDB does not allow a change of the '_id'"),
				yaml("a part of the id", changes("addField: {collection: a, field: _id.x, value: 1}"), "2:38",
						"MongoDB does not allow a change of the '_id'"),
				yaml("a rename onto itself", changes("renameField: {collection: a, from: b, to: b}"), "2:47",
						"'b' is renamed to itself"),
				yaml("a rename onto a part", changes("renameField: {collection: a, from: b, to: b.c}"), "2:47",
						"one is part of the other"),
				yaml("a copy onto a whole", changes("copyField: {collection: a, from: b.c, to: b}"), "2:47",
						"one is part of the other"),
				yaml("a collection onto itself", changes("renameCollection: {from: a, to: a}"), "2:37",
						"'a' is renamed to itself"),
				yaml("a cycle of renames", "changes:\n  - renameField: {collection: a, from: b, to: c}\n"
						+ "  - renameField: {collection: a, from: c, to: d}\n  - renameField: {collection: a, from: d, to: b}\n",
						"4:47", "the renames lead in a circle"),
				yaml("a cycle of collections",
						"changes:\n  - renameCollection: {from: a, to: b}\n  - renameCollection: {from: b, to: a}\n",
						"3:37", "the renames lead in a circle"),
				yaml("a dollar key in a value", changes("addField: {collection: a, field: b, value: {$set: 1}}"),
						"2:49", "'$set' is no field"),
				yaml("a dollar key in a document",
						changes("insert: {collection: a, documents: [{_id: 1, b: {$inc: 1}}]}"), "2:54",
						"'$inc' is no field"),
				yaml("a document without id", changes("insert: {collection: a, documents: [{b: 1}]}"), "2:41",
						"the document has no '_id'"),
				yaml("two equal ids", changes("insert: {collection: a, documents: [{_id: 1}, {_id: 1.0}]}"), "2:57",
						"the '_id' 1.0 is there twice"),
				yaml("an id that cannot be one", changes("insert: {collection: a, documents: [{_id: [1]}]}"), "2:47",
						"an '_id' cannot be a list"),
				yaml("no document", changes("insert: {collection: a, documents: []}"), "2:40", "'documents' is empty"),
				yaml("operators and fields", changes("update: {collection: a, filter: {}, up: {$set: {b: 1}, c: 1}}"),
						"2:60", "the field 'c' stands between update operators"),
				yaml("a replacement", changes("update: {collection: a, filter: {}, up: {b: 1}}"), "2:46",
						"it would replace the whole document"),
				yaml("an unknown operator", changes("update: {collection: a, filter: {}, up: {$sett: {b: 1}}}"), "2:46",
						"there is no update operator '$sett'; did you mean '$set'?"),
				yaml("an update of the id", changes("update: {collection: a, filter: {}, up: {$set: {_id: 1}}}"),
						"2:53", "MongoDB does not allow a change of the '_id'"),
				yaml("an unknown stage", changes("update: {collection: a, filter: {}, up: [{$match: {}}]}"), "2:46",
						"an update has no stage '$match'"),
				yaml("an array filter of no use",
						changes("update: {collection: a, filter: {}, up: {$set: {b: 1}}, arrayFilters: [{x: 1}]}"),
						"2:76", "the identifier 'x' is not used by 'up'"),
				yaml("a missing array filter",
						changes("update: {collection: a, filter: {}, up: {$set: {'b.$[x].c': 1}}}"), "2:53",
						"'b.$[x].c' needs an array filter for 'x'"),
				yaml("an array filter for two", changes(
						"update: {collection: a, filter: {}, up: {$set: {'b.$[x].c': 1}}, arrayFilters: [{x: 1}, {$or: [{x.c: 1}, {y: 1}]}]}"),
						"2:93", "must be about one identifier, of letters and digits, but this is about 'x', 'y'"),
				yaml("two array filters for one", changes(
						"update: {collection: a, filter: {}, up: {$set: {'b.$[x]': 1}}, arrayFilters: [{x: 1}, {x: 2}]}"),
						"2:91", "there is another array filter for 'x'"),
				yaml("array filters of a pipeline",
						changes("update: {collection: a, filter: {}, up: [{$set: {b: 1}}], arrayFilters: [{x: 1}]}"),
						"2:63", "'arrayFilters' is of no use to a pipeline"),
				yaml("a missing array filter of the undo",
						changes("update: {collection: a, filter: {}, up: {$set: {b: 1}}, down: {$set: {'b.$[x]': 1}}}"),
						"2:75", "'b.$[x]' needs an array filter for 'x'"),
				yaml("array filters of no undo",
						changes("update: {collection: a, filter: {}, up: {$set: {b: 1}}, downArrayFilters: [{x: 1}]}"),
						"2:61", "'downArrayFilters' is of no use without 'down'"),
				yaml("array filters that are none",
						changes("update: {collection: a, filter: {}, up: {$set: {b: 1}}, arrayFilters: {x: 1}}"),
						"2:75", "'arrayFilters' must be a list of filters but is a document"),
				yaml("an upsert of many",
						changes("update: {collection: a, filter: {b: 1}, up: {$set: {b: 1}}, upsert: true}"), "2:37",
						"an upsert must select a document by its '_id' and nothing else"),
				yaml("an upsert by an operator",
						changes("update: {collection: a, filter: {_id: {$gt: 1}}, up: {$set: {b: 1}}, upsert: true}"),
						"2:37", "an upsert must select a document by its '_id' and nothing else"),
				yaml("a hint that is none", changes("update: {collection: a, filter: {}, up: {$set: {b: 1}}, hint: 5}"),
						"2:67", "'hint' must be an index but is the number 5"),
				yaml("a variable that is none",
						changes("update: {collection: a, filter: {}, up: {$set: {b: 1}}, let: {A: 5}}"), "2:67",
						"'A' is no name of a variable"),
				yaml("elements of two arrays", changes("renameField: {collection: a, from: 'b[].c', to: 'd[].c'}"),
						"2:53", "'b[].c' cannot be renamed to 'd[].c': they are not fields of the same document"),
				yaml("elements that become a field", changes("copyField: {collection: a, from: 'b[]', to: c}"), "2:49",
						"'b[]' cannot be copied: it stands for the elements of an array"),
				yaml("elements that are added", changes("addField: {collection: a, field: 'b[]', value: 1}"), "2:38",
						"'b[]' cannot be added"),
				yaml("elements that are removed", changes("removeField: {collection: a, field: 'b.c[]'}"), "2:41",
						"'b.c[]' cannot be removed"),
				yaml("elements that an error removes",
						changes("convertField: {collection: a, field: 'b[]', to: int, onError: unset}"), "2:67",
						"'unset' would remove elements of the array 'b'"),
				yaml("arrays in an array", changes("removeField: {collection: a, field: 'b[][].c'}"), "2:41",
						"has a '[]' that does not stand right after the name of an array"),
				yaml("an array without a name", changes("removeField: {collection: a, field: '[].c'}"), "2:41",
						"has a '[]' that does not stand right after the name of an array"),
				yaml("an array within a name", changes("removeField: {collection: a, field: 'b[]c'}"), "2:41",
						"has a '[]' that does not stand right after the name of an array"),
				yaml("a position", changes("removeField: {collection: a, field: 'b[].0'}"), "2:41",
						"has a number beside '[]'"),
				yaml("an id that is an array", changes("removeField: {collection: a, field: '_id[].b'}"), "2:41",
						"MongoDB does not allow a change of the '_id'"),
				yaml("a filter of no use",
						changes("update: {collection: a, filter: {}, up: {$set: {b: 1}}, downFilter: {b: 1}}"), "2:61",
						"'downFilter' is of no use without 'down'"),
				yaml("an empty command", changes("command: {up: {}}"), "2:19",
						"does not begin with the name of a command"),
				yaml("an index without keys", changes("createIndex: {collection: a, keys: {}}"), "2:40",
						"'keys' is empty"),
				yaml("an index in no order", changes("createIndex: {collection: a, keys: {b: 0}}"), "2:44",
						"the order of 'b' cannot be the number 0"),
				yaml("a span that is none", changes("createIndex: {collection: a, keys: {b: 1}, expireAfter: 30 days}"),
						"2:61", "'expireAfter' must be a span of time but is the string '30 days'"),
				yaml("an expiry on two fields",
						changes("createIndex: {collection: a, keys: {b: 1, c: 1}, expireAfter: 30d}"), "2:67",
						"documents cannot expire by an index on several fields"),
				yaml("an expiry of nothing",
						changes("createIndex: {collection: a, keys: {b: 1}, expireExisting: true}"), "2:48",
						"'expireExisting' is of no use without 'expireAfter'"),
				yaml("a collation without locale",
						changes("createIndex: {collection: a, keys: {b: 1}, collation: {strength: 2}}"), "2:59",
						"a collation needs a 'locale'"),
				yaml("the index of the id", changes("dropIndex: {collection: a, name: _id_}"), "2:38",
						"'name' cannot be '_id_'"));
	}

	private static Arguments yaml(String what, String text, String position, String message) {
		return file(what, "yaml", () -> text.getBytes(StandardCharsets.UTF_8), position, message);
	}

	private static Arguments json(String what, String text, String position, String message) {
		return file(what, "json", () -> text.getBytes(StandardCharsets.UTF_8), position, message);
	}

	private static Arguments file(String what, String suffix, Supplier<byte[]> content, String position,
			String message) {
		return Arguments.of(what, suffix, content, position, message);
	}

	private static String bomb() {
		StringBuilder text = new StringBuilder(
				"changes:\n  - addField:\n      collection: a\n      field: b\n      value:\n");
		text.append("        l0: &l0 [x, x]\n");
		for (int i = 1; i < 40; i++) {
			text.append("        l%d: &l%d [*l%d, *l%d]\n".formatted(i, i, i - 1, i - 1));
		}
		return text.toString();
	}

	@Test
	void reportsAllThatIsWrongWithAllFiles() throws IOException {
		write("V1__a.yaml", """
				changes:
				  - renameField: {collection: a, from: a..b, to: $c}
				  - dropCollection: {colection: a}
				  - nothing: {}
				""");
		write("V2__b.json", "{\"changes\": 5}");
		write("R__c.yaml", "");
		assertThat(find().problems()).extracting((problem) -> problem.message().replaceFirst(".*/", ""))
			.satisfiesExactly((message) -> assertThat(message).startsWith("R__c.yaml"),
					(message) -> assertThat(message).startsWith("V1__a.yaml:2:40: 'from' cannot be 'a..b'"),
					(message) -> assertThat(message).startsWith("V1__a.yaml:2:50: 'to' cannot be '$c'"),
					(message) -> assertThat(message)
						.startsWith("V1__a.yaml:3:22: 'dropCollection' has no key 'colection'"),
					(message) -> assertThat(message)
						.startsWith("V1__a.yaml:3:5: 'dropCollection' needs the key 'collection'"),
					(message) -> assertThat(message).startsWith("V1__a.yaml:4:5: there is no change 'nothing'"),
					(message) -> assertThat(message)
						.startsWith("V2__b.json:1:13: 'changes' must be a list of changes"));
	}

	@Test
	void aSwapOfTwoFieldsIsNoCycle() throws IOException {
		write("V1__swap.yaml", """
				changes:
				  - renameField: {collection: a, from: x, to: t}
				  - renameField: {collection: a, from: y, to: x}
				  - renameField: {collection: a, from: t, to: y}
				""");
		assertThat(find().problems()).isEmpty();
	}

	@Test
	void readsAThousandFilesFast() throws IOException {
		for (int i = 1; i <= 1000; i++) {
			write("V%d__file_%d.%s".formatted(i, i, "yaml"), """
					description: number %d
					changes:
					  - renameField: {collection: MyClass, from: a%d, to: b}
					  - createIndex: {collection: MyClass, keys: {b: 1, c: -1}, unique: true, expireAfter: 30}
					  - update: {collection: MyClass, filter: {n: %d}, up: {$set: {x: 1}}, down: {$unset: {x: ""}}}
					""".formatted(i, i, i).replace(", expireAfter: 30", ""));
		}
		assertThat(find().files()).hasSize(1000);
		// Time of the processor, as the machine may have other things to do
		ThreadMXBean thread = ManagementFactory.getThreadMXBean();
		long startedAt = thread.getCurrentThreadCpuTime();
		assertThat(find().files()).hasSize(1000);
		long millis = (thread.getCurrentThreadCpuTime() - startedAt) / 1_000_000;
		System.out.println("1,000 change files were read and checked in %d ms".formatted(millis));
		assertThat(millis).isLessThan(5_000);
	}

	@Test
	void placeholdersAreReplacedInTextsOnly() throws IOException {
		write("V1__a.yaml",
				"""
						description: for ${tenant}
						changes:
						  - addField: {collection: '${tenant}_gems', field: f, value: ["${odd}", "$${tenant}", '${other}', {$numberInt: '${n}'}]}
						  - update: {collection: a, filter: {"${tenant}": 1}, up: [{$set: {x: $$ROOT}}], idempotent: true}
						  - createIndex:
						      collection: a
						      keys: {b: 1}
						      expireAfter: ${n}
						""");
		write("V2__b.json", "{\"changes\": [{\"dropCollection\": {\"collection\": \"${tenant}\"}}]}");
		Map<String, String> values = Map.of("tenant", "acme", "odd", "x\", y: {$where: 1}\n#", "n", "30");
		ChangeFiles found = find(values, new MockEnvironment());
		assertThat(found.problems()).isEmpty();
		ChangeFile file = found.files().get(0);
		assertThat(file.descriptor().description()).isEqualTo("for acme");
		assertThat(BsonDocument.parse(file.changes().toJson()).getArray("changes")).containsExactly(
				new BsonDocument("addField",
						new BsonDocument("collection", new BsonString("acme_gems")).append("field", new BsonString("f"))
							.append("value", new BsonArray(List.of(new BsonString(values.get("odd")),
									new BsonString("${tenant}"), new BsonString("${other}"), new BsonInt32(30))))),
				BsonDocument.parse("{update: {collection: 'a', filter: {'${tenant}': 1}, "
						+ "up: [{$set: {x: '$$ROOT'}}], idempotent: true}}"),
				BsonDocument.parse("{createIndex: {collection: 'a', keys: {b: 1}, expireAfter: 30}}"));
		assertThat(found.files().get(1).changes().toJson()).contains("\"acme\"");
		assertThat(find(Map.of("tenant", "other", "n", "60"), new MockEnvironment()).files())
			.extracting((read) -> read.descriptor().checksum())
			.isEqualTo(found.files().stream().map((read) -> read.descriptor().checksum()).toList());
	}

	@Test
	void aPlaceholderThatMakesANameWrongIsReported() throws IOException {
		write("V1__a.yaml", changes("dropCollection: {collection: '${tenant}'}"));
		assertThat(find(Map.of("tenant", "a$x"), new MockEnvironment()).problems()).singleElement()
			.satisfies((problem) -> assertThat(problem.message()).contains("'collection' cannot be 'a$x'"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "null", "~" })
	void aPlaceholderThatBecomesNullIsReported(String value) throws IOException {
		String change = """
				changes:
				  - delete:
				      collection: a
				      filter:
				        tenant: %s
				""";
		write("V1__a.yaml", change.formatted("${tenant}"));
		write("V2__b.yaml", change.formatted("'${tenant}'"));
		ChangeFiles found = find(Map.of("tenant", value), new MockEnvironment());
		assertThat(found.problems()).singleElement()
			.satisfies(
					(problem) -> assertThat(problem.message()).contains("V1__a.yaml:5:17", "'${tenant}' becomes null"));
		assertThat(found.files()).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "'${owner}'", "'${empty}${owner}s'", "'${owner}${empty}'" })
	void aPlaceholderThatMakesAnExpressionIsReported(String text) throws IOException {
		String change = "update: {collection: a, filter: {b: 1}, up: [{$set: {c: %s}}], idempotent: true}";
		write("V1__a.yaml", changes(change.formatted(text)));
		write("V2__b.json", "{\"changes\": [{\"dropCollection\": {\"collection\": \"${owner}\"}}]}");
		write("V3__c.yaml", changes(change.formatted("'a ${owner}, $${owner}'")));
		ChangeFiles found = find(Map.of("owner", "$password", "empty", ""), new MockEnvironment());
		assertThat(found.problems()).hasSize(2)
			.allSatisfy((problem) -> assertThat(problem.message()).contains("'${owner}' begins with a dollar"));
		assertThat(found.files()).singleElement()
			.satisfies((file) -> assertThat(file.changes().toJson()).contains("a $password, ${owner}"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			value = { "{profile: prod}|true", "{profile: '!prod'}|false", "{profile: prod & eu}|false",
					"{property: on}|true", "{property: off}|false", "{property: none}|false", "{property: on=yes}|true",
					"{property: on=no}|false", "{profile: prod, property: off}|false",
					"{profile: prod, property: '${which}'}|true" })
	void aFileCountsOnlyWhereItsConditionIsMet(String when, boolean counts) throws IOException {
		write("V1__a.yaml", "when: %s\n%s".formatted(when, changes("dropCollection: {collection: a}")));
		MockEnvironment environment = new MockEnvironment().withProperty("on", "yes").withProperty("off", "false");
		environment.setActiveProfiles("prod");
		ChangeFiles found = find(Map.of("which", "on"), environment);
		assertThat(found.problems()).isEmpty();
		assertThat(found.files()).hasSize(counts ? 1 : 0);
		assertThat(found.leftOut()).hasSize(counts ? 0 : 1);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			value = { "prod|'when' must be a condition but is the string 'prod'", "{}|'when' is empty",
					"{profiles: a}|'when' has no key 'profiles'",
					"`{profile: a & b | c}`|`'a & b | c' is no expression of profiles`",
					"{profile: 1}|'profile' must be a text", "{property: ''}|'property' must be a text" })
	void aConditionThatCannotBeMeantIsReported(String when, String message) throws IOException {
		write("V1__a.yaml", "when: %s\n%s".formatted(when, changes("dropCollection: {collection: a}")));
		assertThat(find().problems()).singleElement()
			.satisfies((problem) -> assertThat(problem.message()).contains(message));
	}

	private ChangeFiles find(Map<String, String> placeholders, Environment environment) {
		return ChangeFiles.find(new PathMatchingResourcePatternResolver(),
				new ChangeFileSettings(List.of("file:" + this.folder), true, placeholders, environment));
	}

	private ChangeFiles find() {
		return ChangeFiles.find(new PathMatchingResourcePatternResolver(), List.of("file:" + this.folder), true);
	}

	private static String changes(String change) {
		return "changes:\n  - " + change + "\n";
	}

	private void write(String name, String text) throws IOException {
		Path file = this.folder.resolve(name);
		Files.createDirectories(file.getParent());
		Files.writeString(file, text);
	}

}
