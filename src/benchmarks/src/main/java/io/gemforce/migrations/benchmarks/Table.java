package io.gemforce.migrations.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;

/**
 * A table. The first column has words, the others have figures.
 */
final class Table {

	private final List<List<String>> rows = new ArrayList<>();

	private Table() {
	}

	static Table of(String... columns) {
		Table table = new Table();
		table.rows.add(List.of(columns));
		return table;
	}

	/**
	 * Add a row.
	 * @param cells the cells, a text or a number each; of a number with a fraction a
	 * decimal is shown
	 */
	void add(Object... cells) {
		List<String> row = new ArrayList<>();
		for (Object cell : cells) {
			row.add((cell instanceof Double number) ? String.format(Locale.ROOT, "%,.1f", number)
					: (cell instanceof Number number) ? String.format(Locale.ROOT, "%,d", number.longValue())
							: String.valueOf(cell));
		}
		this.rows.add(row);
	}

	String toMarkdown() {
		List<String> lines = new ArrayList<>();
		this.rows.forEach((row) -> lines.add("| " + String.join(" | ", row) + " |"));
		lines.add(1, "|---" + String.join("", Collections.nCopies(this.rows.get(0).size() - 1, "|--:")) + "|");
		return String.join("\n", lines) + "\n";
	}

}
