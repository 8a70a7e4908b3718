package io.gemforce.migrations.mongo.change;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;

import com.mongodb.client.model.ValidationAction;
import com.mongodb.client.model.ValidationLevel;
import org.bson.BsonDocument;
import org.bson.BsonType;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Phase;
import io.gemforce.migrations.mongo.EpochUnit;
import io.gemforce.migrations.mongo.FieldType;
import io.gemforce.migrations.mongo.OnConflict;
import io.gemforce.migrations.mongo.OnConversionError;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.OnOtherValue;
import io.gemforce.migrations.mongo.change.catalog.Collations;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.Fingerprint;
import io.gemforce.migrations.mongo.change.document.Names;
import io.gemforce.migrations.mongo.change.document.UpdateOperators;
import io.gemforce.migrations.mongo.change.document.ValueMapping;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
import io.gemforce.migrations.mongo.change.source.NearestWord;
import io.gemforce.migrations.mongo.change.source.Seconds;
import io.gemforce.migrations.store.Requirement;

enum ParameterType {

	TEXT("a text") {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			if (!value.isString()) {
				wrongType(value, cursor, "Put it in quotes if it is meant as a text");
			}
			else if (value.asString().getValue().isBlank()) {
				cursor.wrong("'%s' is empty".formatted(cursor.name()), "Write a text, or remove the key");
			}
		}

	},

	TEXTS("a list of texts") {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			if (!value.isArray()) {
				wrongType(value, cursor, "Write it as a list, for example [one, two]");
				return;
			}
			int index = 0;
			for (BsonValue item : value.asArray()) {
				TEXT.check(item, cursor.to(index++));
			}
		}

	},

	REQUIREMENTS("a list of migrations") {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			TEXTS.check(value, cursor);
			int index = 0;
			for (BsonValue item : value.isArray() ? value.asArray() : List.<BsonValue>of()) {
				if (item.isString() && Requirement.parse(item.asString().getValue()).isEmpty()) {
					cursor.to(index)
						.wrong("requires '%s', which names no migration".formatted(item.asString().getValue()),
								"Write a requirement as store and version, for example postgres:42 or mongo:3");
				}
				index++;
			}
		}

	},

	FLAG("true or false") {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			if (!value.isBoolean()) {
				wrongType(value, cursor, "Write true or false");
			}
		}

	},

	COLLECTION("the name of a collection") {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			if (!value.isString()) {
				wrongType(value, cursor, "Write the name of a collection, in quotes if it looks like something else");
				return;
			}
			String wrong = Names.wrongCollection(value.asString().getValue());
			if (wrong != null) {
				cursor.wrong(
						"'%s' cannot be '%s': the name %s".formatted(cursor.name(), value.asString().getValue(), wrong),
						"Write the name of a collection");
			}
		}

	},

	FIELD("the path of a field") {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			ELEMENT_FIELD.check(value, cursor);
			if (value.isString() && Names.hasElements(value.asString().getValue())) {
				cursor.wrong("'%s' cannot be '%s': no '[]' is possible here".formatted(cursor.name(),
						value.asString().getValue()), "Write the path of a field that leads through no array");
			}
		}

	},

	CHANGED_FIELD("the path of a field") {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			FIELD.check(value, cursor);
			refuseId(value, cursor);
		}

	},

	// With '[]' after the names of arrays
	ELEMENT_FIELD("the path of a field") {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			if (!value.isString()) {
				wrongType(value, cursor, "Write the path of a field, in quotes if it looks like something else");
				return;
			}
			String wrong = Names.wrongElementField(value.asString().getValue());
			if (wrong != null) {
				cursor.wrong(
						"'%s' cannot be '%s': the path %s".formatted(cursor.name(), value.asString().getValue(), wrong),
						"Write the path of a field, with '.' between its parts");
			}
		}

	},

	CHANGED_ELEMENT_FIELD("the path of a field") {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			ELEMENT_FIELD.check(value, cursor);
			refuseId(value, cursor);
		}

	},

	CHANGED_FIELDS("a list of fields") {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			if (!value.isArray() || value.asArray().isEmpty()) {
				wrongType(value, cursor, "Write the paths of the fields as a list, for example [street, zip]");
				return;
			}
			int index = 0;
			for (BsonValue item : value.asArray()) {
				CHANGED_FIELD.check(item, cursor.to(index++));
			}
		}

	},

	INDEX_NAME("the name of an index") {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			TEXT.check(value, cursor);
			if (value.isString() && (value.asString().getValue().equals("*")
					|| value.asString().getValue().equals("_id_") || value.asString().getValue().indexOf('\0') >= 0)) {
				cursor.wrong("'%s' cannot be '%s'".formatted(cursor.name(), value.asString().getValue()),
						"Write the name of one index that is not the one of '_id'");
			}
		}

	},

	VALUE("a value") {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			Literals.check(value, cursor);
		}

	},

	VALUES("a mapping of values") {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			if (!value.isDocument() && !value.isArray()) {
				wrongType(value, cursor, "Write old and new values, for example {old: new}, or [{from: 1, to: one}]");
				return;
			}
			ValueMapping.check(value, cursor);
		}

	},

	FILTER("a filter") {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			if (!value.isDocument()) {
				wrongType(value, cursor, "Write a filter as a document; {} selects all documents");
			}
		}

	},

	VALIDATOR("a validator") {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			if (!value.isDocument()) {
				wrongType(value, cursor, "Write a validator as a document, for example {$jsonSchema: {…}}");
			}
		}

	},

	INDEX_KEYS("the keys of an index") {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			if (!value.isDocument()) {
				wrongType(value, cursor, "Write the keys as a document, for example {name: 1, size: -1}");
				return;
			}
			if (value.asDocument().isEmpty()) {
				cursor.wrong("'%s' is empty".formatted(cursor.name()),
						"Write at least one field, for example {name: 1}");
			}
			value.asDocument().forEach((field, direction) -> checkKey(field, direction, cursor.to(field)));
		}

		private void checkKey(String field, BsonValue direction, DefinitionCursor cursor) {
			String wrong = field.equals("$**") ? null
					: Names.wrongField(field.endsWith(".$**") ? field.substring(0, field.length() - 4) : field);
			if (wrong != null) {
				cursor.wrongKey("'%s' cannot be indexed: the path %s".formatted(field, wrong),
						"Write the path of a field, with '.' between its parts");
			}
			boolean number = direction.isNumber() && direction.asNumber().doubleValue() != 0;
			boolean kind = direction.isString() && !direction.asString().getValue().isEmpty();
			if (!number && !kind) {
				cursor.wrong("the order of '%s' cannot be %s".formatted(field, BsonFormatter.describe(direction)),
						"Write 1, -1, or the name of a kind of index such as \"text\", \"hashed\" or \"2dsphere\"");
			}
		}

	},

	DURATION("a span of time") {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			if (Seconds.parse(value).isEmpty()) {
				cursor.wrong(
						"'%s' must be a span of time but is %s".formatted(cursor.name(), BsonFormatter.describe(value)),
						"Write whole seconds, or a number with s, m, h or d, for example 30d");
			}
		}

	},

	COLLATION("a collation") {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			if (!value.isDocument()) {
				wrongType(value, cursor, "Write a collation as a document, for example {locale: en, strength: 2}");
				return;
			}
			Collations.check(value.asDocument(), cursor);
		}

	},

	DOCUMENTS("a list of documents") {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			if (!value.isArray()) {
				wrongType(value, cursor, "Write a list of documents, each with an _id");
				return;
			}
			if (value.asArray().isEmpty()) {
				cursor.wrong("'%s' is empty".formatted(cursor.name()), "Write at least one document");
			}
			Set<ExactValue> ids = new HashSet<>();
			int index = 0;
			for (BsonValue document : value.asArray()) {
				checkDocument(document, cursor.to(index++), ids);
			}
		}

		private void checkDocument(BsonValue value, DefinitionCursor cursor, Set<ExactValue> ids) {
			if (!value.isDocument()) {
				cursor.wrong("each of 'documents' must be a document but this is " + BsonFormatter.describe(value),
						"Write a document with an _id");
				return;
			}
			BsonDocument document = value.asDocument();
			Literals.check(document, cursor);
			BsonValue id = document.get("_id");
			if (id == null) {
				cursor.wrong("the document has no '_id', by which a second attempt would know it", "Give it an _id");
			}
			else if (Set.of(BsonType.ARRAY, BsonType.REGULAR_EXPRESSION, BsonType.UNDEFINED)
				.contains(id.getBsonType())) {
				cursor.to("_id").wrong("an '_id' cannot be " + BsonFormatter.describe(id), "Write another _id");
			}
			else if (!ids.add(new ExactValue(Fingerprint.comparable(id)))) {
				cursor.to("_id")
					.wrong("the '_id' %s is there twice".formatted(BsonFormatter.show(id)),
							"Give each document its own");
			}
		}

	},

	UPDATE("update operators, or a pipeline") {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			if (!value.isDocument() && !value.isArray()) {
				wrongType(value, cursor, "Write update operators, for example {$set: {size: 1}}, or a list of stages");
				return;
			}
			UpdateOperators.check(value, cursor);
		}

	},

	ARRAY_FILTERS("a list of filters") {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			if (!value.isArray() || !value.asArray().stream().allMatch(BsonValue::isDocument)) {
				wrongType(value, cursor,
						"Write a list of filters, one for each identifier, for example [{item.size: 1}]");
			}
			else if (value.asArray().isEmpty()) {
				cursor.wrong("'%s' is empty".formatted(cursor.name()), "Write at least one filter, or remove the key");
			}
		}

	},

	HINT("an index") {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			boolean name = value.isString() && !value.asString().getValue().isEmpty();
			if (!name && !(value.isDocument() && !value.asDocument().isEmpty())) {
				wrongType(value, cursor, "Write the name of an index, or its keys, for example {size: 1}");
			}
		}

	},

	VARIABLES("names and values") {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			if (!value.isDocument()) {
				wrongType(value, cursor, "Write names and values, for example {limit: 5} for '$$limit'");
				return;
			}
			value.asDocument()
				.keySet()
				.stream()
				.filter((name) -> !name.matches("[a-z][a-zA-Z0-9_]*"))
				.forEach((name) -> cursor.to(name)
					.wrongKey("'%s' is no name of a variable".formatted(name),
							"Write a small letter first, then letters, digits and '_'"));
		}

	},

	TRANSFER_PIPELINE("a pipeline") {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			if (!value.isArray()) {
				wrongType(value, cursor, "Write a list of stages, for example [{$set: {size: 1}}]");
				return;
			}
			UpdateOperators.check(value, cursor);
		}

	},

	COMMAND("a command") {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			if (!value.isDocument()) {
				wrongType(value, cursor, "Write a command as a document that begins with the command's name");
			}
			else if (value.asDocument().isEmpty() || value.asDocument().getFirstKey().startsWith("$")) {
				cursor.wrong("'%s' does not begin with the name of a command".formatted(cursor.name()),
						"Write a command as a document that begins with the command's name");
			}
		}

	},

	PIPELINE(OptionChecks::pipeline),

	POSITIVE(OptionChecks::positive),

	WEIGHTS(OptionChecks::weights),

	PROJECTION(OptionChecks.notEmpty("{size: 1}")),

	SEARCH_DEFINITION(OptionChecks.notEmpty("{mappings: {dynamic: true}}")),

	DURATION_OR_NEVER(OptionChecks::durationOrNever),

	SEARCH_TYPE("a word", List.of("search", "vectorSearch")),

	GRANULARITY("a word", List.of("seconds", "minutes", "hours")),

	CAPPED(Parameter.required("size", POSITIVE,
			"The size in bytes. The server makes it a multiple of 256, and at least 4096."),
			Parameter.optional("max", POSITIVE, "The number of documents.")),

	BOUNDS(Parameter.optional("size", POSITIVE,
			"The size in bytes. The server makes it a multiple of 256, and at least 4096."),
			Parameter.optional("max", POSITIVE, "The number of documents.")),

	TIME_SERIES(Parameter.required("timeField", FIELD, "The field with the date, at the top of each document."),
			Parameter.optional("metaField", FIELD,
					"The field that tells the series apart, at the top of each document."),
			Parameter.optional("granularity", GRANULARITY,
					"How far apart the documents of a series are: 'seconds' (the default), 'minutes' or 'hours'."),
			Parameter.optional("bucketSpan", DURATION,
					"Instead of a granularity: the span of time that is stored together, at most 365d.")),

	BUCKETS(Parameter.optional("granularity", GRANULARITY,
			"How far apart the documents of a series are: 'seconds', 'minutes' or 'hours'."),
			Parameter.optional("bucketSpan", DURATION,
					"Instead of a granularity: the span of time that is stored together, at most 365d.")),

	CLUSTERED_INDEX(Parameter.optional("key", INDEX_KEYS, "The key, which is always {_id: 1}."),
			Parameter.optional("unique", FLAG, "Always true."),
			Parameter.optional("name", TEXT, "The name of the index.")),

	FIELD_TYPE("a type", names(FieldType.values())),

	ON_CONVERSION_ERROR("a word", names(OnConversionError.values())),

	ON_OTHER_VALUE("a word", names(OnOtherValue.values())), ON_CONFLICT("a word", names(OnConflict.values())),

	// What numbers stand for when they are converted to dates
	EPOCH_UNIT("a word", names(EpochUnit.values())),

	VALIDATION_LEVEL("a word", Arrays.stream(ValidationLevel.values()).map(ValidationLevel::getValue).toList()),

	VALIDATION_ACTION("a word", Arrays.stream(ValidationAction.values()).map(ValidationAction::getValue).toList()),

	ON_INTERRUPTED("a word", names(OnInterrupted.values())),

	PHASE("a word", names(Phase.values())) {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			super.check(value, cursor);
			if (value.isString() && Set.of("backfill", "contract").contains(canonical(value.asString().getValue()))) {
				cursor.wrong("the phase '%s' is not executed by this version, which runs every migration before traffic"
					.formatted(value.asString().getValue()), "Write expand, or remove the key");
			}
		}

	},

	CONDITION("a condition") {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			if (!value.isDocument()) {
				wrongType(value, cursor, "Write for example {profile: prod}, or {property: orders.enabled}");
				return;
			}
			FileCondition.check(value.asDocument(), cursor);
		}

	},

	CHANGES("a list of changes") {

		@Override
		void check(BsonValue value, DefinitionCursor cursor) {
			if (!value.isArray()) {
				wrongType(value, cursor, "Write a list of changes, for example\n" + EXAMPLE);
			}
			else if (value.asArray().isEmpty()) {
				cursor.wrong("'%s' is empty".formatted(cursor.name()),
						"Write at least one change, for example\n" + EXAMPLE);
			}
		}

	};

	private static final String EXAMPLE = "changes:\n  - renameField: {collection: MyClass, from: a, to: b}";

	private final String words;

	private final List<String> choices;

	private final List<Parameter> keys;

	private final @Nullable BiConsumer<BsonValue, DefinitionCursor> check;

	ParameterType(String words) {
		this(words, List.of());
	}

	ParameterType(String words, List<String> choices) {
		this.words = words;
		this.choices = choices;
		this.keys = List.of();
		this.check = null;
	}

	ParameterType(BiConsumer<BsonValue, DefinitionCursor> check) {
		this.words = "";
		this.choices = List.of();
		this.keys = List.of();
		this.check = check;
	}

	ParameterType(Parameter... keys) {
		this.words = "a document";
		this.choices = List.of();
		this.keys = List.of(keys);
		this.check = null;
	}

	private static List<String> names(Enum<?>[] constants) {
		return Arrays.stream(constants)
			.map((constant) -> (constant == FieldType.OBJECT_ID) ? "objectId"
					: constant.name().toLowerCase(Locale.ROOT))
			.toList();
	}

	List<String> choices() {
		return this.choices;
	}

	// The keys of a document that has a fixed set of them
	List<Parameter> keys() {
		return this.keys;
	}

	// Words are compared without regard to case
	void check(BsonValue value, DefinitionCursor cursor) {
		if (this.check != null) {
			this.check.accept(value, cursor);
			return;
		}
		if (!this.keys.isEmpty()) {
			checkKeys(value, cursor);
			return;
		}
		String known = String.join(", ", this.choices);
		if (!value.isString()) {
			cursor.wrong(
					"'%s' must be one of %s but is %s".formatted(cursor.name(), known, BsonFormatter.describe(value)),
					"Write one of " + known);
			return;
		}
		String text = value.asString().getValue();
		if (!this.choices.contains(canonical(text))) {
			cursor.wrong(
					"'%s' cannot be '%s'%s".formatted(cursor.name(), text,
							NearestWord.find(text, this.choices).map("; did you mean '%s'?"::formatted).orElse("")),
					"Write one of " + known);
		}
	}

	private void checkKeys(BsonValue value, DefinitionCursor cursor) {
		if (value.isDocument()) {
			ChangeSetReader.checkKeys("'" + cursor.name() + "'", value.asDocument(), this.keys, cursor);
		}
		else {
			String names = String.join(", ", this.keys.stream().map(Parameter::name).toList());
			wrongType(value, cursor, "Write a document with some of the keys " + names);
		}
	}

	// The word in its known spelling
	String canonical(String text) {
		return this.choices.stream().filter((choice) -> choice.equalsIgnoreCase(text)).findFirst().orElse(text);
	}

	private static void refuseId(BsonValue value, DefinitionCursor cursor) {
		if (value.isString() && Names.isId(value.asString().getValue())) {
			cursor.wrong("'%s' cannot be '%s': MongoDB does not allow a change of the '_id' of a document"
				.formatted(cursor.name(), value.asString().getValue()), "Choose another field");
		}
	}

	void wrongType(BsonValue value, DefinitionCursor cursor, String action) {
		cursor.wrong("'%s' must be %s but is %s".formatted(cursor.name(), this.words, BsonFormatter.describe(value)),
				action);
	}

}
