package io.gemforce.migrations;

import java.util.regex.Pattern;

/**
 * Keeps credentials out of what is shown, logged and stored.
 */
final class Secrets {

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
