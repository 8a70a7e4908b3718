package io.gemforce.migrations.mongo.change;

import java.util.List;

import io.gemforce.migrations.mongo.change.preimage.Conflicts;

/**
 * The result of an undo.
 *
 * @param conflicts how many documents, collections, indexes or validators were left as
 * they are, because they have been changed since the migration was applied
 * @param conflictExamples the first of them, at most {@value #MAX_EXAMPLES}
 */
public record UndoResult(long conflicts, List<String> conflictExamples) {

	/**
	 * The maximum number of examples.
	 */
	public static final int MAX_EXAMPLES = Conflicts.MAX_EXAMPLES;

	public UndoResult {
		conflictExamples = List.copyOf(conflictExamples);
	}

}
