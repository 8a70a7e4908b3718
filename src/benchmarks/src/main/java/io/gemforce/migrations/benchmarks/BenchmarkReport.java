package io.gemforce.migrations.benchmarks;

import java.util.List;
import java.util.Locale;

/**
 * The results as tables in Markdown.
 */
final class BenchmarkReport {

	private BenchmarkReport() {
	}

	/**
	 * Write the tables.
	 * @param results the results
	 * @param ours the name of this library
	 * @param rival the name of the rival
	 * @return lines of Markdown
	 */
	static String of(Results results, String ours, String rival) {
		StringBuilder text = new StringBuilder();
		line(text,
				"| | commands: %1$s | %2$s | time, ms: %1$s | %2$s | ratio | Spring before, ms: %1$s | %2$s | peak heap, MB: %1$s | %2$s | rounds |",
				rival, ours);
		line(text, "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
		results.comparisons().forEach((scenario, comparison) -> {
			Medians their = comparison.rival();
			Medians own = comparison.ours();
			line(text, "| %s | %d | %d | %.1f | %.1f | %.3f | %.1f | %.1f | %.1f | %.1f | %d |", scenario,
					their.commands(), own.commands(), their.millis(), own.millis(), comparison.ratio(),
					their.springMillis(), own.springMillis(), their.megabytes(), own.megabytes(), scenario.rounds());
		});
		List<Target> targets = Target.of(results);
		line(text, "%n| to be reached | %s | %s | at the most | |", rival, ours);
		line(text, "|---|--:|--:|--:|---|");
		for (Target target : targets) {
			line(text, "| %s | %s | %s | %s | %s |", target.what(), target.rival(),
					number(target.measured(), target.decimals()), number(target.limit(), (target.limit() < 1) ? 1 : 0),
					target.isReached() ? "reached" : "**missed**");
		}
		line(text, "%n%d of %d reached.", targets.stream().filter(Target::isReached).count(), targets.size());
		return text.toString();
	}

	private static String number(double number, int decimals) {
		return String.format(Locale.ROOT, "%." + decimals + "f", number);
	}

	private static void line(StringBuilder text, String format, Object... args) {
		text.append(String.format(Locale.ROOT, format, args)).append('\n');
	}

}
