package io.gemforce.migrations.report;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Escapes text for Markdown, as GitHub reads it, so that none of it is taken for markup.
 */
final class MarkdownText {

	private static final Pattern BACKTICKS = Pattern.compile("`+");

	private static final Pattern LINK = Pattern.compile("(?i)(https?|ftp|mailto|xmpp)(:)|(www)(\\.)");

	private MarkdownText() {
	}

	// For a place within a line: no line break, markup, mention or end of a cell
	static String escape(String text) {
		StringBuilder escaped = new StringBuilder(text.length() + 16);
		for (char character : text.toCharArray()) {
			switch (character) {
				case '<' -> escaped.append("&lt;");
				case '>' -> escaped.append("&gt;");
				case '&' -> escaped.append("&amp;");
				case '\n' -> escaped.append("<br>");
				case '@', '#' -> escaped.append(character).append("<!-- -->");
				case '\\', '`', '*', '_', '[', ']', '|', '~', '!', '$' -> escaped.append('\\').append(character);
				default -> escaped.append(character);
			}
		}
		return LINK.matcher(escaped).replaceAll("$1$3<!-- -->$2$4");
	}

	// In a fence that the text does not end
	static String block(String text) {
		int longest = 2;
		Matcher backticks = BACKTICKS.matcher(text);
		while (backticks.find()) {
			longest = Math.max(longest, backticks.group().length());
		}
		String fence = "`".repeat(longest + 1);
		return "%s\n%s\n%s".formatted(fence, text.stripTrailing(), fence);
	}

}
