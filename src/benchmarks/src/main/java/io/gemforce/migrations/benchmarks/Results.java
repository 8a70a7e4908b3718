package io.gemforce.migrations.benchmarks;

import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * What was measured.
 *
 * @param comparisons what each scenario has cost both tools, in the order of the report
 */
record Results(Map<Scenario, Comparison> comparisons) {

	Comparison get(Scenario scenario) {
		return Objects.requireNonNull(this.comparisons.get(scenario));
	}

	boolean has(Scenario scenario) {
		return this.comparisons.containsKey(scenario);
	}

	/**
	 * Return how many commands one more migration costs, its own insert and what concerns
	 * the lock aside.
	 * @param transactional whether the migrations run in transactions
	 * @param tool chooses the tool
	 * @return the number of commands
	 */
	double commandsPerMigration(boolean transactional, Function<Comparison, Medians> tool) {
		Scenario few = Scenario.first(100, transactional);
		Scenario many = Scenario.first(1000, transactional);
		long commands = tool.apply(get(many)).besideLock() - tool.apply(get(few)).besideLock();
		return (double) commands / (many.migrations() - few.migrations()) - 1;
	}

}
