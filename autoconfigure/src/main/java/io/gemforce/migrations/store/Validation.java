package io.gemforce.migrations.store;

import java.util.List;
import java.util.stream.Stream;

import io.gemforce.migrations.MigrationState;
import io.gemforce.migrations.Problem;

/**
 * What a store's history and this build say about each other.
 *
 * @param entries every migration that either of them knows, in the order of versions
 */
public record Validation(List<MigrationEntry> entries, List<Problem> problems) {

	public Validation {
		entries = List.copyOf(entries);
		problems = List.copyOf(problems);
	}

	public boolean isAhead() {
		return this.entries.stream().anyMatch((entry) -> entry.state() == MigrationState.FUTURE);
	}

	/**
	 * Whether a hold binds this build: without it something would be run.
	 */
	public boolean isHeld() {
		return this.entries.stream().anyMatch((entry) -> entry.state() == MigrationState.HELD);
	}

	/**
	 * Return what a run would execute. On a store that is newer than this build that is
	 * no repeatable: this build's would undo the newer one's.
	 */
	public List<MigrationEntry> pending() {
		boolean ahead = isAhead();
		return this.entries.stream().filter((entry) -> entry.isPending() && !(ahead && entry.isRepeatable())).toList();
	}

	/**
	 * Return what is not done: what a run would execute, and what is being executed.
	 */
	public List<MigrationEntry> open() {
		return Stream
			.concat(pending().stream(),
					this.entries.stream().filter((entry) -> entry.state() == MigrationState.RUNNING))
			.toList();
	}

	public List<Problem> errors() {
		return this.problems.stream().filter(Problem::isError).toList();
	}

}
