package io.gemforce.migrations;

import java.util.List;

/**
 * What a store's history and this build say about each other.
 *
 * @param entries every migration that either of them knows, in the order of versions
 * @param problems all that was found
 */
public record Validation(List<MigrationEntry> entries, List<Problem> problems) {

	public Validation {
		entries = List.copyOf(entries);
		problems = List.copyOf(problems);
	}

	/**
	 * Return what a run would execute.
	 * @return the pending migrations, in order
	 */
	public List<MigrationEntry> pending() {
		return this.entries.stream().filter(MigrationEntry::isPending).toList();
	}

	/**
	 * Return what stops a run.
	 * @return the errors among the problems
	 */
	public List<Problem> errors() {
		return this.problems.stream().filter(Problem::isError).toList();
	}

}
