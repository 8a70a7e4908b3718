package io.gemforce.migrations.mongo.change;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import com.mongodb.MongoBulkWriteException;
import com.mongodb.MongoException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.bson.BsonDocument;

import io.gemforce.migrations.mongo.change.contract.Change;
import io.gemforce.migrations.mongo.change.contract.ChangeContext;
import io.gemforce.migrations.mongo.change.contract.ChangeOperation;
import io.gemforce.migrations.mongo.change.contract.ChangeRefusedException;
import io.gemforce.migrations.mongo.change.contract.OperationContext;
import io.gemforce.migrations.mongo.change.contract.Pipelines;
import io.gemforce.migrations.mongo.change.contract.PlacedChange;
import io.gemforce.migrations.mongo.change.contract.Reverse;
import io.gemforce.migrations.mongo.change.operation.collection.SetValidator;
import io.gemforce.migrations.mongo.change.preimage.ChangeJournal;
import io.gemforce.migrations.mongo.change.preimage.Conflicts;
import io.gemforce.migrations.mongo.change.preimage.JournalProgress;

/**
 * Makes or undoes the changes of one migration, in one attempt. An attempt with the same
 * key goes on where the last one was interrupted. If the migration was edited since then,
 * the changes that no longer match are undone first, from what was stored about them.
 */
public final class ChangeExecution {

	private static final Log logger = LogFactory.getLog(ChangeExecution.class);

	private static final int DOCUMENT_VALIDATION_FAILURE = 121;

	private final ChangeSet changes;

	private final ChangeContext context;

	private final ChangeJournal journal;

	private final Pipelines pipelines;

	public ChangeExecution(ChangeSet changes, ChangeContext context) {
		this.changes = changes;
		this.context = context;
		this.journal = new ChangeJournal(context::preimages, context.key());
		this.pipelines = new Pipelines(context);
	}

	public void up() throws Exception {
		up(false);
	}

	/**
	 * Make each idempotent change twice in a row: the second time must find nothing to
	 * do.
	 */
	public void upTwice() throws Exception {
		up(true);
	}

	private void up(boolean twice) throws Exception {
		JournalProgress progress = this.journal.read();
		if (progress.isDownBegun()) {
			progress = turnAround(progress);
		}
		progress = undoEdited(progress);
		List<DeclaredChange> declared = this.changes.declared();
		for (int i = progress.done(); i < declared.size(); i++) {
			ChangeOperation change = declared.get(i).change();
			doing("change %d of %d: %s", i, change);
			boolean begun = progress.begun() == i || progress.isLeft(i);
			if (begun && progress.begun() != i) {
				this.journal.beginAgain(i, declared.size());
			}
			OperationContext step = new OperationContext(this.context, this.journal,
					place(declared.get(i), i, this.changes.isRemembering()), begun,
					begun ? progress.notes(i) : new BsonDocument(), this.pipelines, new Conflicts(0, List.of()));
			if (!isLeftAsMade(progress, i, change)) {
				make(change, step, twice);
			}
			this.journal.finish(i, step.kept());
		}
		if (progress.done() < declared.size()) {
			this.journal.finishAll(declared.size());
		}
	}

	private static void make(ChangeOperation change, OperationContext step, boolean twice) throws Exception {
		try {
			change.up(step);
			if (twice && change.isIdempotent()) {
				change.up(step);
			}
		}
		catch (MongoException ex) {
			throw refusedByValidator(ex, "Change %d (%s)".formatted(step.number(), change.summary()));
		}
	}

	private static RuntimeException refusedByValidator(MongoException failure, String what) {
		boolean refused = failure.getCode() == DOCUMENT_VALIDATION_FAILURE
				|| (failure instanceof MongoBulkWriteException bulk && bulk.getWriteErrors()
					.stream()
					.anyMatch((error) -> error.getCode() == DOCUMENT_VALIDATION_FAILURE));
		return refused ? new ChangeRefusedException(
				("%s failed: the validator of the collection does not let pass what it makes of a document. What it "
						+ "has written before stays")
					.formatted(what),
				"Set a validator first that lets the documents pass as they are and as they will be", false) : failure;
	}

	// After an author's undo that found nothing, the whole change is left: it is not
	// remade
	private static boolean isLeftAsMade(JournalProgress progress, int index, ChangeOperation change) {
		return progress.isLeft(index) && !change.isIdempotent() && !change.keepsPreimages();
	}

	private void doing(String words, int index, Change change) {
		this.context.doing(words.formatted(index + 1, this.changes.declared().size(), change.summary()));
	}

	// Finishes an interrupted undo of the current change, so that it can be made anew
	private JournalProgress turnAround(JournalProgress progress) throws Exception {
		int left = progress.left();
		if (left > 0 && progress.downBegun() == left - 1) {
			down(progress, left - 1, 0, progress.conflicts());
			left--;
		}
		this.journal.turnAround(left, left - 1);
		return this.journal.read();
	}

	// What an undo leaves as a conflict counts as begun: its pre-images are the only copy
	private JournalProgress undoEdited(JournalProgress progress) throws Exception {
		List<Integer> made = progress.inDatabase();
		int first = made.stream().filter((i) -> isEdited(progress, i)).reduce((later, earlier) -> earlier).orElse(-1);
		if (first < 0) {
			return progress;
		}
		List<Integer> toUndo = made.stream().filter((i) -> i >= first).toList();
		for (int i : toUndo) {
			requireUndoable(progress, i);
		}
		for (int i : toUndo) {
			logger.warn("Change %d was edited after a part of it was made, or one before it: undoing first: %s"
				.formatted(i + 1, asBegun(progress, i).change().summary()));
			Conflicts conflicts = new Conflicts(0, List.of());
			down(progress, i, first, conflicts);
			if (conflicts.count() > 0) {
				throw notUndone(progress, i, conflicts);
			}
		}
		this.journal.turnAround(first, first - 1);
		return this.journal.read();
	}

	private boolean isEdited(JournalProgress progress, int index) {
		List<DeclaredChange> declared = this.changes.declared();
		return index >= declared.size() || !declared.get(index).isRememberedAs(progress.definition(index));
	}

	private void requireUndoable(JournalProgress progress, int index) {
		if (!this.changes.isRemembering() || progress.isForgotten(index)) {
			throw edited(index, "nothing is remembered of it, as the migration is, or was, 'irreversible'");
		}
		Reverse reverse = asBegun(progress, index).change().reverse();
		if (!reverse.isAvailable()) {
			throw edited(index, reverse.text());
		}
	}

	// The change counts as begun again, so that it is gone on with if it is put back, and
	// nothing that is remembered of it is forgotten
	private ChangeRefusedException notUndone(JournalProgress progress, int index, Conflicts conflicts) {
		ChangeOperation change = asBegun(progress, index).change();
		boolean repeatable = change.isIdempotent() || change.keepsPreimages();
		this.journal.turnAround(repeatable ? index : Math.min(progress.done(), index + 1), index);
		return new ChangeRefusedException(
				("Change %d (%s) was edited after a part of it was made, or one before it, and cannot be undone as a "
						+ "whole: %d document(s) or definition(s) have been changed since: %s. The rest of it is undone; "
						+ "what is remembered for its undo is kept")
					.formatted(index + 1, change.summary(), conflicts.count(), String.join("; ", conflicts.examples())),
				"Put the change back as it was, and add another one after it for what is to be different; or look at "
						+ "each of these and decide what it should be, so that nothing is in the way of the undo",
				false);
	}

	private static ChangeRefusedException edited(int index, String reason) {
		return new ChangeRefusedException(
				("Change %d was edited after it was made, and what it has done cannot be undone: %s. Nothing was written")
					.formatted(index + 1, reason),
				"Put the change back as it was, and add another one after it for what is to be different", false);
	}

	private DeclaredChange asBegun(JournalProgress progress, int index) {
		return this.changes.asBegun(progress, index)
			.orElseThrow(() -> edited(index, "it is too long to be remembered, or has a secret"));
	}

	/**
	 * Undo the changes, the last one first. A {@link ChangeRefusedException} means that
	 * there is no undo, or that its data is gone; nothing was written then.
	 */
	public UndoResult down() throws Exception {
		Optional<String> reason = this.changes.whyNoUndo(this.context.preimages(), this.context.key());
		if (reason.isPresent()) {
			throw new ChangeRefusedException("Migration %s cannot be undone: %s. Nothing was written"
				.formatted(this.context.key().version(), reason.get()),
					"Write a new migration that does what is needed", true);
		}
		JournalProgress progress = this.journal.read();
		Conflicts conflicts = progress.conflicts();
		for (int i = progress.left() - 1; i >= 0; i--) {
			doing("undoing change %d of %d: %s", i, asBegun(progress, i).change());
			down(progress, i, 0, conflicts);
		}
		this.journal.beginDown(0, -1, conflicts);
		return new UndoResult(conflicts.count(), conflicts.examples());
	}

	private void down(JournalProgress progress, int index, int first, Conflicts conflicts) throws Exception {
		DeclaredChange declared = asBegun(progress, index);
		long before = conflicts.count();
		this.journal.beginDown(index + 1, index, conflicts);
		liftValidators(progress, index, first, declared.change());
		try {
			boolean lifted = isLifted(progress, index, first, declared.change());
			declared.change()
				.down(undoing(progress, index, declared, lifted ? new Conflicts(0, List.of()) : conflicts));
		}
		catch (MongoException ex) {
			throw refusedByValidator(ex,
					"The undo of change %d (%s)".formatted(index + 1, declared.change().summary()));
		}
		boolean left = conflicts.count() > before;
		if (left != progress.isLeft(index)) {
			this.journal.finishDown(index, left);
		}
	}

	// Documents as they were before may not pass a validator that an earlier change has
	// set: it is undone first, and again, to no effect, when it is its turn
	private void liftValidators(JournalProgress progress, int index, int first, ChangeOperation change)
			throws Exception {
		if (change.canBeInTransaction()) {
			validators(progress, index, first, change).forEach(SetValidator.Undo::lift);
		}
	}

	// A validator that was lifted together with those before it is not as its own change
	// has found it
	private boolean isLifted(JournalProgress progress, int index, int first, ChangeOperation change) {
		return change instanceof SetValidator
				&& validators(progress, index, first, change).stream().anyMatch(SetValidator.Undo::isLifted);
	}

	// The earlier validators of a change's collections, the last one first
	private List<SetValidator.Undo> validators(JournalProgress progress, int index, int first, ChangeOperation change) {
		List<SetValidator.Undo> validators = new ArrayList<>();
		for (int i = index - 1; i >= first; i--) {
			DeclaredChange earlier = asBegun(progress, i);
			if (earlier.change() instanceof SetValidator validator
					&& change.collections().contains(validator.collection())) {
				validators
					.add(new SetValidator.Undo(validator, undoing(progress, i, earlier, new Conflicts(0, List.of()))));
			}
		}
		return validators;
	}

	private OperationContext undoing(JournalProgress progress, int index, DeclaredChange declared,
			Conflicts conflicts) {
		return new OperationContext(this.context, this.journal, place(declared, index, true),
				progress.isDownBegun() && progress.downBegun() == index, progress.notes(index), this.pipelines,
				conflicts);
	}

	private PlacedChange place(DeclaredChange declared, int index, boolean remembering) {
		return new PlacedChange(declared.change(), declared.remembered(), index, this.changes.declared().size(),
				remembering);
	}

}
