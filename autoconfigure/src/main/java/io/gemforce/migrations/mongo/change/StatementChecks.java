package io.gemforce.migrations.mongo.change;

import org.bson.BsonValue;

import io.gemforce.migrations.mongo.change.document.UpdateOperators;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;

/**
 * Checks updates and commands.
 */
final class StatementChecks {

	private StatementChecks() {
	}

	static void update(BsonValue value, DefinitionCursor cursor) {
		if (!value.isDocument() && !value.isArray()) {
			OptionChecks.wrongType(value, cursor, "update operators, or a pipeline",
					"Write update operators, for example {$set: {size: 1}}, or a list of stages");
			return;
		}
		UpdateOperators.check(value, cursor);
	}

	static void arrayFilters(BsonValue value, DefinitionCursor cursor) {
		if (!value.isArray() || !value.asArray().stream().allMatch(BsonValue::isDocument)) {
			OptionChecks.wrongType(value, cursor, "a list of filters",
					"Write a list of filters, one for each identifier, for example [{item.size: 1}]");
		}
		else if (value.asArray().isEmpty()) {
			cursor.wrong("'%s' is empty".formatted(cursor.name()), "Write at least one filter, or remove the key");
		}
	}

	static void hint(BsonValue value, DefinitionCursor cursor) {
		boolean name = value.isString() && !value.asString().getValue().isEmpty();
		if (!name && !(value.isDocument() && !value.asDocument().isEmpty())) {
			OptionChecks.wrongType(value, cursor, "an index",
					"Write the name of an index, or its keys, for example {size: 1}");
		}
	}

	static void variables(BsonValue value, DefinitionCursor cursor) {
		if (!value.isDocument()) {
			OptionChecks.wrongType(value, cursor, "names and values",
					"Write names and values, for example {limit: 5} for '$$limit'");
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

	static void transferPipeline(BsonValue value, DefinitionCursor cursor) {
		if (!value.isArray()) {
			OptionChecks.wrongType(value, cursor, "a pipeline",
					"Write a list of stages, for example [{$set: {size: 1}}]");
			return;
		}
		UpdateOperators.check(value, cursor);
	}

	static void command(BsonValue value, DefinitionCursor cursor) {
		if (!value.isDocument()) {
			OptionChecks.wrongType(value, cursor, "a command",
					"Write a command as a document that begins with the command's name");
		}
		else if (value.asDocument().isEmpty() || value.asDocument().getFirstKey().startsWith("$")) {
			cursor.wrong("'%s' does not begin with the name of a command".formatted(cursor.name()),
					"Write a command as a document that begins with the command's name");
		}
	}

}
