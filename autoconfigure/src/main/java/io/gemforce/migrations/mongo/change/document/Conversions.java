package io.gemforce.migrations.mongo.change.document;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

import org.bson.BsonBoolean;
import org.bson.BsonDateTime;
import org.bson.BsonDecimal128;
import org.bson.BsonDouble;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonObjectId;
import org.bson.BsonString;
import org.bson.BsonType;
import org.bson.BsonValue;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.mongo.EpochUnit;
import io.gemforce.migrations.mongo.FieldType;

/**
 * Converts values without loss, or not at all.
 * <p>
 * Between numbers the value must stay the same: {@code 1.5} and {@code 2^40} are no
 * {@code int}, a {@code long} beyond 2^53 is no {@code double}. A {@code double} stands
 * for the shortest decimal number that leads to it. Strings are read strictly: no leading
 * zeros, plus signs or blanks. Dates are ISO 8601 strings, in UTC by default, or
 * milliseconds since 1970 as {@code long}, {@code double} or {@code decimal}, or numbers
 * with a given unit. Booleans are {@code "true"} and {@code "false"}, 1 and 0.
 */
public final class Conversions {

	private static final Pattern INTEGER = Pattern.compile("0|-?[1-9][0-9]*");

	private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?");

	private static final Pattern OBJECT_ID = Pattern.compile("[0-9a-fA-F]{24}");

	private static final long EXACT_IN_DOUBLE = 1L << 53;

	private static final int LONGEST_PLAIN_NUMBER = 21;

	private static final DateTimeFormatter DATE = new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

	private static final int NANOS_PER_MILLI = 1_000_000;

	private static final int MILLIS_SCALE = 3;

	// In March 1973
	private static final BigDecimal FIRST_MILLIS = BigDecimal.valueOf(100_000_000_000L);

	// The end of the year 9999
	private static final BigDecimal LAST_MILLIS = BigDecimal.valueOf(253_402_300_799_999L);

	private static final Set<BsonType> NUMBERS = Set.of(BsonType.INT32, BsonType.INT64, BsonType.DOUBLE,
			BsonType.DECIMAL128);

	private Conversions() {
	}

	public static BsonType bsonType(FieldType type) {
		return switch (type) {
			case STRING -> BsonType.STRING;
			case INT -> BsonType.INT32;
			case LONG -> BsonType.INT64;
			case DOUBLE -> BsonType.DOUBLE;
			case DECIMAL -> BsonType.DECIMAL128;
			case BOOL -> BsonType.BOOLEAN;
			case DATE -> BsonType.DATE_TIME;
			case OBJECT_ID -> BsonType.OBJECT_ID;
		};
	}

	static Optional<BsonValue> convert(BsonValue value, BsonType to) {
		return convert(value, to, null);
	}

	/**
	 * Returns empty if something would be lost.
	 * @param unit what numbers are that stand for points in time, {@code null} if not
	 * given
	 */
	public static Optional<BsonValue> convert(BsonValue value, BsonType to, @Nullable EpochUnit unit) {
		if (value.getBsonType() == to) {
			return Optional.of(value);
		}
		if (unit != null && value.isDateTime() && NUMBERS.contains(to)) {
			return convert(number(value.asDateTime(), unit), to);
		}
		return Optional.ofNullable(switch (to) {
			case STRING -> toText(value);
			case INT32, INT64 -> toInteger(value, to);
			case DOUBLE -> toDouble(value);
			case DECIMAL128 -> toDecimal(value);
			case BOOLEAN -> toBoolean(value);
			case DATE_TIME -> toDate(value, unit);
			case OBJECT_ID -> toObjectId(value);
			default -> null;
		});
	}

	private static @Nullable BsonValue toText(BsonValue value) {
		return switch (value.getBsonType()) {
			case INT32, INT64 -> new BsonString(String.valueOf(value.asNumber().longValue()));
			case DOUBLE -> new BsonString(text(value.asDouble().getValue()));
			case DECIMAL128 -> new BsonString(value.asDecimal128().getValue().toString());
			case BOOLEAN -> new BsonString(String.valueOf(value.asBoolean().getValue()));
			case DATE_TIME -> new BsonString(DATE.format(Instant.ofEpochMilli(value.asDateTime().getValue())));
			case OBJECT_ID -> new BsonString(value.asObjectId().getValue().toHexString());
			default -> null;
		};
	}

	private static String text(double number) {
		if (!Double.isFinite(number)) {
			return String.valueOf(number);
		}
		if (number == 0) {
			return isNegativeZero(number) ? "-0" : "0";
		}
		String plain = BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
		return (plain.length() <= LONGEST_PLAIN_NUMBER) ? plain : String.valueOf(number);
	}

	private static boolean isNegativeZero(double number) {
		return number == 0 && Double.doubleToRawLongBits(number) != 0;
	}

	private static @Nullable BsonValue toInteger(BsonValue value, BsonType to) {
		BigInteger integer = switch (value.getBsonType()) {
			case STRING -> INTEGER.matcher(value.asString().getValue()).matches()
					? new BigInteger(value.asString().getValue()) : null;
			case DATE_TIME -> (to == BsonType.INT64) ? BigInteger.valueOf(value.asDateTime().getValue()) : null;
			case BOOLEAN -> value.asBoolean().getValue() ? BigInteger.ONE : BigInteger.ZERO;
			case INT32, INT64, DOUBLE, DECIMAL128 -> integer(value);
			default -> null;
		};
		if (integer == null) {
			return null;
		}
		if (to == BsonType.INT32) {
			return (integer.bitLength() < Integer.SIZE) ? new BsonInt32(integer.intValue()) : null;
		}
		return (integer.bitLength() < Long.SIZE) ? new BsonInt64(integer.longValue()) : null;
	}

	private static @Nullable BigInteger integer(BsonValue value) {
		BigDecimal number = number(value);
		if (number == null || number.scale() < -LONGEST_PLAIN_NUMBER) {
			return null;
		}
		BigDecimal stripped = number.stripTrailingZeros();
		return (stripped.scale() <= 0) ? stripped.toBigInteger() : null;
	}

	// Null if the number is not finite, or a negative zero
	private static @Nullable BigDecimal number(BsonValue value) {
		if (value.isDouble()) {
			double number = value.asDouble().getValue();
			return (Double.isFinite(number) && !isNegativeZero(number)) ? BigDecimal.valueOf(number) : null;
		}
		if (value.isDecimal128()) {
			Decimal128 decimal = value.asDecimal128().getValue();
			boolean number = decimal.isFinite() && !decimal.toString().matches("-0(\\.0*)?(E.*)?");
			return number ? decimal.bigDecimalValue() : null;
		}
		return BigDecimal.valueOf(value.asNumber().longValue());
	}

	private static @Nullable BsonValue toDouble(BsonValue value) {
		return switch (value.getBsonType()) {
			case INT32 -> new BsonDouble(value.asInt32().getValue());
			case INT64 -> exactly(value.asInt64().getValue());
			case DATE_TIME -> exactly(value.asDateTime().getValue());
			case BOOLEAN -> new BsonDouble(value.asBoolean().getValue() ? 1 : 0);
			case DECIMAL128 -> parseDouble(value.asDecimal128().getValue().toString());
			case STRING -> isNumber(value.asString().getValue()) ? parseDouble(value.asString().getValue()) : null;
			default -> null;
		};
	}

	private static @Nullable BsonValue exactly(long number) {
		return (number >= -EXACT_IN_DOUBLE && number <= EXACT_IN_DOUBLE) ? new BsonDouble(number) : null;
	}

	private static boolean isNumber(String text) {
		return NUMBER.matcher(text).matches() || text.equals("NaN") || text.equals("Infinity")
				|| text.equals("-Infinity");
	}

	// A text with more digits than a double can hold would become a different number
	private static @Nullable BsonValue parseDouble(String text) {
		double number = Double.parseDouble(text);
		if (!Double.isFinite(number)) {
			return (isNumber(text) && !NUMBER.matcher(text).matches()) ? new BsonDouble(number) : null;
		}
		return (BigDecimal.valueOf(number).compareTo(new BigDecimal(text)) == 0) ? new BsonDouble(number) : null;
	}

	private static @Nullable BsonValue toDecimal(BsonValue value) {
		return switch (value.getBsonType()) {
			case INT32, INT64 -> new BsonDecimal128(new Decimal128(value.asNumber().longValue()));
			case DATE_TIME -> new BsonDecimal128(new Decimal128(value.asDateTime().getValue()));
			case BOOLEAN -> new BsonDecimal128(new Decimal128(value.asBoolean().getValue() ? 1 : 0));
			case DOUBLE -> parseDecimal(text(value.asDouble().getValue()));
			case STRING -> isNumber(value.asString().getValue()) ? parseDecimal(value.asString().getValue()) : null;
			default -> null;
		};
	}

	private static @Nullable BsonValue parseDecimal(String text) {
		try {
			Decimal128 decimal = Decimal128.parse(text);
			boolean same = !decimal.isFinite()
					|| new BigDecimal(decimal.toString()).compareTo(new BigDecimal(text)) == 0;
			return same ? new BsonDecimal128(decimal) : null;
		}
		catch (NumberFormatException ex) {
			return null;
		}
	}

	private static @Nullable BsonValue toBoolean(BsonValue value) {
		if (value.isString()) {
			String text = value.asString().getValue();
			return (text.equals("true") || text.equals("false")) ? BsonBoolean.valueOf(text.equals("true")) : null;
		}
		BigInteger integer = value.isNumber() ? integer(value) : null;
		if (BigInteger.ONE.equals(integer) || BigInteger.ZERO.equals(integer)) {
			return BsonBoolean.valueOf(BigInteger.ONE.equals(integer));
		}
		return null;
	}

	private static BsonValue number(BsonDateTime date, EpochUnit unit) {
		BigDecimal number = BigDecimal.valueOf(date.getValue(), (unit == EpochUnit.S) ? MILLIS_SCALE : 0);
		BigDecimal stripped = number.stripTrailingZeros();
		return new BsonDecimal128(new Decimal128((stripped.scale() < 0) ? stripped.setScale(0) : stripped));
	}

	// An int of milliseconds would be in January 1970: most probably not a date
	private static @Nullable BsonValue toDate(BsonValue value, @Nullable EpochUnit unit) {
		if (value.isString()) {
			return parseDate(value.asString().getValue());
		}
		if (!value.isNumber() || (value.isInt32() && unit == null)) {
			return null;
		}
		BigInteger millis = (unit == EpochUnit.S) ? millis(number(value)) : integer(value);
		return (millis != null && millis.bitLength() < Long.SIZE) ? new BsonDateTime(millis.longValue()) : null;
	}

	// Seconds after the year 9999 are most probably milliseconds
	private static @Nullable BigInteger millis(@Nullable BigDecimal seconds) {
		if (seconds == null || seconds.scale() < -LONGEST_PLAIN_NUMBER) {
			return null;
		}
		BigDecimal millis = seconds.movePointRight(MILLIS_SCALE).stripTrailingZeros();
		return (millis.scale() <= 0 && millis.abs().compareTo(LAST_MILLIS) <= 0) ? millis.toBigInteger() : null;
	}

	/**
	 * Whether a number may stand for milliseconds since 1970: neither close to 1970, as
	 * today's seconds would be, nor after the year 9999, as microseconds would be.
	 */
	public static boolean isPlausibleMillis(BsonValue value) {
		BigDecimal number = value.isNumber() ? number(value) : null;
		return number == null
				|| (number.abs().compareTo(FIRST_MILLIS) >= 0 && number.abs().compareTo(LAST_MILLIS) <= 0);
	}

	private static @Nullable BsonValue parseDate(String text) {
		try {
			Instant instant = instant(text);
			return (instant.getNano() % NANOS_PER_MILLI == 0) ? new BsonDateTime(instant.toEpochMilli()) : null;
		}
		catch (DateTimeException | ArithmeticException ex) {
			return null;
		}
	}

	private static Instant instant(String text) {
		if (text.indexOf('T') < 0) {
			return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
		}
		boolean hasZone = text.endsWith("Z") || text.lastIndexOf('+') > text.indexOf('T')
				|| text.lastIndexOf('-') > text.indexOf('T');
		if (!hasZone) {
			return LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
		}
		return text.endsWith("Z") ? Instant.parse(text) : OffsetDateTime.parse(text).toInstant();
	}

	private static @Nullable BsonValue toObjectId(BsonValue value) {
		return (value.isString() && OBJECT_ID.matcher(value.asString().getValue()).matches())
				? new BsonObjectId(new ObjectId(value.asString().getValue())) : null;
	}

}
