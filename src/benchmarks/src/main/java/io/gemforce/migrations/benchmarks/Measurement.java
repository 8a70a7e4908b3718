package io.gemforce.migrations.benchmarks;

import java.util.List;

/**
 * What a benchmark has measured.
 *
 * @param title what it is about
 * @param figures the figures
 * @param peer what this library is compared with
 * @param targets what is to be reached
 */
record Measurement(String title, Table figures, String peer, List<Target> targets) {

	Measurement {
		targets = List.copyOf(targets);
	}

	String toMarkdown() {
		Table table = Table.of("to be reached", this.peer, "Gemforce", "at the most", "");
		this.targets.forEach((target) -> table.add(target.what(), target.peer(), target.number(target.measured()),
				target.number(target.limit()), target.isReached() ? "reached" : "**missed**"));
		return "## %s%n%n%s%n%s%n%d of %d reached.%n".formatted(this.title, this.figures.toMarkdown(),
				table.toMarkdown(), this.targets.stream().filter(Target::isReached).count(), this.targets.size());
	}

}
