package io.gemforce.migrations.mongo.change.catalog;

import java.util.Map;

import com.mongodb.client.model.Collation;
import com.mongodb.client.model.CollationAlternate;
import com.mongodb.client.model.CollationCaseFirst;
import com.mongodb.client.model.CollationMaxVariable;
import com.mongodb.client.model.CollationStrength;
import org.bson.BsonBoolean;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonType;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.change.document.BsonFormatter;
import io.gemforce.migrations.mongo.change.source.DefinitionCursor;
import io.gemforce.migrations.mongo.change.source.NearestWord;

/**
 * Checks collations, and adds the server's defaults.
 */
public final class Collations {

	private static final String LOCALE = "locale";

	// From MongoDB's manual on collations
	private static final Map<String, BsonValue> DEFAULTS = Map.of("caseLevel", BsonBoolean.FALSE, "caseFirst",
			new BsonString("off"), "strength", new BsonInt32(3), "numericOrdering", BsonBoolean.FALSE, "alternate",
			new BsonString("non-ignorable"), "maxVariable", new BsonString("punct"), "normalization", BsonBoolean.FALSE,
			"backwards", BsonBoolean.FALSE);

	private Collations() {
	}

	public static void check(BsonDocument collation, DefinitionCursor cursor) {
		if (!collation.containsKey(LOCALE)) {
			cursor.wrong("a collation needs a 'locale'", "Write for example {locale: en, strength: 2}");
		}
		collation.forEach((key, value) -> {
			BsonType type = key.equals(LOCALE) ? BsonType.STRING
					: DEFAULTS.containsKey(key) ? DEFAULTS.get(key).getBsonType() : null;
			if (type == null) {
				cursor.to(key)
					.wrongKey("a collation has no '%s'%s".formatted(key,
							NearestWord.find(key, DEFAULTS.keySet()).map("; did you mean '%s'?"::formatted).orElse("")),
							"See MongoDB's manual on collations");
			}
			else if (value.getBsonType() != type) {
				cursor.to(key)
					.wrong("'%s' of a collation cannot be %s".formatted(key, BsonFormatter.describe(value)),
							"See MongoDB's manual on collations");
			}
		});
	}

	/**
	 * Add the server's defaults. No collation, which compares bytes, is an empty
	 * document.
	 */
	public static BsonDocument complete(@Nullable BsonDocument collation) {
		BsonDocument complete = new BsonDocument();
		if (collation != null && !collation.getString(LOCALE, new BsonString("simple")).getValue().equals("simple")) {
			complete.putAll(DEFAULTS);
			complete.putAll(collation);
			complete.remove("version");
		}
		return complete;
	}

	public static Collation forDriver(BsonDocument document) {
		BsonDocument complete = complete(document);
		Collation.Builder builder = Collation.builder().locale(document.getString("locale").getValue());
		if (!complete.isEmpty()) {
			builder.caseLevel(complete.getBoolean("caseLevel").getValue())
				.collationCaseFirst(CollationCaseFirst.fromString(complete.getString("caseFirst").getValue()))
				.collationStrength(CollationStrength.fromInt(complete.getNumber("strength").intValue()))
				.numericOrdering(complete.getBoolean("numericOrdering").getValue())
				.collationAlternate(CollationAlternate.fromString(complete.getString("alternate").getValue()))
				.collationMaxVariable(CollationMaxVariable.fromString(complete.getString("maxVariable").getValue()))
				.normalization(complete.getBoolean("normalization").getValue())
				.backwards(complete.getBoolean("backwards").getValue());
		}
		return builder.build();
	}

}
