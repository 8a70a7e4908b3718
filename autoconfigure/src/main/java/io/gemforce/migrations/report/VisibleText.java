package io.gemforce.migrations.report;

/**
 * Makes a text that anybody may have written fit to be shown: what would not be seen, or
 * would change how the rest is seen, is shown by its number, and what is too long is cut.
 */
final class VisibleText {

	/**
	 * How much of a text is shown at the most, in characters.
	 */
	static final int LONGEST = 20_000;

	private VisibleText() {
	}

	/**
	 * Make a text fit to be shown. Line breaks and tabs stay.
	 * @return the text, with {@code [U+202E]} where there was that character
	 */
	static String of(String text) {
		return of(text, LONGEST);
	}

	/**
	 * Make a text fit to be shown, and cut it.
	 * @param longest how much of it to show, in characters
	 */
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
