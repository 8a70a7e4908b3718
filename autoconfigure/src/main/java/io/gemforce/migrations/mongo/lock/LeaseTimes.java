package io.gemforce.migrations.mongo.lock;

import java.time.Duration;

import org.springframework.util.Assert;

/**
 * The times that follow from the length of a lease. A holder gives itself up when it
 * could not beat for three quarters of its lease, a contender takes over after a whole
 * one; what is between covers clocks of different speed and the way of a command to the
 * server. Three beats with their time-outs fit into the time that the holder has.
 */
record LeaseTimes(Duration lease) {

	LeaseTimes {
		Assert.isTrue(lease.compareTo(MigrationLock.SHORTEST_LEASE) >= 0,
				() -> "A lease must be at least %s but is %s".formatted(MigrationLock.SHORTEST_LEASE, lease));
	}

	Duration holderDeadline() {
		return this.lease.multipliedBy(3).dividedBy(4);
	}

	Duration beatInterval() {
		return this.lease.dividedBy(12);
	}

	Duration beatTimeout() {
		return this.lease.dividedBy(6);
	}

}
