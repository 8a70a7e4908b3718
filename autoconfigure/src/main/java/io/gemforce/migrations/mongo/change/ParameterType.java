package io.gemforce.migrations.mongo.change;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;

import com.mongodb.client.model.ValidationAction;
import com.mongodb.client.model.ValidationLevel;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.Phase;
import io.gemforce.migrations.mongo.EpochUnit;
import io.gemforce.migrations.mongo.FieldType;
import io.gemforce.migrations.mongo.OnConflict;
import io.gemforce.migrations.mongo.OnConversionError;
import io.gemforce.migrations.mongo.OnInterrupted;
import io.gemforce.migrations.mongo.OnOtherValue;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
import io.gemforce.migrations.mongo.change.source.NearestWord;

enum ParameterType {

	TEXT(NameChecks::text),

	TEXTS(NameChecks::texts),

	REQUIREMENTS(NameChecks::requirements),

	FLAG(NameChecks::flag),

	COLLECTION(NameChecks::collection),

	FIELD(NameChecks::field),

	CHANGED_FIELD(NameChecks::changedField),

	// With '[]' after the names of arrays
	ELEMENT_FIELD(NameChecks::elementField),

	CHANGED_ELEMENT_FIELD(NameChecks::changedElementField),

	CHANGED_FIELDS(NameChecks::changedFields),

	INDEX_NAME(NameChecks::indexName),

	VALUE(Literals::check),

	VALUES(DocumentChecks::values),

	FILTER(DocumentChecks::filter),

	VALIDATOR(DocumentChecks::validator),

	INDEX_KEYS(DocumentChecks::indexKeys),

	DURATION(NameChecks::duration),

	COLLATION(DocumentChecks::collation),

	DOCUMENTS(DocumentChecks::documents),

	UPDATE(StatementChecks::update),

	ARRAY_FILTERS(StatementChecks::arrayFilters),

	HINT(StatementChecks::hint),

	VARIABLES(StatementChecks::variables),

	TRANSFER_PIPELINE(StatementChecks::transferPipeline),

	COMMAND(StatementChecks::command),

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

	ON_OTHER_VALUE("a word", names(OnOtherValue.values())),

	ON_CONFLICT("a word", names(OnConflict.values())),

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

	CONDITION(DocumentChecks::condition),

	CHANGES(DocumentChecks::changes);

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
			OptionChecks.wrongType(value, cursor, this.words, "Write a document with some of the keys " + names);
		}
	}

	// The word in its known spelling
	String canonical(String text) {
		return this.choices.stream().filter((choice) -> choice.equalsIgnoreCase(text)).findFirst().orElse(text);
	}

}
