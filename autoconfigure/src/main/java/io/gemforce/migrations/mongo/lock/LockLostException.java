package io.gemforce.migrations.mongo.lock;

/**
 * Thrown when the lock is needed and not held any more.
 */
public final class LockLostException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	public LockLostException(String message) {
		super(message);
	}

}
