package io.gemforce.migrations.benchmarks;

/**
 * The part of a service's start that is the tool's.
 */
interface Start extends AutoCloseable {

	/**
	 * Migrate. This is measured.
	 */
	void run();

	@Override
	void close();

}
