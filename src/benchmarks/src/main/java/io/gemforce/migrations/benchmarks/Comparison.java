package io.gemforce.migrations.benchmarks;

/**
 * What a scenario has cost both tools.
 *
 * @param ours the cost of this library
 * @param rival the cost of its rival
 */
record Comparison(Medians ours, Medians rival) {

	/**
	 * Return how much time this library has taken.
	 */
	double ratio() {
		return (double) this.ours.nanos() / this.rival.nanos();
	}

}
