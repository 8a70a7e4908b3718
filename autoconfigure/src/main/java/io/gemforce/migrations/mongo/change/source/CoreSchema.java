package io.gemforce.migrations.mongo.change.source;

import java.math.BigInteger;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.bson.BsonBoolean;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonNull;
import org.bson.BsonString;

/**
 * Resolves plain scalars by the core schema of YAML 1.2: {@code no} is a string, and so
 * is {@code 12:30:45}. See the YAML 1.2.2 specification, section 10.3.2.
 */
public final class CoreSchema {

	private static final Pattern NULL = Pattern.compile("null|Null|NULL|~|");

	private static final Pattern BOOLEAN = Pattern.compile("true|True|TRUE|false|False|FALSE");

	private static final Pattern DECIMAL = Pattern.compile("[-+]?[0-9]+");

	private static final Pattern OCTAL = Pattern.compile("0o[0-7]+");

	private static final Pattern HEXADECIMAL = Pattern.compile("0x[0-9a-fA-F]+");

	private static final Pattern FLOAT = Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");

	private static final Pattern INFINITY = Pattern.compile("[-+]?\\.(inf|Inf|INF)");

	private static final Pattern NOT_A_NUMBER = Pattern.compile("\\.(nan|NaN|NAN)");

	/**
	 * Matches a plain scalar that is no text.
	 */
	public static final Pattern OTHER_THAN_TEXT = Pattern
		.compile(Stream.of(BOOLEAN, DECIMAL, OCTAL, HEXADECIMAL, FLOAT, INFINITY, NOT_A_NUMBER, NULL)
			.map(Pattern::pattern)
			.collect(Collectors.joining("|")));

	private CoreSchema() {
	}

	static Source resolve(String text, Position position) {
		if (NULL.matcher(text).matches()) {
			return new Source.Scalar(new BsonNull(), text, position);
		}
		if (BOOLEAN.matcher(text).matches()) {
			return new Source.Scalar(BsonBoolean.valueOf(text.equalsIgnoreCase("true")), text, position);
		}
		if (DECIMAL.matcher(text).matches()) {
			return integer(new BigInteger(text.startsWith("+") ? text.substring(1) : text), text, position);
		}
		if (OCTAL.matcher(text).matches()) {
			return integer(new BigInteger(text.substring(2), 8), text, position);
		}
		if (HEXADECIMAL.matcher(text).matches()) {
			return integer(new BigInteger(text.substring(2), 16), text, position);
		}
		if (FLOAT.matcher(text).matches()) {
			return new Source.Scalar(new BsonDouble(Double.parseDouble(text)), text, position);
		}
		if (INFINITY.matcher(text).matches()) {
			double infinity = text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
			return new Source.Scalar(new BsonDouble(infinity), text, position);
		}
		if (NOT_A_NUMBER.matcher(text).matches()) {
			return new Source.Scalar(new BsonDouble(Double.NaN), text, position);
		}
		return new Source.Scalar(new BsonString(text), text, position);
	}

	// An int32 if it fits
	static Source integer(BigInteger number, String text, Position position) {
		if (number.bitLength() < Integer.SIZE) {
			return new Source.Scalar(new BsonInt32(number.intValue()), text, position);
		}
		if (number.bitLength() < Long.SIZE) {
			return new Source.Scalar(new BsonInt64(number.longValue()), text, position);
		}
		return new Source.HugeInteger(text, position);
	}

}
