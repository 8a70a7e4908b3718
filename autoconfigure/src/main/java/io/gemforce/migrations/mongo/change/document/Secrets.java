package io.gemforce.migrations.mongo.change.document;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

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

	private static final List<String> WORDS = List.of("pwd", "passw", "passphrase", "secret", "credential", "token",
			"apikey", "accesskey", "privatekey");

	private static final Set<Double> FLAGS = Set.of(-1.0, 0.0, 1.0);

	// The part of an address that names a user and a password
	private static final Pattern CREDENTIALS = Pattern.compile("(?<=://)[^\\s/@:\"'<>]*:[^\\s/\"'<>]+(?=@)");

	private Secrets() {
	}

	public static BsonDocument redact(BsonDocument command) {
		BsonDocument redacted = new BsonDocument();
		command.forEach((key, value) -> redacted.append(key, isSecret(key) ? redactWhole(value) : redact(value)));
		return redacted;
	}

	private static BsonValue redact(BsonValue value) {
		return switch (value.getBsonType()) {
			case DOCUMENT -> redact(value.asDocument());
			case ARRAY -> new BsonArray(value.asArray().stream().map(Secrets::redact).toList());
			case STRING ->
				new BsonString(CREDENTIALS.matcher(value.asString().getValue()).replaceAll(REDACTED.getValue()));
			default -> value;
		};
	}

	private static boolean isSecret(String key) {
		String word = key.toLowerCase(Locale.ROOT);
		return WORDS.stream().anyMatch(word::contains);
	}

	// Flags, such as digestPassword or the 1 of an index, tell nothing. A password of
	// digits without quotes is a number
	private static BsonValue redactWhole(BsonValue value) {
		return (value.isBoolean() || value.isNull() || isFlag(value)) ? value : REDACTED;
	}

	private static boolean isFlag(BsonValue value) {
		return value.isNumber() && FLAGS.contains(value.asNumber().doubleValue());
	}

}
