package io.gemforce.migrations.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.List;

/**
 * Watches how much more of the heap is in use than at the beginning, garbage that was not
 * yet collected included.
 *
 * @param before the bytes that were in use at the beginning
 */
record HeapUse(long before) {

	private static final List<MemoryPoolMXBean> POOLS = ManagementFactory.getMemoryPoolMXBeans()
		.stream()
		.filter((pool) -> pool.getType() == MemoryType.HEAP)
		.toList();

	/**
	 * Collect all garbage and begin to watch.
	 */
	static HeapUse begin() {
		System.gc();
		POOLS.forEach(MemoryPoolMXBean::resetPeakUsage);
		return new HeapUse(POOLS.stream().mapToLong((pool) -> pool.getUsage().getUsed()).sum());
	}

	/**
	 * Return the highest use since the beginning.
	 */
	long peak() {
		return Math.max(0, POOLS.stream().mapToLong((pool) -> pool.getPeakUsage().getUsed()).sum() - this.before);
	}

}
