package io.gemforce.migrations.mongo.change.document;

import java.util.Locale;
import java.util.stream.Stream;

import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.bson.BsonValue;

/**
 * Takes secrets out of commands, such as the password that {@code createUser} sets,
 * before these are shown or stored.
 */
public final class Secrets {

	private static final BsonString REDACTED = new BsonString("***");

	private Secrets() {
	}

	public static BsonDocument redact(BsonDocument command) {
		BsonDocument redacted = new BsonDocument();
		command.forEach((key, value) -> redacted.append(key, isSecret(key) ? redactWhole(value) : redact(value)));
		return redacted;
	}

	private static BsonValue redact(BsonValue value) {
		return value.isDocument() ? redact(value.asDocument())
				: value.isArray() ? new BsonArray(value.asArray().stream().map(Secrets::redact).toList()) : value;
	}

	private static boolean isSecret(String key) {
		String word = key.toLowerCase(Locale.ROOT);
		return Stream.of("pwd", "passw", "passphrase", "secret", "credential", "token").anyMatch(word::contains);
	}

	// Flags and numbers, such as digestPassword, tell nothing
	private static BsonValue redactWhole(BsonValue value) {
		return (value.isBoolean() || value.isNumber() || value.isNull()) ? value : REDACTED;
	}

}
