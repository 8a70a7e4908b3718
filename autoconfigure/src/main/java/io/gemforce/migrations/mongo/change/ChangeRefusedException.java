package io.gemforce.migrations.mongo.change;

/**
 * Thrown when a change, or its undo, cannot be made with the data as they are. This
 * attempt has written nothing of the change; those before it in the same migration are
 * made.
 */
public final class ChangeRefusedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String action;

	ChangeRefusedException(String message, String action) {
		super(message);
		this.action = action;
	}

	/**
	 * Return what to do about it.
	 * @return a sentence without a period
	 */
	public String getAction() {
		return this.action;
	}

}
