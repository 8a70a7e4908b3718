package io.gemforce.migrations.mongo.change;

import java.util.List;

import org.bson.BsonValue;

import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.Names;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
import io.gemforce.migrations.mongo.change.source.Seconds;
import io.gemforce.migrations.store.Requirement;

/**
 * Checks texts and names.
 */
final class NameChecks {

	private NameChecks() {
	}

	static void text(BsonValue value, DefinitionCursor cursor) {
		if (!value.isString()) {
			OptionChecks.wrongType(value, cursor, "a text", "Put it in quotes if it is meant as a text");
		}
		else if (value.asString().getValue().isBlank()) {
			cursor.wrong("'%s' is empty".formatted(cursor.name()), "Write a text, or remove the key");
		}
	}

	static void texts(BsonValue value, DefinitionCursor cursor) {
		if (!value.isArray()) {
			OptionChecks.wrongType(value, cursor, "a list of texts", "Write it as a list, for example [one, two]");
			return;
		}
		int index = 0;
		for (BsonValue item : value.asArray()) {
			text(item, cursor.to(index++));
		}
	}

	static void requirements(BsonValue value, DefinitionCursor cursor) {
		texts(value, cursor);
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

	static void flag(BsonValue value, DefinitionCursor cursor) {
		if (!value.isBoolean()) {
			OptionChecks.wrongType(value, cursor, "true or false", "Write true or false");
		}
	}

	static void collection(BsonValue value, DefinitionCursor cursor) {
		if (!value.isString()) {
			OptionChecks.wrongType(value, cursor, "the name of a collection",
					"Write the name of a collection, in quotes if it looks like something else");
			return;
		}
		String wrong = Names.wrongCollection(value.asString().getValue());
		if (wrong != null) {
			cursor.wrong(
					"'%s' cannot be '%s': the name %s".formatted(cursor.name(), value.asString().getValue(), wrong),
					"Write the name of a collection");
		}
	}

	static void field(BsonValue value, DefinitionCursor cursor) {
		elementField(value, cursor);
		if (value.isString() && Names.hasElements(value.asString().getValue())) {
			cursor.wrong("'%s' cannot be '%s': no '[]' is possible here".formatted(cursor.name(),
					value.asString().getValue()), "Write the path of a field that leads through no array");
		}
	}

	static void changedField(BsonValue value, DefinitionCursor cursor) {
		field(value, cursor);
		refuseId(value, cursor);
	}

	static void elementField(BsonValue value, DefinitionCursor cursor) {
		if (!value.isString()) {
			OptionChecks.wrongType(value, cursor, "the path of a field",
					"Write the path of a field, in quotes if it looks like something else");
			return;
		}
		String wrong = Names.wrongElementField(value.asString().getValue());
		if (wrong != null) {
			cursor.wrong(
					"'%s' cannot be '%s': the path %s".formatted(cursor.name(), value.asString().getValue(), wrong),
					"Write the path of a field, with '.' between its parts");
		}
	}

	static void changedElementField(BsonValue value, DefinitionCursor cursor) {
		elementField(value, cursor);
		refuseId(value, cursor);
	}

	static void changedFields(BsonValue value, DefinitionCursor cursor) {
		if (!value.isArray() || value.asArray().isEmpty()) {
			OptionChecks.wrongType(value, cursor, "a list of fields",
					"Write the paths of the fields as a list, for example [street, zip]");
			return;
		}
		int index = 0;
		for (BsonValue item : value.asArray()) {
			changedField(item, cursor.to(index++));
		}
	}

	static void indexName(BsonValue value, DefinitionCursor cursor) {
		text(value, cursor);
		if (value.isString() && (value.asString().getValue().equals("*") || value.asString().getValue().equals("_id_")
				|| value.asString().getValue().indexOf('\0') >= 0)) {
			cursor.wrong("'%s' cannot be '%s'".formatted(cursor.name(), value.asString().getValue()),
					"Write the name of one index that is not the one of '_id'");
		}
	}

	static void duration(BsonValue value, DefinitionCursor cursor) {
		if (Seconds.parse(value).isEmpty()) {
			cursor.wrong(
					"'%s' must be a span of time but is %s".formatted(cursor.name(), BsonFormatter.describe(value)),
					"Write whole seconds, or a number with s, m, h or d, for example 30d");
		}
	}

	private static void refuseId(BsonValue value, DefinitionCursor cursor) {
		if (value.isString() && Names.isId(value.asString().getValue())) {
			cursor.wrong("'%s' cannot be '%s': MongoDB does not allow a change of the '_id' of a document"
				.formatted(cursor.name(), value.asString().getValue()), "Choose another field");
		}
	}

}
