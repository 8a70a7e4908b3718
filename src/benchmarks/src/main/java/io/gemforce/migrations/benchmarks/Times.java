package io.gemforce.migrations.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * How long something took each time, in milliseconds.
 */
final class Times {

	private final List<Double> all = new ArrayList<>();

	/**
	 * Do something once and measure it.
	 */
	<T> T measure(Callable<T> work) throws Exception {
		long begunAt = System.nanoTime();
		T result = work.call();
		add(System.nanoTime() - begunAt);
		return result;
	}

	synchronized void add(long nanos) {
		this.all.add(nanos / 1e6);
	}

	synchronized int count() {
		return this.all.size();
	}

	synchronized double newest() {
		return this.all.get(this.all.size() - 1);
	}

	double median() {
		return percentile(50);
	}

	/**
	 * Return the time that some did not exceed.
	 */
	synchronized double percentile(int percent) {
		return this.all.stream()
			.sorted()
			.skip(Math.max(0, (long) Math.ceil(this.all.size() * percent / 100.0) - 1))
			.findFirst()
			.orElseThrow();
	}

	double fastest() {
		return percentile(0);
	}

	double slowest() {
		return percentile(100);
	}

}
