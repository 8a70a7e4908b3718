package io.gemforce.migrations.mongo.change;

import java.util.HashSet;
import java.util.Set;

import org.bson.BsonDocument;
import org.bson.BsonType;
import org.bson.BsonValue;

import io.gemforce.migrations.mongo.change.catalog.Collations;
import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.document.ExactValue;
import io.gemforce.migrations.mongo.change.document.Fingerprint;
import io.gemforce.migrations.mongo.change.document.Names;
import io.gemforce.migrations.mongo.change.document.ValueMapping;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;

/**
 * Checks values and documents.
 */
final class DocumentChecks {

	private static final String EXAMPLE = "changes:\n  - renameField: {collection: MyClass, from: a, to: b}";

	private DocumentChecks() {
	}

	static void values(BsonValue value, DefinitionCursor cursor) {
		if (!value.isDocument() && !value.isArray()) {
			OptionChecks.wrongType(value, cursor, "a mapping of values",
					"Write old and new values, for example {old: new}, or [{from: 1, to: one}]");
			return;
		}
		ValueMapping.check(value, cursor);
	}

	static void filter(BsonValue value, DefinitionCursor cursor) {
		if (!value.isDocument()) {
			OptionChecks.wrongType(value, cursor, "a filter", "Write a filter as a document; {} selects all documents");
		}
	}

	static void validator(BsonValue value, DefinitionCursor cursor) {
		if (!value.isDocument()) {
			OptionChecks.wrongType(value, cursor, "a validator",
					"Write a validator as a document, for example {$jsonSchema: {…}}");
		}
	}

	static void indexKeys(BsonValue value, DefinitionCursor cursor) {
		if (!value.isDocument()) {
			OptionChecks.wrongType(value, cursor, "the keys of an index",
					"Write the keys as a document, for example {name: 1, size: -1}");
			return;
		}
		if (value.asDocument().isEmpty()) {
			cursor.wrong("'%s' is empty".formatted(cursor.name()), "Write at least one field, for example {name: 1}");
		}
		value.asDocument().forEach((field, direction) -> checkKey(field, direction, cursor.to(field)));
	}

	private static void checkKey(String field, BsonValue direction, DefinitionCursor cursor) {
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

	static void collation(BsonValue value, DefinitionCursor cursor) {
		if (!value.isDocument()) {
			OptionChecks.wrongType(value, cursor, "a collation",
					"Write a collation as a document, for example {locale: en, strength: 2}");
			return;
		}
		Collations.check(value.asDocument(), cursor);
	}

	static void documents(BsonValue value, DefinitionCursor cursor) {
		if (!value.isArray()) {
			OptionChecks.wrongType(value, cursor, "a list of documents", "Write a list of documents, each with an _id");
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

	private static void checkDocument(BsonValue value, DefinitionCursor cursor, Set<ExactValue> ids) {
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
		else if (Set.of(BsonType.ARRAY, BsonType.REGULAR_EXPRESSION, BsonType.UNDEFINED).contains(id.getBsonType())) {
			cursor.to("_id").wrong("an '_id' cannot be " + BsonFormatter.describe(id), "Write another _id");
		}
		else if (!ids.add(new ExactValue(Fingerprint.comparable(id)))) {
			cursor.to("_id")
				.wrong("the '_id' %s is there twice".formatted(BsonFormatter.show(id)), "Give each document its own");
		}
	}

	static void condition(BsonValue value, DefinitionCursor cursor) {
		if (!value.isDocument()) {
			OptionChecks.wrongType(value, cursor, "a condition",
					"Write for example {profile: prod}, or {property: orders.enabled}");
			return;
		}
		FileCondition.check(value.asDocument(), cursor);
	}

	static void changes(BsonValue value, DefinitionCursor cursor) {
		if (!value.isArray()) {
			OptionChecks.wrongType(value, cursor, "a list of changes",
					"Write a list of changes, for example\n" + EXAMPLE);
		}
		else if (value.asArray().isEmpty()) {
			cursor.wrong("'%s' is empty".formatted(cursor.name()),
					"Write at least one change, for example\n" + EXAMPLE);
		}
	}

}
