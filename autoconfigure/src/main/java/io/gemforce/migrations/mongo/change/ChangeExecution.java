package io.gemforce.migrations.mongo.change;

/**
 * Makes the changes of one migration, or undoes them. One attempt; an attempt with the
 * same key goes on where it was interrupted.
 */
public final class ChangeExecution {

	private final ChangeSet changes;

	private final ChangeContext context;

	/**
	 * Create an execution.
	 * @param changes the changes
	 * @param context what the execution needs
	 */
	public ChangeExecution(ChangeSet changes, ChangeContext context) {
		this.changes = changes;
		this.context = context;
	}

	/**
	 * Make the changes.
	 * @throws ChangeRefusedException if a change cannot be made with the data as they are
	 * @throws Exception if the database or the context throws it
	 */
	public void up() throws Exception {
		throw new UnsupportedOperationException(this.changes + " " + this.context);
	}

	/**
	 * Make the changes, each that is idempotent twice in a row: the second time must find
	 * nothing to do.
	 * @throws ChangeRefusedException if a change cannot be made with the data as they are
	 * @throws Exception if the database or the context throws it
	 */
	public void upTwice() throws Exception {
		throw new UnsupportedOperationException(this.changes + " " + this.context);
	}

	/**
	 * Undo the changes, the last one first.
	 * @return what could not be undone because it has been changed since
	 * @throws ChangeRefusedException if there is no undo, or what it needs is not
	 * remembered any more; nothing was written then
	 * @throws Exception if the database or the context throws it
	 */
	public UndoResult down() throws Exception {
		throw new UnsupportedOperationException(this.changes + " " + this.context);
	}

}
