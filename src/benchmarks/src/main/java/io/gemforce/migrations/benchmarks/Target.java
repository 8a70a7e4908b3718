package io.gemforce.migrations.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Something that this library must reach.
 *
 * @param what what is measured
 * @param rival the rival's figure, as text
 * @param measured this library's figure
 * @param limit the highest figure that is good enough
 * @param decimals how many decimals of the figures to show
 */
record Target(String what, String rival, double measured, double limit, int decimals) {

	/**
	 * Return the targets that can be judged by some results.
	 * @param results the results
	 * @return the targets
	 */
	static List<Target> of(Results results) {
		List<Target> targets = new ArrayList<>();
		for (Scenario noOp : List.of(Scenario.noOp(2), Scenario.noOp(100), Scenario.noOp(1000),
				Scenario.longHistory())) {
			targets.add(commands(results, noOp, 1));
		}
		targets.add(commands(results, Scenario.first(2, false), 10));
		targets.add(commandsPerMigration(results, false, 2));
		boolean transactions = results.has(Scenario.first(2, true));
		if (transactions) {
			targets.add(commands(results, Scenario.first(2, true), 12));
			targets.add(commandsPerMigration(results, true, 3));
		}
		targets.add(time(results, Scenario.noOp(2), 0.1));
		targets.add(time(results, Scenario.noOp(100), 0.2));
		targets.add(time(results, Scenario.noOp(1000), 0.5));
		targets.add(time(results, Scenario.first(1000, false), 0.5));
		if (transactions) {
			targets.add(time(results, Scenario.first(1000, true), 0.5));
		}
		return targets;
	}

	private static Target commands(Results results, Scenario scenario, int limit) {
		Comparison comparison = results.get(scenario);
		return new Target("commands of a " + scenario, String.valueOf(comparison.rival().commands()),
				comparison.ours().commands(), limit, 0);
	}

	private static Target commandsPerMigration(Results results, boolean transactional, int limit) {
		return new Target("commands of each migration beyond its own" + (transactional ? ", in a transaction" : ""),
				String.format(Locale.ROOT, "%.2f", results.commandsPerMigration(transactional, Comparison::rival)),
				results.commandsPerMigration(transactional, Comparison::ours), limit, 2);
	}

	private static Target time(Results results, Scenario scenario, double limit) {
		return new Target("time of a " + scenario, "1", results.get(scenario).ratio(), limit, 3);
	}

	boolean isReached() {
		return this.measured <= this.limit;
	}

}
