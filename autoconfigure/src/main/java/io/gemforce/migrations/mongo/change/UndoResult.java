package io.gemforce.migrations.mongo.change;

import java.util.List;

import io.gemforce.migrations.mongo.change.preimage.Conflicts;

/**
 * What came of an undo.
 *
 * @param conflicts how many documents, collections, indexes or validators were left as
 * they are, because they have been changed since the migration was applied
 * @param conflictExamples the first of them, at most {@value #MAX_EXAMPLES}, each with
 * what is the matter
 */
public record UndoResult(long conflicts, List<String> conflictExamples) {

	/**
	 * How many conflicts are named.
	 */
	public static final int MAX_EXAMPLES = Conflicts.MAX_EXAMPLES;

	public UndoResult {
		conflictExamples = List.copyOf(conflictExamples);
	}

}
