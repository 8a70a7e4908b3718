package io.gemforce.migrations.mongo.change.source;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces <code>${name}</code> in the texts of a file that has been parsed, so that no
 * value can end the text that it stands in. Names that are not defined stay as they are,
 * and so does <code>$${name}</code>, but for one dollar.
 */
public record Placeholders(Map<String, String> values) {

	/**
	 * Replaces nothing.
	 */
	public static final Placeholders NONE = new Placeholders(Map.of());

	private static final Pattern PLACEHOLDER = Pattern.compile("(\\$?)(\\$\\{([^${}]+)\\})");

	public Placeholders {
		values = Map.copyOf(values);
	}

	String replace(String text) {
		if (this.values.isEmpty() || !text.contains("${")) {
			return text;
		}
		return PLACEHOLDER.matcher(text)
			.replaceAll(
					(found) -> Matcher.quoteReplacement(replacement(found.group(1), found.group(2), found.group(3))));
	}

	private String replacement(String dollar, String placeholder, String name) {
		String value = this.values.get(name);
		if (value == null) {
			return dollar + placeholder;
		}
		return dollar.isEmpty() ? value : placeholder;
	}

}
