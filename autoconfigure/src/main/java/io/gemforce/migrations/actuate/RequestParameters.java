package io.gemforce.migrations.actuate;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Phase;
import io.gemforce.migrations.StoreName;
import io.gemforce.migrations.report.HistoryQuery;

final class RequestParameters {

	private static final int LONGEST_TEXT = 200;

	private static final int LONGEST_ECHO = 100;

	private RequestParameters() {
	}

	static StoreName store(String store) {
		return StoreName.find(store).orElseThrow(() -> RefusedException.unknownStore(store));
	}

	static boolean isPlan(@Nullable String view) {
		if (view != null && !view.equals("plan")) {
			throw RefusedException.badParameter("view", view, "Use 'plan', or leave it out");
		}
		return view != null;
	}

	static HistoryQuery query(@Nullable String state, @Nullable String phase, @Nullable String q, @Nullable String size,
			@Nullable String before) {
		if (q != null && q.length() > LONGEST_TEXT) {
			throw RefusedException.badParameter("q", q, "Use up to %d characters".formatted(LONGEST_TEXT));
		}
		return new HistoryQuery(states(state), (phase != null) ? constant("phase", phase, Phase.class) : null,
				(q != null && !q.isBlank()) ? q : null,
				(size != null) ? (int) number("size", size, HistoryQuery.MAX_SIZE) : HistoryQuery.DEFAULT_SIZE,
				(before != null) ? number("before", before, Long.MAX_VALUE) : Long.MAX_VALUE);
	}

	private static Set<MigrationState> states(@Nullable String states) {
		EnumSet<MigrationState> found = EnumSet.noneOf(MigrationState.class);
		if (states != null) {
			for (String state : states.split(",", -1)) {
				found.add(constant("state", state, MigrationState.class));
			}
		}
		return found;
	}

	private static <E extends Enum<E>> E constant(String parameter, String value, Class<E> type) {
		return Arrays.stream(type.getEnumConstants())
			.filter((constant) -> constant.name().equals(value.trim().toUpperCase(Locale.ROOT)))
			.findFirst()
			.orElseThrow(() -> RefusedException.badParameter(parameter, value, "Use one of %s"
				.formatted(Arrays.stream(type.getEnumConstants()).map(Enum::name).collect(Collectors.joining(", ")))));
	}

	private static long number(String parameter, String value, long max) {
		String expected = (max != Long.MAX_VALUE) ? "Use a number from 1 to %d".formatted(max)
				: "Use the 'nextBefore' of the page before";
		try {
			long number = Long.parseLong(value);
			if (number >= 1 && number <= max) {
				return number;
			}
		}
		catch (NumberFormatException ex) {
			throw RefusedException.badParameter(parameter, value, expected);
		}
		throw RefusedException.badParameter(parameter, value, expected);
	}

	static String abbreviate(String value) {
		return abbreviate(value, LONGEST_ECHO);
	}

	static String abbreviate(String value, int longest) {
		if (value.length() <= longest) {
			return value;
		}
		return value.substring(0, Character.isHighSurrogate(value.charAt(longest - 1)) ? longest - 1 : longest) + "…";
	}

	static boolean flag(String parameter, @Nullable String value, boolean byDefault) {
		if (value == null) {
			return byDefault;
		}
		return switch (value) {
			case "true" -> true;
			case "false" -> false;
			default -> throw RefusedException.badParameter(parameter, value, "Use true or false");
		};
	}

}
