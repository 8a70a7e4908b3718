package io.gemforce.migrations.mongo.change.contract;

/**
 * Thrown when a change, or its undo, cannot be made with the data as they are. This
 * attempt has written nothing of this change; earlier changes of the same migration are
 * made.
 */
public final class ChangeRefusedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String action;

	private final boolean nothingWritten;

	public ChangeRefusedException(String message, String action, boolean nothingWritten) {
		super(message);
		this.action = action;
		this.nothingWritten = nothingWritten;
	}

	public String getAction() {
		return this.action;
	}

	/**
	 * Whether no attempt has written or undone any part of the whole migration.
	 */
	public boolean isNothingWritten() {
		return this.nothingWritten;
	}

}
