package io.gemforce.migrations.mongo.change;

import java.util.List;
import java.util.Optional;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.bson.BsonDocument;

/**
 * Makes the changes of one migration, or undoes them. One attempt; an attempt with the
 * same key goes on where it was interrupted.
 * <p>
 * If the migration was edited since it was interrupted, what does not agree with it any
 * more is undone first, by what was remembered of it.
 */
public final class ChangeExecution {

	private static final Log logger = LogFactory.getLog(ChangeExecution.class);

	private final ChangeSet changes;

	private final ChangeContext context;

	private final Memory memory;

	private final Pipelines pipelines;

	/**
	 * Create an execution.
	 * @param changes the changes
	 * @param context what the execution needs
	 */
	public ChangeExecution(ChangeSet changes, ChangeContext context) {
		this.changes = changes;
		this.context = context;
		this.memory = new Memory(context);
		this.pipelines = new Pipelines(context);
	}

	/**
	 * Make the changes.
	 * @throws ChangeRefusedException if a change cannot be made with the data as they are
	 * @throws Exception if the database or the context throws it
	 */
	public void up() throws Exception {
		up(false);
	}

	/**
	 * Make the changes, each that is idempotent twice in a row: the second time must find
	 * nothing to do.
	 * @throws ChangeRefusedException if a change cannot be made with the data as they are
	 * @throws Exception if the database or the context throws it
	 */
	public void upTwice() throws Exception {
		up(true);
	}

	private void up(boolean twice) throws Exception {
		Progress progress = this.memory.read();
		if (progress.isDownBegun()) {
			progress = turnAround(progress);
		}
		progress = undoEdited(progress);
		List<DeclaredChange> declared = this.changes.declared();
		for (int i = progress.done(); i < declared.size(); i++) {
			ExecutableChange change = declared.get(i).change();
			doing("change %d of %d: %s", i, change);
			boolean begun = progress.begun() == i;
			Step step = new Step(this.context, this.memory, declared.get(i), i, declared.size(),
					this.changes.isRemembering(), begun, begun ? progress.notes(i) : new BsonDocument(), this.pipelines,
					new Conflicts(0, List.of()));
			change.up(step);
			if (twice && change.isIdempotent()) {
				change.up(step);
			}
			this.memory.finish(i, step.kept());
		}
		if (progress.done() < declared.size()) {
			this.memory.finishAll(declared.size());
		}
	}

	private void doing(String words, int index, Change change) {
		this.context.doing(words.formatted(index + 1, this.changes.declared().size(), change.summary()));
	}

	// Goes on upwards after an undo that was not finished: finishes the undo of the
	// change at
	// work, so that it can be made anew
	private Progress turnAround(Progress progress) throws Exception {
		int left = progress.left();
		if (left > 0 && progress.downBegun() == left - 1) {
			down(progress, left - 1, progress.conflicts());
			left--;
		}
		this.memory.turnAround(left);
		return this.memory.read();
	}

	private Progress undoEdited(Progress progress) throws Exception {
		int first = firstEdited(progress);
		if (first > progress.begun()) {
			return progress;
		}
		if (!this.changes.isRemembering()) {
			if (first < progress.done()) {
				throw edited(first, "nothing is remembered of it");
			}
			this.memory.turnAround(first);
			return this.memory.read();
		}
		for (int i = progress.begun(); i >= first; i--) {
			Reverse reverse = asBegun(progress, i).change().reverse();
			if (!reverse.isAvailable()) {
				throw edited(i, reverse.text());
			}
		}
		Conflicts conflicts = progress.conflicts();
		for (int i = progress.begun(); i >= first; i--) {
			logger.warn("Change %d was edited after a part of it was made, or one before it: undoing first: %s"
				.formatted(i + 1, asBegun(progress, i).change().summary()));
			down(progress, i, conflicts);
		}
		conflicts.examples().forEach((conflict) -> logger.warn("Not undone: " + conflict));
		this.memory.turnAround(first);
		return this.memory.read();
	}

	private int firstEdited(Progress progress) {
		List<DeclaredChange> declared = this.changes.declared();
		for (int i = 0; i <= progress.begun(); i++) {
			if (i >= declared.size() || !declared.get(i).remembered().equals(progress.definition(i))) {
				return i;
			}
		}
		return progress.begun() + 1;
	}

	private static ChangeRefusedException edited(int index, String reason) {
		return new ChangeRefusedException(
				("Change %d was edited after it was made, and what it has done cannot be undone: %s. Nothing was written")
					.formatted(index + 1, reason),
				"Put the change back as it was, and add another one after it for what is to be different", false);
	}

	// Returns a change as it was when it was begun
	private DeclaredChange asBegun(Progress progress, int index) {
		String definition = progress.definition(index);
		List<DeclaredChange> declared = this.changes.declared();
		if (index < declared.size() && declared.get(index).remembered().equals(definition)) {
			return declared.get(index);
		}
		if (definition == null || definition.startsWith(DeclaredChange.HASH)) {
			throw edited(index, "it is too long to be remembered");
		}
		return ChangeSetReader.readChange(Json.parse(definition));
	}

	/**
	 * Undo the changes, the last one first.
	 * @return what could not be undone because it has been changed since
	 * @throws ChangeRefusedException if there is no undo, or what it needs is not
	 * remembered any more; nothing was written then
	 * @throws Exception if the database or the context throws it
	 */
	public UndoResult down() throws Exception {
		Optional<String> reason = this.changes.whyNoUndo(this.context.preimages(), this.context.key());
		if (reason.isPresent()) {
			throw new ChangeRefusedException("Migration %s cannot be undone: %s. Nothing was written"
				.formatted(this.context.key().version(), reason.get()),
					"Write a new migration that does what is needed", true);
		}
		Progress progress = this.memory.read();
		Conflicts conflicts = progress.conflicts();
		for (int i = progress.left() - 1; i >= 0; i--) {
			doing("undoing change %d of %d: %s", i, asBegun(progress, i).change());
			down(progress, i, conflicts);
		}
		this.memory.beginDown(0, -1, conflicts);
		return conflicts.result();
	}

	private void down(Progress progress, int index, Conflicts conflicts) throws Exception {
		DeclaredChange declared = asBegun(progress, index);
		this.memory.beginDown(index + 1, index, conflicts);
		declared.change()
			.down(new Step(this.context, this.memory, declared, index, this.changes.declared().size(), true,
					progress.isDownBegun() && progress.downBegun() == index, progress.notes(index), this.pipelines,
					conflicts));
	}

}
