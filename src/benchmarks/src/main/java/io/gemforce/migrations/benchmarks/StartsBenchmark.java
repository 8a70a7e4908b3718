package io.gemforce.migrations.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Starts services that have migrations, this library beside Mongock.
 */
final class StartsBenchmark implements Benchmark {

	private static final int INSTANCES = 8;

	@Override
	public String id() {
		return "starts";
	}

	@Override
	public Measurement run(Surroundings surroundings) throws Exception {
		Tool ours = new GemforceTool();
		Tool rival = new MongockTool();
		try (Instances instances = new Instances(surroundings.server(), INSTANCES)) {
			Contest contest = new Contest(ours, rival, surroundings.observer(), instances, surroundings.directory());
			Map<Scenario, Comparison> comparisons = new LinkedHashMap<>();
			for (Scenario scenario : Scenario.all(BenchmarkServer.hasTransactions(surroundings.observer()),
					INSTANCES)) {
				System.err.println("Measuring: " + scenario);
				comparisons.put(scenario, contest.run(scenario));
			}
			Results results = new Results(comparisons);
			return new Measurement("Starts, beside " + rival.label(), results.figures(ours.label(), rival.label()),
					rival.label(), results.targets());
		}
	}

}
