package io.gemforce.migrations.mongo.change.source;

import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.bson.BsonValue;

/**
 * Reads durations as users write them.
 */
public final class Seconds {

	/**
	 * A number with its unit.
	 */
	public static final Pattern SYNTAX = Pattern.compile("([0-9]{1,10})([smhd])");

	private static final Map<String, Long> UNITS = Map.of("s", 1L, "m", 60L, "h", 3_600L, "d", 86_400L);

	private Seconds() {
	}

	/**
	 * Reads seconds, or a number with a unit; empty if longer than MongoDB can count.
	 */
	public static Optional<Long> parse(BsonValue value) {
		if (value.isInt32() || value.isInt64()) {
			return inRange(value.asNumber().longValue());
		}
		if (!value.isString()) {
			return Optional.empty();
		}
		Matcher matcher = SYNTAX.matcher(value.asString().getValue());
		return matcher.matches() ? inRange(Long.parseLong(matcher.group(1)) * UNITS.getOrDefault(matcher.group(2), 1L))
				: Optional.empty();
	}

	private static Optional<Long> inRange(long seconds) {
		return (seconds >= 0 && seconds <= Integer.MAX_VALUE) ? Optional.of(seconds) : Optional.empty();
	}

}
