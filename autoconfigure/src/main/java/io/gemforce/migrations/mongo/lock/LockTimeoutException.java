package io.gemforce.migrations.mongo.lock;

import java.time.Duration;

/**
 * Thrown when the lock was not free in time.
 */
public final class LockTimeoutException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final transient LockDocument lock;

	LockTimeoutException(Duration waited, LockDocument lock) {
		super("Waited %s for the lock".formatted(waited));
		this.lock = lock;
	}

	public LockDocument getLock() {
		return this.lock;
	}

}
