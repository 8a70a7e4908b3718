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

	String replace(String text, Position position) throws MalformedFileException {
		if (this.values.isEmpty() || !text.contains("${")) {
			return text;
		}
		Matcher matcher = PLACEHOLDER.matcher(text);
		StringBuilder replaced = new StringBuilder();
		while (matcher.find()) {
			matcher.appendReplacement(replaced, "");
			String name = matcher.group(3);
			String value = this.values.get(name);
			if (value == null) {
				replaced.append(matcher.group());
			}
			else if (!matcher.group(1).isEmpty()) {
				replaced.append(matcher.group(2));
			}
			else {
				requireNoExpression(replaced.isEmpty() && value.startsWith("$"), name, position);
				replaced.append(value);
			}
		}
		return matcher.appendTail(replaced).toString();
	}

	// A text that begins with a dollar is a field or a variable where a pipeline has it
	private static void requireNoExpression(boolean dollar, String name, Position position)
			throws MalformedFileException {
		if (dollar) {
			throw new MalformedFileException(position,
					"the value of '${%s}' begins with a dollar, at the beginning of a text".formatted(name),
					"Give it a value that does not, as MongoDB may take such a text for the name of a field");
		}
	}

}
