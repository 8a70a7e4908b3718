package io.gemforce.migrations.mongo.change.document;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;

import org.bson.BsonArray;
import org.bson.BsonBinary;
import org.bson.BsonBinaryWriter;
import org.bson.BsonDecimal128;
import org.bson.BsonDocument;
import org.bson.BsonDouble;
import org.bson.BsonNull;
import org.bson.BsonValue;
import org.bson.codecs.BsonDocumentCodec;
import org.bson.codecs.EncoderContext;
import org.bson.io.BasicOutputBuffer;
import org.bson.types.Decimal128;
import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.store.Sha256;

/**
 * Hashes values, to find out whether they have changed, up to the order of fields.
 */
public final class Fingerprint {

	private static final int LENGTH = 16;

	private static final BsonDocumentCodec CODEC = new BsonDocumentCodec();

	private Fingerprint() {
	}

	public static BsonBinary of(List<@Nullable BsonValue> values) {
		BsonArray present = new BsonArray();
		for (BsonValue value : values) {
			present.add((value != null) ? new BsonArray(List.of(sorted(value))) : BsonNull.VALUE);
		}
		return new BsonBinary(hash(new BsonDocument("v", present)));
	}

	public static String text(BsonValue id) {
		return HexFormat.of().formatHex(hash(new BsonDocument("v", id)));
	}

	private static byte[] hash(BsonDocument document) {
		BasicOutputBuffer buffer = new BasicOutputBuffer();
		try (BsonBinaryWriter writer = new BsonBinaryWriter(buffer)) {
			CODEC.encode(writer, document, EncoderContext.builder().build());
		}
		return Arrays.copyOf(sha256(ByteBuffer.wrap(buffer.getInternalBuffer(), 0, buffer.getPosition())), LENGTH);
	}

	private static byte[] sha256(ByteBuffer bytes) {
		MessageDigest digest = Sha256.digest();
		digest.update(bytes);
		return digest.digest();
	}

	private static BsonValue sorted(BsonValue value) {
		if (value.isDocument()) {
			BsonDocument sorted = new BsonDocument();
			new TreeMap<>(value.asDocument()).forEach((key, item) -> sorted.append(key, sorted(item)));
			return sorted;
		}
		if (value.isArray()) {
			return new BsonArray(value.asArray().stream().map(Fingerprint::sorted).toList());
		}
		return value;
	}

	/**
	 * Return a value that is equal for all values that MongoDB treats as equal: numbers
	 * without their types; documents here also without the order of fields.
	 */
	public static BsonValue comparable(BsonValue value) {
		if (value.isDocument()) {
			BsonDocument document = new BsonDocument();
			value.asDocument().forEach((key, item) -> document.append(key, comparable(item)));
			return document;
		}
		if (value.isArray()) {
			return new BsonArray(value.asArray().stream().map(Fingerprint::comparable).toList());
		}
		return value.isNumber() ? number(value) : value;
	}

	private static BsonValue number(BsonValue value) {
		if (value.isDecimal128()) {
			Decimal128 decimal = value.asDecimal128().getValue();
			if (decimal.isNaN() || decimal.isInfinite()) {
				return new BsonDouble(decimal.isNaN() ? Double.NaN
						: decimal.isNegative() ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY);
			}
			// Through the text, as a negative zero has no BigDecimal
			return number(new BigDecimal(decimal.toString()));
		}
		if (value.isDouble()) {
			double number = value.asDouble().getValue();
			return Double.isFinite(number) ? number(new BigDecimal(number)) : value;
		}
		return number(BigDecimal.valueOf(value.asNumber().longValue()));
	}

	private static BsonValue number(BigDecimal number) {
		BigDecimal stripped = number.stripTrailingZeros();
		return (stripped.precision() <= 34) ? new BsonDecimal128(new Decimal128(stripped))
				: new BsonDouble(stripped.doubleValue());
	}

}
