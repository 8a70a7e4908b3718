package io.gemforce.migrations.benchmarks;

/**
 * Measures something that this library must reach.
 */
interface Benchmark {

	/**
	 * Return the name to choose the benchmark by.
	 */
	String id();

	/**
	 * Measure.
	 * @throws Exception if it cannot be measured, or if what is measured does not do what
	 * it should
	 */
	Measurement run(Surroundings surroundings) throws Exception;

}
