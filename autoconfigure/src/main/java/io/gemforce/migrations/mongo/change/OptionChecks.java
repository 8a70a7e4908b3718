package io.gemforce.migrations.mongo.change;

import java.util.function.BiConsumer;

import org.bson.BsonString;
import org.bson.BsonValue;

import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;

/**
 * Checks values of options of collections and indexes.
 */
final class OptionChecks {

	private static final int MAX_WEIGHT = 99_999;

	private OptionChecks() {
	}

	static void pipeline(BsonValue value, DefinitionCursor cursor) {
		if (!value.isArray()) {
			wrongType(value, cursor, "a pipeline", "Write a list of stages, for example [{$match: {size: 1}}]");
			return;
		}
		int index = 0;
		for (BsonValue stage : value.asArray()) {
			if (!stage.isDocument() || stage.asDocument().size() != 1
					|| !stage.asDocument().getFirstKey().startsWith("$")) {
				cursor.to(index)
					.wrong("a stage must be a document of one key that begins with '$'",
							"Write for example {$match: {size: 1}}");
			}
			index++;
		}
	}

	static void positive(BsonValue value, DefinitionCursor cursor) {
		boolean integer = value.isInt32() || value.isInt64();
		if (!integer || value.asNumber().longValue() <= 0) {
			wrongType(value, cursor, "an integer above 0", "Write an integer above 0");
		}
	}

	static void weights(BsonValue value, DefinitionCursor cursor) {
		notEmpty("{title: 10}").accept(value, cursor);
		if (value.isDocument()) {
			value.asDocument().forEach((field, weight) -> {
				boolean number = weight.isNumber() && weight.asNumber().doubleValue() == weight.asNumber().intValue();
				if (!number || weight.asNumber().intValue() < 1 || weight.asNumber().intValue() > MAX_WEIGHT) {
					cursor.to(field)
						.wrong("the weight of '%s' cannot be %s".formatted(field, BsonFormatter.describe(weight)),
								"Write an integer from 1 to " + MAX_WEIGHT);
				}
			});
		}
	}

	static BiConsumer<BsonValue, DefinitionCursor> notEmpty(String example) {
		return (value, cursor) -> {
			if (!value.isDocument() || value.asDocument().isEmpty()) {
				wrongType(value, cursor, "a document that is not empty", "Write for example " + example);
			}
		};
	}

	static void durationOrNever(BsonValue value, DefinitionCursor cursor) {
		if (!value.equals(new BsonString("never"))) {
			ParameterType.DURATION.check(value, cursor);
		}
	}

	static void wrongType(BsonValue value, DefinitionCursor cursor, String words, String action) {
		cursor.wrong("'%s' must be %s but is %s".formatted(cursor.name(), words, BsonFormatter.describe(value)),
				action);
	}

}
