package io.gemforce.migrations.mongo.change;

import java.util.Set;

import org.bson.BsonValue;

import io.gemforce.migrations.mongo.change.source.DefinitionCursor;

/**
 * Checks values that are stored as they are. A key that begins with {@code $}, other than
 * those of a database reference, is most probably a misplaced operator.
 */
final class Literals {

	private static final Set<String> REFERENCE = Set.of("$ref", "$id", "$db");

	private Literals() {
	}

	static void check(BsonValue value, DefinitionCursor cursor) {
		if (value.isDocument()) {
			value.asDocument().forEach((key, item) -> {
				if (key.startsWith("$") && !REFERENCE.contains(key)) {
					cursor.to(key)
						.wrongKey("'%s' is no field: a document is stored here as it is".formatted(key),
								"Remove the '$'; operators go into an update");
				}
				check(item, cursor.to(key));
			});
		}
		else if (value.isArray()) {
			int index = 0;
			for (BsonValue item : value.asArray()) {
				check(item, cursor.to(index++));
			}
		}
	}

}
