package io.gemforce.migrations.benchmarks;

/**
 * What one start has cost.
 *
 * @param commands the commands that were sent
 * @param besideLock those of them that did not go to the collection of the lock
 * @param nanos the time in nanoseconds
 * @param springNanos the time before, in which Spring loads and creates the beans of one
 * instance, in nanoseconds
 * @param heap the highest additional use of the heap in bytes
 */
record Sample(long commands, long besideLock, long nanos, long springNanos, long heap) {

}
