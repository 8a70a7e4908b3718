package io.gemforce.migrations;

import java.util.regex.Pattern;

/**
 * Keeps credentials out of what is shown, logged and stored.
 */
final class Secrets {

	/**
	 * How much of a text is shown.
	 */
	static final int LONGEST = 16 * 1024;

	private static final String MASK = "***";

	private static final Pattern USER_INFO = Pattern.compile("(?<=://)[^\\s\"'<>]*(?=@[^\\s@]*)");

	// Begins at the beginning of a word only: from each of its letters, a long one would
	// take time that grows with the square of its length
	private static final String KEY = "(?i)((?<![\\w.-])[\\w.-]*(?:password|passwd|pwd|secret|token|apikey)\\w*[\"']?";

	private static final String QUOTED_TEXT = "E?'(?:[^']|'')*'|\"[^\"]*\"|(\\$\\w*\\$).*?\\2";

	private static final Pattern ASSIGNED = Pattern
		.compile(KEY + "\\s*[=:]\\s*)(?:" + QUOTED_TEXT + "|[^\\s&;,\"'})]+)");

	private static final Pattern QUOTED = Pattern.compile(KEY + "\\s+)(?:" + QUOTED_TEXT + ")");

	private Secrets() {
	}

	/**
	 * Mask the credentials in a text, and leave out what is too much of it.
	 * @param text the text
	 * @return the text without credentials
	 */
	static String bounded(String text) {
		return bounded(text, LONGEST);
	}

	static String bounded(String text, int longest) {
		if (text.length() <= longest) {
			return mask(text);
		}
		// What is cut in two here is not shown
		String masked = mask(text.substring(0, Math.min(text.length(), 2 * longest)));
		return "%s … (%d characters)".formatted(masked.substring(0, Math.min(masked.length(), longest)), text.length());
	}

	/**
	 * Mask the credentials in a text: the user part of addresses, and what is assigned to
	 * a password.
	 * @param text the text
	 * @return the text without credentials
	 */
	static String mask(String text) {
		String masked = USER_INFO.matcher(text).replaceAll(MASK);
		masked = ASSIGNED.matcher(masked).replaceAll("$1" + MASK);
		return QUOTED.matcher(masked).replaceAll("$1" + MASK);
	}

}
