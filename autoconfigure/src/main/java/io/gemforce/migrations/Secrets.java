package io.gemforce.migrations;

import java.util.regex.Pattern;

/**
 * Keeps credentials out of what is shown, logged and stored.
 */
final class Secrets {

	private static final String MASK = "***";

	private static final Pattern USER_INFO = Pattern.compile("(?<=://)[^/\\s@]+(?=@)");

	private static final String KEY = "(?i)(\\b(?:password|passwd|pwd|secret|token)\\b";

	private static final Pattern ASSIGNED = Pattern.compile(KEY + "[\"']?\\s*[=:]\\s*[\"']?)[^\\s&;,\"'})]+");

	private static final Pattern QUOTED = Pattern.compile(KEY + "\\s+)'[^']*'");

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
