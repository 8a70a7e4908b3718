package io.gemforce.migrations.postgres.sql;

import org.jspecify.annotations.Nullable;

/**
 * Normalizes a statement for patterns: no comments, empty constants, single spaces.
 */
final class StatementText {

	private final String sql;

	private final StringBuilder text = new StringBuilder();

	private int position;

	private StatementText(String sql) {
		this.sql = sql;
	}

	static String simplify(String sql) {
		return new StatementText(sql).simplify();
	}

	private String simplify() {
		while (this.position < this.sql.length()) {
			char next = this.sql.charAt(this.position);
			if (lookingAt("--")) {
				skipTo("\n");
				space();
			}
			else if (lookingAt("/*")) {
				skipComment();
				space();
			}
			else if (next == '\'') {
				skipConstant();
				this.text.append("''");
			}
			else if (next == '"') {
				int start = this.position++;
				skipTo("\"");
				this.text.append(this.sql, start, this.position);
			}
			else if (next == '$') {
				skipDollarQuoted();
			}
			else if (Character.isWhitespace(next)) {
				this.position++;
				space();
			}
			else {
				this.position++;
				this.text.append(next);
			}
		}
		return this.text.toString().strip();
	}

	private boolean lookingAt(String token) {
		return this.sql.startsWith(token, this.position);
	}

	private void space() {
		if (!this.text.isEmpty() && this.text.charAt(this.text.length() - 1) != ' ') {
			this.text.append(' ');
		}
	}

	private void skipTo(String end) {
		int found = this.sql.indexOf(end, this.position);
		this.position = (found < 0) ? this.sql.length() : found + end.length();
	}

	private void skipComment() {
		int depth = 0;
		do {
			if (lookingAt("/*")) {
				depth++;
				this.position += 2;
			}
			else if (lookingAt("*/")) {
				depth--;
				this.position += 2;
			}
			else {
				this.position++;
			}
		}
		while (depth > 0 && this.position < this.sql.length());
	}

	// A doubled quote counts as the end of a constant and the start of the next one
	private void skipConstant() {
		boolean escapes = this.position > 0 && "eE".indexOf(this.sql.charAt(this.position - 1)) >= 0
				&& !isInName(this.position - 2);
		this.position++;
		while (this.position < this.sql.length()) {
			char next = this.sql.charAt(this.position++);
			if (next == '\\' && escapes) {
				this.position++;
			}
			else if (next == '\'') {
				return;
			}
		}
	}

	private void skipDollarQuoted() {
		String tag = dollarTag();
		if (tag == null) {
			this.text.append(this.sql.charAt(this.position++));
			return;
		}
		this.position += tag.length();
		skipTo(tag);
		this.text.append("''");
	}

	private @Nullable String dollarTag() {
		int end = this.sql.indexOf('$', this.position + 1);
		if (end < 0) {
			return null;
		}
		String tag = this.sql.substring(this.position, end + 1);
		return (!isInName(this.position - 1) && tag.matches("\\$(?:[A-Za-z_\\x80-\\uffff][\\w\\x80-\\uffff]*)?\\$"))
				? tag : null;
	}

	private boolean isInName(int index) {
		return index >= 0
				&& (Character.isLetterOrDigit(this.sql.charAt(index)) || "_$".indexOf(this.sql.charAt(index)) >= 0);
	}

}
