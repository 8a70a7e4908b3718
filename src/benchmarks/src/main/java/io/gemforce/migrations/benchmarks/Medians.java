package io.gemforce.migrations.benchmarks;

import java.util.Collection;
import java.util.function.ToLongFunction;

/**
 * The medians of what several starts have cost.
 *
 * @param commands the commands that were sent
 * @param besideLock those of them that did not go to the collection of the lock
 * @param nanos the time in nanoseconds
 * @param springNanos the time before, in which Spring loads and creates the beans of one
 * instance, in nanoseconds
 * @param heap the highest additional use of the heap in bytes
 */
record Medians(long commands, long besideLock, long nanos, long springNanos, long heap) {

	static Medians of(Collection<Sample> samples) {
		return new Medians(median(samples, Sample::commands), median(samples, Sample::besideLock),
				median(samples, Sample::nanos), median(samples, Sample::springNanos), median(samples, Sample::heap));
	}

	private static long median(Collection<Sample> samples, ToLongFunction<Sample> value) {
		return samples.stream().mapToLong(value).sorted().skip(samples.size() / 2).findFirst().orElseThrow();
	}

	double millis() {
		return this.nanos / 1e6;
	}

	double springMillis() {
		return this.springNanos / 1e6;
	}

	double megabytes() {
		return this.heap / 1e6;
	}

}
