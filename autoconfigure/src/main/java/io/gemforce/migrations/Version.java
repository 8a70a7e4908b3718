package io.gemforce.migrations;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Version of a migration: numbers separated by {@code .} or {@code _}, of any length,
 * compared number by number. Leading zeros of a number and trailing {@code .0} carry no
 * meaning, so {@code 1_02.0} is {@code 1.2}.
 */
public final class Version implements Comparable<Version> {

	private static final Pattern SYNTAX = Pattern.compile("[0-9]+([._][0-9]+)*");

	private static final Comparator<String> NUMERICALLY = Comparator.comparingInt(String::length)
		.thenComparing(Comparator.naturalOrder());

	/**
	 * The version before all others.
	 */
	public static final Version ZERO = new Version(List.of("0"));

	private final List<String> numbers;

	private Version(List<String> numbers) {
		this.numbers = numbers;
	}

	/**
	 * Read a version.
	 * @param text the text to read
	 * @return the version, or empty if the text is not one
	 */
	public static Optional<Version> parse(String text) {
		if (!SYNTAX.matcher(text).matches()) {
			return Optional.empty();
		}
		List<String> numbers = new ArrayList<>(
				Arrays.stream(text.split("[._]")).map(Version::withoutLeadingZeros).toList());
		while (numbers.size() > 1 && numbers.get(numbers.size() - 1).equals("0")) {
			numbers.remove(numbers.size() - 1);
		}
		return Optional.of(new Version(List.copyOf(numbers)));
	}

	private static String withoutLeadingZeros(String number) {
		int start = 0;
		while (start < number.length() - 1 && number.charAt(start) == '0') {
			start++;
		}
		return number.substring(start);
	}

	@Override
	public int compareTo(Version other) {
		int shared = Math.min(this.numbers.size(), other.numbers.size());
		for (int i = 0; i < shared; i++) {
			int result = NUMERICALLY.compare(this.numbers.get(i), other.numbers.get(i));
			if (result != 0) {
				return result;
			}
		}
		return Integer.compare(this.numbers.size(), other.numbers.size());
	}

	@Override
	public boolean equals(@Nullable Object obj) {
		return obj instanceof Version other && this.numbers.equals(other.numbers);
	}

	@Override
	public int hashCode() {
		return this.numbers.hashCode();
	}

	/**
	 * Return the canonical form, the one that is stored.
	 */
	@Override
	public String toString() {
		return String.join(".", this.numbers);
	}

}
