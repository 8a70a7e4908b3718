package io.gemforce.migrations.report;

/**
 * Makes untrusted text fit to be shown: invisible characters, and those that change how
 * the rest is shown, are replaced by their numbers, and text that is too long is cut.
 */
final class VisibleText {

	// In characters
	static final int LONGEST = 20_000;

	private VisibleText() {
	}

	// Line breaks and tabs stay; others become their number, as in [U+202E]
	static String of(String text) {
		return of(text, LONGEST);
	}

	static String of(String text, int longest) {
		StringBuilder visible = new StringBuilder(Math.min(text.length(), longest));
		int position = 0;
		while (position < text.length() && position < longest) {
			int character = text.codePointAt(position);
			append(visible, text, position, character);
			position += Character.charCount(character);
		}
		if (position < text.length()) {
			visible.append("… (%d more characters)".formatted(text.length() - position));
		}
		return visible.toString();
	}

	private static void append(StringBuilder visible, String text, int position, int character) {
		if (character == '\r' && text.startsWith("\r\n", position)) {
			return;
		}
		if (isVisible(character)) {
			visible.appendCodePoint(character);
		}
		else {
			visible.append("[U+%04X]".formatted(character));
		}
	}

	private static boolean isVisible(int character) {
		if (character == '\n' || character == '\t') {
			return true;
		}
		return switch (Character.getType(character)) {
			case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED,
					Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
				false;
			default -> true;
		};
	}

}
