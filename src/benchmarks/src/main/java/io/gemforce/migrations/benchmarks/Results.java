package io.gemforce.migrations.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * What the starts have cost.
 *
 * @param comparisons what each scenario has cost both tools, in the order of the report
 */
record Results(Map<Scenario, Comparison> comparisons) {

	/**
	 * Returns a row for each scenario.
	 */
	Table figures(String ours, String rival) {
		Table table = Table.of("", "commands: " + rival, ours, "time, ms: " + rival, ours, "ratio",
				"Spring before, ms: " + rival, ours, "peak heap, MB: " + rival, ours, "rounds");
		this.comparisons.forEach((scenario, comparison) -> {
			Medians their = comparison.rival();
			Medians own = comparison.ours();
			table.add(scenario, their.commands(), own.commands(), their.millis(), own.millis(),
					String.format(Locale.ROOT, "%.3f", comparison.ratio()), their.springMillis(), own.springMillis(),
					their.megabytes(), own.megabytes(), scenario.rounds());
		});
		return table;
	}

	/**
	 * Return what is to be reached and can be judged by these results.
	 */
	List<Target> targets() {
		List<Target> targets = new ArrayList<>();
		for (Scenario noOp : List.of(Scenario.noOp(2), Scenario.noOp(100), Scenario.noOp(1000),
				Scenario.longHistory())) {
			targets.add(commands(noOp, 1));
		}
		targets.add(commands(Scenario.first(2, false), 9));
		targets.add(commandsPerMigration(false, 1));
		boolean transactions = this.comparisons.containsKey(Scenario.first(2, true));
		if (transactions) {
			targets.add(commands(Scenario.first(2, true), 12));
			targets.add(commandsPerMigration(true, 3));
		}
		targets.add(time(Scenario.noOp(2), 0.1));
		targets.add(time(Scenario.noOp(100), 0.2));
		targets.add(time(Scenario.noOp(1000), 0.5));
		targets.add(time(Scenario.first(1000, false), 0.5));
		if (transactions) {
			targets.add(time(Scenario.first(1000, true), 0.5));
		}
		return targets;
	}

	private Target commands(Scenario scenario, int limit) {
		Comparison comparison = get(scenario);
		return new Target("commands of a " + scenario, String.valueOf(comparison.rival().commands()),
				comparison.ours().commands(), limit, 0);
	}

	private Target commandsPerMigration(boolean transactional, int limit) {
		return new Target("commands of each migration beyond its own" + (transactional ? ", in a transaction" : ""),
				String.format(Locale.ROOT, "%.2f", commandsPerMigration(transactional, Comparison::rival)),
				commandsPerMigration(transactional, Comparison::ours), limit, 2);
	}

	// Those aside that insert the migration's own document, or concern the lock
	private double commandsPerMigration(boolean transactional, Function<Comparison, Medians> tool) {
		Scenario few = Scenario.first(100, transactional);
		Scenario many = Scenario.first(1000, transactional);
		long commands = tool.apply(get(many)).besideLock() - tool.apply(get(few)).besideLock();
		return (double) commands / (many.migrations() - few.migrations()) - 1;
	}

	private Target time(Scenario scenario, double limit) {
		return Target.ratio("time of a " + scenario, get(scenario).ratio(), limit);
	}

	private Comparison get(Scenario scenario) {
		return Objects.requireNonNull(this.comparisons.get(scenario));
	}

}
